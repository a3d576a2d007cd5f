"""Rules F and B: what a frame is, and what a receiver makes of one that is none."""

import contextlib
import random

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.link import Heard
from firmware_bridge.conform.overheard import a_stream
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.raw_frame import FrameFault, crc16, framed
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream, still_in_session
from firmware_bridge.wire import Capabilities, Hello, Ping, encode
from firmware_bridge.wire.v1 import encode_body

_NONCE = 0x51E7
_AUDIO_TYPES = {b"\x84", b"\x85"}
_MOST = 1000
"""Samples a channel, and bytes of payload, in one audio message."""

_AUDIO_HEADER_BYTES = 24
_QUIET_S = 0.2


async def _frames(probe: Probe) -> list[Heard]:
    """Frames of every kind that a device sends, whether or not they can be understood."""
    probe.mark()
    probe.send_bytes(b"\x00" + encode(Hello(_NONCE)))
    frames = await probe.listen(0.3)
    if probe.capabilities is not None:
        with contextlib.suppress(NotJudgedError):
            frames += (await probe.once(a_stream)).heard
    if not frames:
        raise NotJudgedError("no frame came")
    return frames


def _count(frames: list[Heard], *faults: FrameFault) -> str:
    bad = [one.frame for one in frames if one.frame.fault in faults]
    if not bad:
        return ""
    return f"{len(bad)} of {len(frames)}; the first begins {bad[0].encoded[:16].hex(' ')}"


async def cobs(probe: Probe) -> str:
    frames = await _frames(probe)
    if bad := _count(frames, FrameFault.NOT_COBS):
        raise RuleBrokenError("what lies between two zero bytes is no COBS", bad)
    return f"{len(frames)} frames"


async def crc(probe: Probe) -> str:
    frames = await _frames(probe)
    if bad := _count(frames, FrameFault.WRONG_CRC):
        wrong = next(one.frame for one in frames if one.frame.fault is FrameFault.WRONG_CRC)
        sent = wrong.encoded[-2:].hex(" ")
        raise RuleBrokenError(
            "frames have a wrong CRC", f"{bad}; it ends {sent}, its body's CRC is 0x{crc16(wrong.body):04X}"
        )
    return f"{len(frames)} frames"


async def bodies(probe: Probe) -> str:
    frames = await _frames(probe)
    if bad := _count(frames, FrameFault.TOO_SHORT, FrameFault.TOO_LONG):
        raise RuleBrokenError("a body is not 2 to 1024 bytes", bad)
    for one in frames:
        body = one.frame.body
        known = len(body) > 1 and body[0] == 1 and (0x81 <= body[1] <= 0x8B)
        if one.frame.fault is None and known and one.message is None and not _breaks_audio_bounds(body):
            raise RuleBrokenError("a message breaks the layout or the bounds of its type", f"body {body[:40].hex(' ')}")
    return f"bodies of {min(len(f.frame.body) for f in frames)} to {max(len(f.frame.body) for f in frames)} bytes"


def _noise() -> bytes:
    return random.Random(0xF4).randbytes(600)


async def _survives(probe: Probe, junk: bytes, what: str) -> str:
    """Says it in mid-session; the session must hold, and no answer may come."""
    await probe.say_long(junk)
    if wrong := await still_in_session(probe):
        raise RuleBrokenError(f"{what} ended more than itself", wrong)
    return "ignored; the session holds"


async def noise(probe: Probe) -> str:
    """Random bytes without an end: the delimiter that follows ends them."""
    return await _survives(probe, _noise() + b"\x00", "noise")


async def oversize(probe: Probe) -> str:
    endless = b"\x02" * 5000
    return await _survives(probe, endless + b"\x00" + framed(b"\x01\x06" + bytes(2000)), "a frame that is too long")


async def too_short(probe: Probe) -> str:
    return await _survives(probe, framed(b"\x01") + framed(b"") + b"\x01\x00\x05\x01\x00", "a frame that is too short")


