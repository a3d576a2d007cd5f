"""The device's half in C, compiled as strictly as a compiler can be asked to, and called through ctypes."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from ctypes import POINTER, c_bool, c_char_p, c_int16, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge import wire
from firmware_bridge.device import FOLDER, SOURCES
from hw_sim.c_core.build import SHIM
from hw_sim.c_core.library import DeviceDescription

STRICT = [
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pedantic",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
]
ROOM = 1040


class Writer(ctypes.Structure):
    _fields_ = (
        ("out", c_void_p),
        ("room", c_size_t),
        ("length", c_size_t),
        ("code_at", c_size_t),
        ("crc", c_uint16),
    )


class Reader(ctypes.Structure):
    _fields_ = (
        ("body", c_uint8 * 76),
        *((name, c_uint16) for name in ("encoded_bytes", "decoded_bytes", "crc", "last_two")),
        ("block_left", c_uint8),
        ("zero_due", c_bool),
        *((name, c_uint32) for name in ("frames_received", "frames_damaged", "frames_oversize")),
    )


class Request(ctypes.Structure):
    _fields_ = (
        *((name, c_uint8) for name in ("type", "version", "version_min", "version_max")),
        ("token", c_uint32),
        ("stream_id", c_uint16),
        ("codec", c_uint8),
        ("channels", c_uint8),
        *((name, c_uint32) for name in ("rate_hz", "first_sample", "samples")),
    )


class Adpcm(ctypes.Structure):
    _fields_ = (("predictor", c_int16), ("index", c_uint8))


def record(**fields) -> type[ctypes.Structure]:
    return type("Record", (ctypes.Structure,), {"_fields_": list(fields.items())})


U8, U16, U32, U64 = c_uint8, c_uint16, c_uint32, c_uint64
ANSWERS = {
    "capabilities": record(nonce=U32, ring_samples=U32),
    "started": record(
        device_time_us=U64, rate_hz=U32, first_sample=U32, oldest_sample=U32, stream_id=U16, codec=U8, channels=U8
    ),
    "stopped": record(stop_sample=U32, stream_id=U16, reason=U16),
    "resend_unavailable": record(first_sample=U32, samples=U32, stream_id=U16),
    "time_reply": record(received_us=U64, sent_us=U64, token=U32),
    "event": record(sample=U32, samples=U32, stream_id=U16, kind=U8, value=U8),
    "battery": record(millivolts=U16, percent=U8, charging=U8),
    "error": record(text=c_char_p, code=U16),
    "pong": record(token=U32, next_sample=U32, stream_id=U16, state=U16),
}


class Said(ctypes.Union):
    _fields_ = tuple(ANSWERS.items())


class Answer(ctypes.Structure):
    _fields_ = (("type", c_uint8), ("after", c_uint32), ("said", Said))


class AudioHeader(ctypes.Structure):
    _fields_ = (
        ("device_time_us", c_uint64),
        ("sequence", c_uint32),
        ("first_sample", c_uint32),
        ("stream_id", c_uint16),
        ("samples", c_uint16),
        ("codec", c_uint8),
        ("channels", c_uint8),
    )


NAMES = {
    wire.Capabilities: "capabilities",
    wire.Started: "started",
    wire.Stopped: "stopped",
    wire.ResendUnavailable: "resend_unavailable",
    wire.TimeReply: "time_reply",
    wire.Event: "event",
    wire.Battery: "battery",
    wire.Error: "error",
    wire.Pong: "pong",
}


class Device:
    """The C functions, each in a form that a test can compare with Python's."""

    def __init__(self, library: Path) -> None:
        self.c = ctypes.CDLL(str(library))
        self.c.stetho_reader_take.restype = self.c.stetho_writer_end.restype = c_size_t
        self.c.stetho_answer_write.restype = self.c.stetho_body_write.restype = c_size_t
        self.c.stetho_answer_write.argtypes = [c_void_p, c_void_p, c_char_p, c_size_t]
        self.c.stetho_body_write.argtypes = [c_char_p, c_size_t, c_uint8, c_char_p, c_size_t]
        self.c.stetho_writer_begin.argtypes = [c_void_p, c_void_p, c_size_t]
        self.c.stetho_request_read.restype = c_bool
        self.c.stetho_request_read.argtypes = [c_void_p, c_void_p, c_size_t]
        self.c.stetho_adpcm_encode.restype = c_uint8
        self.c.stetho_adpcm_encode.argtypes = [POINTER(Adpcm), c_int16]
        self.c.stetho_audio_write.argtypes = [c_void_p, c_char_p]

    def frame_of(self, body: bytes, room: int = ROOM) -> bytes:
        """As encode_frame; empty where there is no room."""
        out, writer = ctypes.create_string_buffer(room), Writer()
        self.c.stetho_writer_begin(ctypes.byref(writer), out, room)
        for byte in body:
            self.c.stetho_writer_put(ctypes.byref(writer), byte)
        length = self.c.stetho_writer_end(ctypes.byref(writer))
        return out.raw[:length] if length <= room else b""

    def reader(self) -> Reader:
        reader = Reader()
        self.c.stetho_reader_init(ctypes.byref(reader))
        return reader

    def feed(self, reader: Reader, data: bytes) -> list[tuple[int, bytes]]:
        """The length of each intact frame's body, and its beginning."""
        bodies = []
        for byte in data:
            if length := self.c.stetho_reader_take(ctypes.byref(reader), byte):
                bodies.append((length, bytes(reader.body)[:length]))
        return bodies

    def requests(self, data: bytes) -> list[Request]:
        """Those messages of the bytes that C understands."""
        reader, requests = self.reader(), []
        for byte in data:
            if length := self.c.stetho_reader_take(ctypes.byref(reader), byte):
                request = Request()
                if self.c.stetho_request_read(ctypes.byref(request), reader.body, length):
                    requests.append(request)
        return requests

    def encode(self, message: wire.DeviceMessage) -> bytes:
        """As wire.encode."""
        if isinstance(message, wire.Audio):
            return self._encode_audio(message)
        name, description = NAMES[type(message)], None
        said = ANSWERS[name]()
        for field, _ in said._fields_:
            value = getattr(message, field)
            setattr(said, field, value.encode() if isinstance(value, str) else value)
        if isinstance(message, wire.Capabilities):
            description = described(message)
        answer = Answer(message.TYPE, 0, Said(**{name: said}))
        out = ctypes.create_string_buffer(ROOM)
        length = self.c.stetho_answer_write(ctypes.byref(answer), description, out, ROOM)
        return out.raw[:length]

    def _encode_audio(self, audio: wire.Audio) -> bytes:
        header = AudioHeader(**{field: getattr(audio, field) for field, _ in AudioHeader._fields_})
        body, out = ctypes.create_string_buffer(24), ctypes.create_string_buffer(ROOM)
        self.c.stetho_audio_write(ctypes.byref(header), body)
        whole = body.raw + audio.payload
        kind = audio.RESENT_TYPE if audio.resent else audio.TYPE
        length = self.c.stetho_body_write(whole, len(whole), kind, out, ROOM)
        return out.raw[:length]

    def adpcm(self, pcm: np.ndarray, predictor: int = 0, index: int = 0) -> tuple[bytes, int, int]:
        """The nibbles, and the state after them."""
        coder = Adpcm(predictor, index)
        nibbles = [self.c.stetho_adpcm_encode(ctypes.byref(coder), int(sample)) for sample in pcm]
        pairs = zip(nibbles[::2], [*nibbles[1::2], 0], strict=False)
        return bytes(low | high << 4 for low, high in pairs), coder.predictor, coder.index


def described(capabilities: wire.Capabilities) -> c_void_p:
    texts = ("product", "hardware", "firmware", "serial_number", "calibration_id")
    names = [name.encode() for name in capabilities.channels]
    description = DeviceDescription(
        *(getattr(capabilities, text).encode() for text in texts),
        (c_char_p * len(names))(*names),
        (c_uint32 * len(capabilities.rates_hz))(*capabilities.rates_hz),
        len(names),
        len(capabilities.rates_hz),
        sum(1 << codec for codec in capabilities.codecs),
        20,
        int(capabilities.features),
    )
    return ctypes.byref(description)


@pytest.fixture(scope="session")
def compile_c(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """compile_c("name", *arguments): what the host's compiler makes of the sources and those arguments."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("this system has no C compiler")
    folder = tmp_path_factory.mktemp("device")

    def build(name: str, *arguments: str | Path) -> Path:
        command = [compiler, *STRICT, "-O1", "-g", "-I", FOLDER, *SOURCES, *arguments, "-o", folder / name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return folder / name

    return build


@pytest.fixture(scope="session")
def device(compile_c) -> Device:
    return Device(compile_c("device.so", "-shared", "-fPIC", "-Wno-missing-prototypes", SHIM))
