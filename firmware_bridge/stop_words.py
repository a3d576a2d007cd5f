"""Why a stream has ended, in words."""

from firmware_bridge.wire import StopReason

_WORDS = {
    StopReason.REQUESTED: "stopped by this computer",
    StopReason.ENDED: "the device ended the stream",
    StopReason.BATTERY: "the device's battery is empty",
    StopReason.FAULT: "the device reports a fault",
    StopReason.TAKEN_OVER: "another program took the device over",
}


def stop_words(code: int) -> str:
    """The words for the code of STOPPED; one that is not known here is said as it is."""
    return _WORDS[StopReason(code)] if code in set(StopReason) else f"the device says reason {code}"
