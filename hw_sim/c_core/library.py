"""The C library's functions, typed; and a device's description as they want it."""

import ctypes
from collections.abc import Iterable
from functools import cache

from firmware_bridge.wire import Feature
from hw_sim.c_core.build import built_library
from hw_sim.identity import Identity

_LINK, _U8, _U16, _U32, _U64 = ctypes.c_void_p, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64
_BYTES, _SIZE = ctypes.c_char_p, ctypes.c_size_t

_SIGNATURES = {
    "sim_link_bytes": (_SIZE,),
    "sim_streams_begun": (_U32, _LINK),
    "sim_has_session": (ctypes.c_bool, _LINK),
    "sim_is_sending": (ctypes.c_bool, _LINK),
    "sim_ring_samples": (_U32, _LINK),
    "sim_packet_samples": (_U32, _LINK),
    "sim_first_contact": (None, _LINK, ctypes.c_bool, _U8),
    "sim_ring_forget": (None, _LINK, _U32),
    "stetho_link_init": (_SIZE, _LINK, ctypes.c_void_p, ctypes.c_void_p, _SIZE),
    "stetho_link_receive": (None, _LINK, _BYTES, _SIZE, _U64),
    "stetho_link_rate_hz": (_U32, _LINK),
    "stetho_link_samples": (None, _LINK, _BYTES, _SIZE, _U64),
    "stetho_link_send": (_SIZE, _LINK, _BYTES, _SIZE, _U64),
    "stetho_link_client_lost": (None, _LINK),
    "stetho_link_taken_over": (_SIZE, _LINK, _BYTES, _SIZE),
    "stetho_link_contact": (None, _LINK, ctypes.c_bool, ctypes.c_int),
    "stetho_link_battery": (None, _LINK, _U8, ctypes.c_bool, _U16),
    "stetho_link_end": (None, _LINK, ctypes.c_int),
    "stetho_link_skip": (None, _LINK, _U32),
    "stetho_link_button": (None, _LINK, _U8),
    "stetho_link_refuse": (None, _LINK, ctypes.c_int, _BYTES),
}


@cache
def library() -> ctypes.CDLL:
    """Raises ConfigError where it can't be compiled."""
    return typed(ctypes.CDLL(str(built_library())))


def typed(loaded: ctypes.CDLL) -> ctypes.CDLL:
    """The same library, its functions with their types."""
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


class DeviceDescription(ctypes.Structure):
    """`struct stetho_device`."""

    _fields_ = (
        ("product", ctypes.c_char_p),
        ("hardware", ctypes.c_char_p),
        ("firmware", ctypes.c_char_p),
        ("serial_number", ctypes.c_char_p),
        ("calibration_id", ctypes.c_char_p),
        ("channels", ctypes.POINTER(ctypes.c_char_p)),
        ("rates_hz", ctypes.POINTER(_U32)),
        ("channel_count", _U8),
        ("rate_count", _U8),
        ("codecs", _U8),
        ("packet_ms", _U8),
        ("features", _U16),
    )

    @classmethod
    def of(cls, identity: Identity, rates_hz: tuple[int, ...], features: Feature) -> "DeviceDescription":
        """What a simulated device is; it has one channel."""
        return cls(
            *map(str.encode, _texts(identity)),
            (ctypes.c_char_p * 1)(b"chest"),
            (_U32 * len(rates_hz))(*rates_hz),
            1,
            len(rates_hz),
            sum(1 << codec for codec in identity.codecs),
            round(1000 * identity.packet_s),
            int(features),
        )


def _texts(identity: Identity) -> Iterable[str]:
    return (identity.product, identity.hardware, identity.firmware, identity.serial_number, identity.calibration_id)
