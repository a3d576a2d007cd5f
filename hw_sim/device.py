"""A simulated stethoscope behind a link that may fail: firmware and faults together, without I/O."""

from collections.abc import Sequence

from hw_sim.core import MakeCore
from hw_sim.faults import NEVER_US, Fault, Frame, through
from hw_sim.firmware import Firmware
from hw_sim.identity import Identity
from hw_sim.programme import Programme

_AS_PROMISED = float("inf")  # seconds that the ring holds, where no fault says less
_NO_MATTER = 101  # percent of charge, where no fault says any


class Device:
    """What a port drives: bytes and time in, bytes out.

    faults: the times in them count from the beginning of a stream, each stream anew. drift_ppm: by how much its own
    clock, which also takes the samples, is faster than the time that it is given. core: which firmware it has.
    """

    def __init__(
        self,
        identity: Identity,
        programme: Programme,
        faults: Sequence[Fault] = (),
        *,
        drift_ppm: int = 0,
        core: MakeCore = Firmware,
    ) -> None:
        self.identity, self.programme = identity, programme
        self._faults, self._core = tuple(faults), core
        self._firmware = core(identity, programme, self._faults, None)
        self._drift_ppm = drift_ppm
        self._held: list[Frame] = []
        self._booted_us = self._now_us = 0
        self._began_us: int | None = None
        self._begun = 0
        self._ring_s = _AS_PROMISED
        self._percent = _NO_MATTER
        for fault in self._faults:
            fault.begin(NEVER_US)

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host."""
        self.advance(now_us)
        if not self.link_down(now_us):
            self._firmware.receive(data, self._own_us(now_us))
            self._notice_beginning(now_us)

    def advance(self, now_us: int) -> None:
        """Time goes on while the link can't take anything."""
        while (edge_us := self._next_fault_us()) is not None and edge_us < now_us:
            self._go_on_to(edge_us)  # a port that looks late does not make faults late
        self._go_on_to(now_us)

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
        if (edge_us := self._next_fault_us()) is not None:
            times.append(edge_us)
        return min(times, default=None)

    def link_down(self, now_us: int) -> bool:
        """Whether a fault has taken the link."""
        return any(fault.link_down(now_us) for fault in self._faults)

    @property
    def may_vanish(self) -> bool:
        """Whether a fault may ever take the link."""
        return any(type(fault).link_down is not Fault.link_down for fault in self._faults)

    def taken_over(self) -> bytes:
        """Another client comes: the last bytes for the one that has to go."""
        return b"".join(self._firmware.taken_over())

    def client_lost(self) -> None:
        """The port says that the client is gone."""
        self._held.clear()
        self._firmware.client_lost()

    # -- what faults do to it

    def reboot(self) -> None:
        late_us = None if self._began_us is None else self._now_us - self._began_us
        self._firmware = self._core(self.identity, self.programme, self._faults, late_us)
        self._booted_us, self._begun = self._now_us, 0
        self._held.clear()

    def charge(self, percent: int) -> None:
        self._percent = min(percent, self._percent)

    def ring_depth(self, seconds: float) -> None:
        self._ring_s = min(self._ring_s, seconds)

    def _next_fault_us(self) -> int | None:
        if self._began_us is None:
            return None
        edges = [fault.due_us(self._now_us) for fault in self._faults]
        return min((edge for edge in edges if edge is not None), default=None)

    def _go_on_to(self, now_us: int) -> None:
        self._now_us = now_us
        self._firmware.advance(self._own_us(now_us))
        if self._faults:
            self._suffer(now_us)

    def _suffer(self, now_us: int) -> None:
        before_s = self._ring_s
        self._ring_s, self._percent = _AS_PROMISED, _NO_MATTER
        for fault in self._faults:
            fault.act(self, now_us)
        if self._percent < _NO_MATTER:
            self._firmware.charge(self._percent, self._own_us(now_us))
        if min(self._ring_s, before_s) < _AS_PROMISED:
            self._firmware.ring_holds(self._ring_s)

    def _notice_beginning(self, now_us: int) -> None:
        if self._firmware.begun == self._begun:
            return
        self._begun, self._began_us, self._ring_s = self._firmware.begun, now_us, _AS_PROMISED
        for fault in self._faults:
            fault.begin(now_us)

    def _own_us(self, now_us: int) -> int:
        """What the device's own clock says."""
        since_us = now_us - self._booted_us
        return since_us + since_us * self._drift_ppm // 1_000_000

    def _given_us(self, own_us: int) -> int:
        """The first time at which the device's own clock says that much."""
        return self._booted_us - (-own_us * 1_000_000 // (1_000_000 + self._drift_ppm))
