"""What the device hears of a programme: with faults of the sound in it, and with a hand that takes it off the chest."""

from collections.abc import Iterator, Sequence

from hw_sim.faults import Fault, Handled
from hw_sim.programme import Performance, Programme, Touch
from hw_sim.sound import Pcm

_SKIPPED_AT_ONCE = 65_536


class Hearing:
    """A performance as it reaches the converter. `contact`: how the chest piece lies after what was read so far."""

    def __init__(self, programme: Programme, rate_hz: int, faults: Sequence[Fault] = ()) -> None:
        self._performance = Performance(programme, rate_hz)
        self._faults = faults
        self._rate_hz = rate_hz
        self._hands = sorted((h for fault in faults for h in fault.handled(rate_hz)), key=lambda h: h.sample)
        self._off = 0
        self._site: str | None = None
        self._at = 0
        self._lies = self._performance.contact
        self.contact = self._lies
        list(self._changes((), upto=1))

    def read(self, count: int) -> tuple[Pcm, tuple[Touch, ...]]:
        """The next samples, int16 (count,), fewer when it is over; and what happened in them."""
        pcm, touches = self._performance.read(count)
        for fault in self._faults:
            pcm = fault.heard(pcm, self._at, self._rate_hz)
        self._at += len(pcm)
        return pcm, tuple(self._changes(touches, upto=self._at + 1))

    def skip(self, count: int) -> None:
        """Lets that many samples pass unheard: the heart beats on while a device restarts."""
        while count > 0 and len(self.read(min(count, _SKIPPED_AT_ONCE))[0]):
            count -= _SKIPPED_AT_ONCE

    def _changes(self, touches: Sequence[Touch], upto: int) -> Iterator[Touch]:
        """Merges the programme's touches with those of hands before sample `upto`: what changes by each."""
        todo: list[Touch | Handled] = [*touches]
        while self._hands and self._hands[0].sample < upto:
            todo.append(self._hands.pop(0))
        for change in sorted(todo, key=lambda c: c.sample):
            if isinstance(change, Touch):
                self._lies = change
            elif change.touching:
                self._off -= 1
                self._site = change.site or self._site
            else:
                self._off += 1
            touching = self._lies.touching and not self._off
            now = Touch(change.sample, touching, (self._site or self._lies.site) if touching else None)
            if (now.touching, now.site) != (self.contact.touching, self.contact.site):
                self.contact = now
                yield now