async def refuses_wrong_crc(probe: Probe) -> str:
    body = encode_body(Hello(_NONCE + 1))
    probe.mark()
    probe.send_bytes(framed(body, crc16(body) ^ 0x0100))
    await probe.listen(_QUIET_S)
    if any(answer.nonce == _NONCE + 1 for answer in probe.messages(Capabilities)):
        raise RuleBrokenError("a HELLO with a wrong CRC was answered")
    return await _survives(probe, b"", "a frame with a wrong CRC")


async def flood(probe: Probe) -> str:
    """Many more questions than anybody asks; a device may leave some unanswered."""
    burst = b"".join(encode(Ping(token)) for token in range(500))
    for at in range(0, len(burst), 1024):
        await probe.say_long(burst[at : at + 1024])
    await probe.listen(_QUIET_S)
    return await _survives(probe, b"", "500 questions at once")


async def noise_in_a_stream(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.2)
    probe.send_bytes(_noise() + b"\x00" + framed(b"\x01\x06\x00\x00\x00\x00", 0))
    before = len(stream.some_live())
    await probe.listen(0.4)
    if len(stream.live()) == before:
        raise RuleBrokenError("after noise no more audio came")
    return "the stream goes on"


async def _greeted_by(probe: Probe, data: bytes) -> bool:
    probe.mark()
    probe.send_bytes(data)
    return await probe.welcome(_NONCE) is not None


async def empty_frames(probe: Probe) -> str:
    if not await _greeted_by(probe, bytes(5) + encode(Hello(_NONCE)) + bytes(3)):
        raise RuleBrokenError("a HELLO between empty frames is not answered")
    return "skipped"


async def cut_anywhere(probe: Probe) -> str:
    """Byte for byte, then many frames in one write."""
    probe.mark()
    for byte in encode(Hello(_NONCE)):
        probe.send_bytes(bytes((byte,)))
        await probe.listen(0.002)
    if await probe.welcome(_NONCE) is None:
        raise RuleBrokenError("a HELLO that comes byte for byte is not answered")
    return "a HELLO in single bytes is understood"


async def joined(probe: Probe) -> str:
    both = [Hello(_NONCE), Hello(_NONCE + 1)]
    probe.mark()
    probe.send(*both)
    if await probe.welcome(_NONCE + 1) is None:
        raise RuleBrokenError("of two HELLO in one write the second is not answered")
    return "two HELLO in one write are understood"


async def audio_bounds(probe: Probe) -> str:
    overheard = await probe.once(a_stream)
    audio = [one.frame.body for one in overheard.heard if one.frame.body[1:2] in _AUDIO_TYPES]
    if not audio:
        raise NotJudgedError("no live audio came (T1)")
    payload = max(map(len, audio)) - _AUDIO_HEADER_BYTES
    samples = max(map(_samples, audio))
    seen = f"{samples} samples ({1000 * samples / overheard.started.rate_hz:.1f} ms) in {payload} bytes at most"
    if any(map(_breaks_audio_bounds, audio)):
        raise RuleBrokenError("an audio message is longer than 1000 bytes of payload or 1000 samples", seen)
    return seen


def _samples(body: bytes) -> int:
    return int.from_bytes(body[12:14], "little")


def _breaks_audio_bounds(body: bytes) -> bool:
    if body[1:2] not in _AUDIO_TYPES:
        return False
    return not 1 <= _samples(body) <= _MOST or len(body) > _AUDIO_HEADER_BYTES + _MOST


CHECKS = (
    Check("F1", "what the device sends is COBS between zero bytes", cobs, greeted=False),
    Check("F2", "the CRC of what the device sends is right", crc, greeted=False),
    Check("F3", "bodies have 2 to 1024 bytes, and the layout of their type", bodies, greeted=False),
    Check("F4", "noise is dropped", noise),
    Check("F4", "frames that are too long are dropped", oversize),
    Check("F4", "frames that are too short are dropped", too_short),
    Check("F4", "a frame with a wrong CRC is dropped", refuses_wrong_crc),
    Check("F4", "noise in mid-stream does not end the stream", noise_in_a_stream),
    Check("F5", "empty frames mean nothing", empty_frames),
    Check("F6", "frames may come in single bytes", cut_anywhere),
    Check("F6", "several frames may come at once", joined),
    Check("F7", "after a flood of questions the device answers again", flood),
    Check("B2", "audio messages keep to their bounds", audio_bounds),
)
