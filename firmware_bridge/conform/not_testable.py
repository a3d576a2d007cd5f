"""The rules that no examiner can hold a device to from outside, each with the reason."""

from collections.abc import Mapping
from types import MappingProxyType

from firmware_bridge.conform.result import Outcome, Result

UNTESTABLE = "can't be tested from outside"
_HOST = "this is about the host"

NOT_TESTABLE: Mapping[str, str] = MappingProxyType(
    {
        "B1": "how much a device keeps lies in its memory; that endless frames do no harm is F4",
        "T7": "a device ends a stream by itself for its battery, a fault or its end, and none can be asked for",
        "T9": _HOST,
        "A3": "the layouts of A5 and A6 hold all that a decoder needs",
        "A4": "what the microphone heard is not known; calibration measures it",
        "R6": _HOST,
        "R7": _HOST,
        "L1": "a link that takes nothing for 2 s can't be made from this end of it",
        "L2": _HOST,
        "L3": _HOST,
        "E4": "where the chest piece lies is not known here",
        "E5": "BATTERY each minute takes longer than the suite; after CAPABILITIES it is S7",
        "C2": _HOST,
        "C3": "it needs the device to be switched off",
        "C4": "what START says is C5; measuring it is the host's business",
        "W1": "a device that answers on a serial line has its settings",
        "W3": "the radio's stack cuts packets before they can be seen",
    }
)


def not_tested(rule: str) -> Result:
    """The result of such a rule."""
    return Result(rule, UNTESTABLE, Outcome.SKIPPED, NOT_TESTABLE[rule])
