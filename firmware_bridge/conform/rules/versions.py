"""Rules V: other versions, and what is not known."""

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.link import Heard
from firmware_bridge.conform.overheard import a_stream
from firmware_bridge.conform.probe import PATIENT_S, Probe
from firmware_bridge.conform.raw_frame import framed
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream, new_stream_id, still_in_session
from firmware_bridge.wire import (
    VERSION,
    Audio,
    Battery,
    Capabilities,
    Codec,
    Error,
    ErrorCode,
    Event,
    ForeignVersion,
    Hello,
    Started,
    encode,
)
from firmware_bridge.wire.v1 import encode_body

_QUIET_S = 0.25
_NONCE = 0x7E57
_FUTURE = VERSION + 7
_PONG, _STOPPED = 0x8B, 0x83
_RESERVED_AT = {_PONG: 7, _STOPPED: 5}


async def version_byte(probe: Probe) -> str:
    frames = [one.frame.body for one in (await probe.once(a_stream)).heard if one.frame.fault is None]
    wrong = [body for body in frames if body[0] != VERSION]
    if wrong:
        raise RuleBrokenError(f"byte 0 of a body is not {VERSION}", wrong[0][:16].hex(" "))
    return f"{len(frames)} bodies of version {VERSION}"


async def versions_spoken(probe: Probe) -> str:
    known = probe.known()
    seen = f"versions {known.version_min} to {known.version_max}"
    if not known.version_min <= VERSION <= known.version_max:
        raise RuleBrokenError(f"CAPABILITIES of version {VERSION} says that it is not spoken", seen)
    return seen


async def newer_host(probe: Probe) -> str:
    """A host that also speaks later versions gets the highest that both speak."""
    probe.mark()
    probe.send(Hello(_NONCE, version_max=_FUTURE))
    await probe.expect(Capabilities, within_s=PATIENT_S)
    foreign = [found for found in probe.messages(ForeignVersion) if found.type == Capabilities.TYPE]
    highest = probe.known().version_max
    if probe.messages(Capabilities) and highest == VERSION:
        return f"answered in version {VERSION}"
    if any(found.version == min(highest, _FUTURE) for found in foreign):
        return f"answered in version {highest}"
    raise RuleBrokenError("a HELLO for this version and later ones is not answered in the highest that both speak")


async def no_common_version(probe: Probe) -> str:
    """A host of the future, whose HELLO has a layout that only begins as ours."""
    if probe.known().version_max >= _FUTURE:
        raise NotJudgedError(f"the device itself speaks version {_FUTURE}")
    body = bytes((_FUTURE, Hello.TYPE, _FUTURE, _FUTURE + 1)) + b"\xee\x01\x02\x03\x04\x05"
    probe.mark()
    probe.send_bytes(framed(body))
    refused = await probe.expect(Error)
    if refused is not None and refused.code == ErrorCode.UNSUPPORTED_VERSION:
        return "answered by ERROR 1"
    if any(one.frame.body[1:2] == bytes((Capabilities.TYPE,)) for one in probe.heard()):
        return "answered by CAPABILITIES"
    said = f"ERROR {refused.code}" if refused else "nothing"
    raise RuleBrokenError("a HELLO without a common version needs CAPABILITIES or ERROR 1", f"answered by {said}")


def _answers(heard: list[Heard]) -> list[str]:
    """What came, but for what a device says unasked."""
    unasked = (Audio, Battery, Event)
    return [type(one.message).__name__ for one in heard if one.message and not isinstance(one.message, unasked)]


async def _is_skipped(probe: Probe, what: str, *frames: bytes) -> str:
    probe.mark()
    probe.send_bytes(b"".join(frames))
    answers = _answers(await probe.listen(_QUIET_S))
    if answers:
        raise RuleBrokenError(f"{what} must be skipped", f"answered by {', '.join(answers[:4])}")
    if wrong := await still_in_session(probe):
        raise RuleBrokenError(f"{what} must be skipped", wrong)
    return "skipped; the session holds"


async def unknown_types(probe: Probe) -> str:
    unknown = (framed(bytes((VERSION, kind)) + b"\x01\x02\x03\x04") for kind in (0x00, 0x07, 0x40, 0x7F))
    return await _is_skipped(probe, "a message of a type that is not known", *unknown)


