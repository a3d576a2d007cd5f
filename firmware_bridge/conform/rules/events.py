"""Rules E: what a device notices beside sound."""

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.overheard import Overheard, a_stream
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.wire import Audio, Event, EventKind, Feature

_CONTACT = {EventKind.CONTACT_ON, EventKind.CONTACT_OFF}


def _events(overheard: Overheard) -> list[Event]:
    return [one.message for one in overheard.heard if isinstance(one.message, Event)]


async def placed(probe: Probe) -> str:
    overheard = await probe.once(a_stream)
    events = _events(overheard)
    if not events:
        raise NotJudgedError("no event came")
    last = overheard.packets()[-1]
    end = last.first_sample + overheard.started.rate_hz // 2
    for event in events:
        seen = f"{event.kind.name}, stream {event.stream_id}, sample {event.sample}"
        if event.stream_id != overheard.started.stream_id:
            raise RuleBrokenError("an event names another stream than the one that runs", seen)
        if event.sample > end:
            raise RuleBrokenError("an event names a sample that is not taken yet", seen)
    return ", ".join(f"{event.kind.name} at sample {event.sample}" for event in events[:4])


async def contact_is_said(probe: Probe) -> str:
    if Feature.CONTACT_SENSOR not in probe.known().features:
        raise NotJudgedError("the device has no contact sensor")
    for one in (await probe.once(a_stream)).heard:
        if isinstance(one.message, Event) and one.message.kind in _CONTACT:
            return one.message.kind.name
        if isinstance(one.message, Audio):
            break
    raise RuleBrokenError("contact on or off is not said between STARTED and the first audio")


async def no_contact_without_sensor(probe: Probe) -> str:
    if Feature.CONTACT_SENSOR in probe.known().features:
        raise NotJudgedError("the device has a contact sensor")
    if any(event.kind in _CONTACT for event in _events(await probe.once(a_stream))):
        raise RuleBrokenError("a device without a contact sensor says contact")
    return "says nothing of contact"


CHECKS = (
    Check("E1", "events carry their stream and sample", placed),
    Check("E2", "contact is said right after STARTED", contact_is_said),
    Check("E3", "without a contact sensor contact is not said", no_contact_without_sensor),
)
