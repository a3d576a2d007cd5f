"""AUDIO and its resent twin: samples with their index, their time and all that is needed to decode them (A1 to A8)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from firmware_bridge.wire import codecs
from firmware_bridge.wire.codecs import Codec
from firmware_bridge.wire.fields import FieldReader, MalformedError
from firmware_bridge.wire.limits import MAX_CHANNELS, MAX_SAMPLES

_AUDIO = Struct("<HIIHBBQ")


@dataclass(frozen=True, slots=True)
class Audio:
    """Device: samples first_sample .. first_sample + samples - 1 of each channel.

    sequence: counts the stream's live packets, modulo 2^32; in a resent packet it has no meaning.
    first_sample: index since the stream began, lost ones included, modulo 2^32.
    device_time_us: the device's monotonic time at which first_sample was taken.
    resent: sent as AUDIO_RESENT (0x85) instead of AUDIO (0x84), in answer to RESEND_REQUEST.
    """

    TYPE: ClassVar[int] = 0x84
    RESENT_TYPE: ClassVar[int] = 0x85
    stream_id: int
    sequence: int
    first_sample: int
    samples: int
    codec: Codec
    channels: int
    device_time_us: int
    payload: bytes
    resent: bool = False

    def pack(self) -> bytes:
        header = _AUDIO.pack(
            self.stream_id,
            self.sequence,
            self.first_sample,
            self.samples,
            self.codec,
            self.channels,
            self.device_time_us,
        )
        return header + self.payload

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Audio":
        return cls._read(fields, resent=False)

    @classmethod
    def unpack_resent(cls, fields: FieldReader) -> "Audio":
        return cls._read(fields, resent=True)

    @classmethod
    def _read(cls, fields: FieldReader, *, resent: bool) -> "Audio":
        stream_id, sequence, first, samples, code, channels, time_us = fields.take(_AUDIO)
        if not 1 <= samples <= MAX_SAMPLES or not 1 <= channels <= MAX_CHANNELS:
            raise MalformedError(f"{samples} samples of {channels} channels in one packet")
        codec = Codec(code)
        payload = fields.bytes(codecs.payload_bytes(codec, channels, samples))
        return cls(stream_id, sequence, first, samples, codec, channels, time_us, payload, resent)

    def pcm(self) -> npt.NDArray[np.int16]:
        """The samples, int16 (channels, samples). A packet is decoded by itself, without the one before it."""
        return codecs.decode(self.codec, self.payload, self.channels, self.samples)
