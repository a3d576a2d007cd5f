"""What a fault script may ask for: each action, its fields, and the fault that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hw_sim.fault_script.values import Reader, Value, duration_us, number, site, whole
from hw_sim.faults import (
    BitFlips,
    Clipping,
    Disconnect,
    Duplication,
    Fault,
    Hum,
    Jitter,
    LiftOff,
    Loss,
    LowBattery,
    Move,
    Reboot,
    Reordering,
    RingOverflow,
    Stall,
    Within,
)

Make = Callable[[Mapping[str, Any], int], Fault]
"""A fault out of the fields' values and a seed of its own."""


@dataclass(frozen=True, slots=True)
class Field:
    """read: takes what the file says. default: where it says nothing; None has to be said, or may be left out."""

    read: Reader
    default: Value | None = None
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """fields: by their names in the file."""

    fields: Mapping[str, Field]
    make: Make


_AT = Field(duration_us, needed=True)
_FOR = Field(duration_us, needed=True)
_MOMENT = {"at": _AT, "for": _FOR}
_SHARE = Field(number(0.0, 0.999), needed=True)
_A_WHILE = {"at": Field(duration_us), "for": Field(duration_us)}


def _on_the_link(fields: Mapping[str, Field], make: Make) -> Action:
    """A fault of chance: all the time, or from `at` on, or `for` a while."""

    def within(values: Mapping[str, Any], seed: int) -> Fault:
        fault = make(values, seed)
        if values["at"] is None and values["for"] is None:
            return fault
        return Within(fault, values["at"] or 0, duration_us("1440min") if values["for"] is None else values["for"])

    return Action({**fields, **_A_WHILE}, within)


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "loss": _on_the_link({"share": _SHARE}, lambda v, seed: Loss(v["share"], seed)),
        "duplication": _on_the_link({"share": _SHARE}, lambda v, seed: Duplication(v["share"], seed)),
        "bit_flips": _on_the_link(
            {"rate": Field(number(0.0, 0.01), needed=True)}, lambda v, seed: BitFlips(v["rate"], seed)
        ),
        "jitter": _on_the_link({"most": Field(duration_us, needed=True)}, lambda v, seed: Jitter(v["most"], seed)),
        "reordering": _on_the_link(
            {"share": _SHARE, "by": Field(duration_us, 45_000)}, lambda v, seed: Reordering(v["share"], v["by"], seed)
        ),
        "stall": Action(_MOMENT, lambda v, _: Stall(v["at"], v["for"])),
        "disconnect": Action(_MOMENT, lambda v, _: Disconnect(v["at"], v["for"])),
        "ring_overflow": Action(
            {**_MOMENT, "depth": Field(duration_us, 0)}, lambda v, _: RingOverflow(v["at"], v["for"], v["depth"])
        ),
        "reboot": Action({"at": _AT, "for": Field(duration_us, 1_500_000)}, lambda v, _: Reboot(v["at"], v["for"])),
        "low_battery": Action(
            {"at": _AT, "for": Field(duration_us), "percent": Field(whole(1, 100), 5)},
            lambda v, _: LowBattery(v["at"], v["percent"], v["for"]),
        ),
        "clipping": Action(
            {**_MOMENT, "gain_db": Field(number(0.0, 60.0), 24.0)},
            lambda v, _: Clipping(v["at"], v["for"], v["gain_db"]),
        ),
        "hum": Action(
            {**_MOMENT, "hz": Field(whole(16, 400), 50), "level_db": Field(number(-80.0, 0.0), -30.0)},
            lambda v, _: Hum(v["at"], v["for"], v["hz"], v["level_db"]),
        ),
        "lift_off": Action(_MOMENT, lambda v, seed: LiftOff(v["at"], v["for"], seed)),
        "move": Action(
            {"at": _AT, "for": Field(duration_us, 2_000_000), "site": Field(site, needed=True)},
            lambda v, seed: Move(v["at"], v["for"], seed, v["site"]),
        ),
    }
)
