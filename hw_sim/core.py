"""The firmware of a simulated device, which there is twice: in Python, and as a real device has it, in C."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from hw_sim.faults import Fault
from hw_sim.firmware import Firmware
from hw_sim.identity import Identity
from hw_sim.programme import Programme
from stetho.errors import ConfigError


class Core(Protocol):
    """Bytes of the host go in, frames for it come out; `now_us` is the device's own clock."""

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host, cut anywhere. Noise is ignored."""
        ...

    def advance(self, now_us: int) -> None:
        """Takes the samples that are due by now."""
        ...

    def frames(self, now_us: int) -> list[tuple[bytes, bool]]:
        """What is to be sent now, a frame each, and whether it carries sound; forgets it."""
        ...

    @property
    def due_us(self) -> int | None:
        """When `advance` has something to do next; None while nothing streams."""
        ...

    @property
    def begun(self) -> int:
        """How many streams began at the programme's beginning."""
        ...

    def charge(self, percent: int, now_us: int) -> None:
        """The battery has that much left, whatever it had; it is said when it changes, and at 0 the stream ends."""
        ...

    def ring_holds(self, seconds: float) -> None:
        """The ring is that deep from now on, or as deep as the device promised, whichever is less."""
        ...

    def client_lost(self) -> None:
        """The link says that the client went away: nothing is sent until another says HELLO."""
        ...

    def taken_over(self) -> list[bytes]:
        """Another client comes on another link: the last frames for the one that has to go."""
        ...


MakeCore = Callable[[Identity, Programme, Sequence[Fault], int | None], Core]
"""identity, programme, faults of what is heard, late_us: as `Firmware` takes them."""


def _in_c(identity: Identity, programme: Programme, faults: Sequence[Fault] = (), late_us: int | None = None) -> Core:
    from hw_sim.c_core.firmware import CFirmware

    return CFirmware(identity, programme, faults, late_us)


CORES: Mapping[str, MakeCore] = MappingProxyType({"python": Firmware, "c": _in_c})


def core_of(name: str) -> MakeCore:
    """Raises ConfigError for a name that no core has."""
    if name not in CORES:
        raise ConfigError(f"There is no core {name!r}; choose {' or '.join(CORES)}.")
    return CORES[name]