async def unknown_versions(probe: Probe) -> str:
    ping = bytes((_FUTURE, 0x06)) + b"\x01\x02\x03\x04"
    stop = bytes((0, 0x03)) + b"\x01\x02"
    return await _is_skipped(probe, "a message of a version that is not known", framed(ping), framed(stop))


async def wrong_way(probe: Probe) -> str:
    """A device's own messages, as a loop in the wiring brings them back."""
    echo = [encode(probe.known()), encode(Started(9, Codec.PCM16, 1, 4000, 0, 0, 0)), encode(Battery(50))]
    return await _is_skipped(probe, "a message that goes the wrong way", *echo)


async def unknown_in_a_stream(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.15)
    probe.send_bytes(framed(bytes((VERSION, 0x55)) + bytes(30)) + framed(bytes((_FUTURE, 0x02)) + bytes(8)))
    before = len(stream.some_live())
    await probe.listen(0.4)
    if len(stream.live()) == before:
        raise RuleBrokenError("after a message of a type that is not known no more audio came")
    return "the stream goes on"


async def appended_fields(probe: Probe) -> str:
    probe.mark()
    probe.send_bytes(framed(encode_body(Hello(_NONCE)) + b"\x01\x02\x00\x03"))
    if await probe.welcome(_NONCE) is None:
        raise RuleBrokenError("a HELLO with bytes after its fields is not answered")
    return "skipped"


async def broken_bounds(probe: Probe) -> str:
    """A text of 200 bytes, a text that ends early, and a HELLO without its nonce."""
    hello = encode_body(Hello(_NONCE, ""))[:-1]
    bad = (hello + bytes((200,)) + b"x" * 200, hello + b"\x40abc", hello[:5])
    return await _is_skipped(probe, "a HELLO that breaks a bound", *map(framed, bad))


async def unknown_codec(probe: Probe) -> str:
    """ERROR is taken too: a codec that nobody knows is also one that the device can't do (T5)."""
    choice = probe.choice()
    fields = new_stream_id().to_bytes(2, "little") + bytes((9, 1)) + choice.rate_hz.to_bytes(4, "little")
    probe.mark()
    probe.send_bytes(framed(bytes((VERSION, 0x02)) + fields) + framed(bytes((VERSION, 0x02)) + fields[:3]))
    await probe.listen(_QUIET_S)
    if any(isinstance(one.message, (Started, Audio)) for one in probe.heard()):
        raise RuleBrokenError("START with codec 9, or cut after three bytes, began a stream")
    if wrong := await still_in_session(probe):
        raise RuleBrokenError("START with codec 9 must be skipped", wrong)
    return "no stream began"


async def reserved_bytes(probe: Probe) -> str:
    await probe.once(a_stream)
    await still_in_session(probe)
    answers = [one.frame.body for one in probe.heard()] + [one.frame.body for one in (await probe.once(a_stream)).heard]
    reserved = [(body, _RESERVED_AT[body[1]]) for body in answers if len(body) > 7 and body[1] in _RESERVED_AT]
    if not reserved:
        raise NotJudgedError("no message with a reserved byte came")
    for body, at in reserved:
        if body[at]:
            raise RuleBrokenError(f"the reserved byte of message 0x{body[1]:02X} is not 0", body.hex(" "))
    return f"0 in {len(reserved)} messages"


CHECKS = (
    Check("V1", "byte 0 of every body is the version", version_byte),
    Check("V2", "CAPABILITIES names the versions spoken", versions_spoken),
    Check("V3", "a host that speaks later versions too is answered", newer_host),
    Check("V3", "a host without a common version is told so", no_common_version),
    Check("V4", "messages of unknown types are skipped", unknown_types),
    Check("V4", "messages of unknown versions are skipped", unknown_versions),
    Check("V4", "messages that go the wrong way are skipped", wrong_way),
    Check("V4", "a message of an unknown type does not end the stream", unknown_in_a_stream),
    Check("V5", "bytes after the known fields are skipped", appended_fields),
    Check("V6", "messages that break a bound are skipped", broken_bounds),
    Check("V6", "a codec of an unknown number starts nothing", unknown_codec),
    Check("V7", "reserved bytes are 0", reserved_bytes),
)
