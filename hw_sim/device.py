"""A simulated stethoscope behind a link that may fail: firmware and faults together, without I/O."""

from collections.abc import Sequence

from hw_sim.faults import Fault, Frame, through
from hw_sim.firmware import Firmware
from hw_sim.identity import Identity
from hw_sim.programme import Programme


class Device:
    """What a port drives: bytes and time in, bytes out.

    drift_ppm: by how much its own clock, which also takes the samples, is faster than the time that it is given.
    """

    def __init__(
        self, identity: Identity, programme: Programme, faults: Sequence[Fault] = (), *, drift_ppm: int = 0
    ) -> None:
        self.identity, self.programme = identity, programme
        self._firmware = Firmware(identity, programme)
        self._faults = tuple(faults)
        self._drift_ppm = drift_ppm
        self._held: list[Frame] = []

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host."""
        if not self.link_down(now_us):
            self._firmware.receive(data, self._own_us(now_us))

    def advance(self, now_us: int) -> None:
        """Time goes on while the link can't take anything."""
        self._firmware.advance(self._own_us(now_us))

    def poll(self, now_us: int) -> bytes:
        """Time goes on; what is to be sent by now."""
        self.advance(now_us)
        for data, audio in self._firmware.frames(self._own_us(now_us)):
            self._held.extend(through(self._faults, Frame(data, now_us, audio)))
        due = sorted((frame for frame in self._held if frame.at_us <= now_us), key=lambda frame: frame.at_us)
        self._held = [frame for frame in self._held if frame.at_us > now_us]
        return b"".join(frame.data for frame in due)

    @property
    def due_us(self) -> int | None:
        """When `poll` has something new; None while it is the host's turn."""
        times = [frame.at_us for frame in self._held]
        if self._firmware.due_us is not None:
            times.append(self._given_us(self._firmware.due_us))
        return min(times, default=None)

    def _own_us(self, now_us: int) -> int:
        """What the device's own clock says."""
        return now_us + now_us * self._drift_ppm // 1_000_000

    def _given_us(self, own_us: int) -> int:
        """The first time at which the device's own clock says that much."""
        return -(-own_us * 1_000_000 // (1_000_000 + self._drift_ppm))

    def link_down(self, now_us: int) -> bool:
        """Whether a fault has taken the link."""
        return any(fault.link_down(now_us) for fault in self._faults)

    def taken_over(self) -> bytes:
        """Another client comes: the last bytes for the one that has to go."""
        return b"".join(self._firmware.taken_over())

    def client_lost(self) -> None:
        """The port says that the client is gone."""
        self._held.clear()
        self._firmware.client_lost()
