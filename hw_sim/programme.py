"""What happens to a simulated stethoscope, one part after the other: where it lies, and what it hears there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hw_sim.sound import Pcm, Sound


@dataclass(frozen=True, slots=True)
class Part:
    """A sound for a while.

    make: a new sound at a sample rate, from its beginning. seconds: how long, or None for as long as it lasts.
    touching: whether the chest piece lies on a chest. site: where, if the device knows.
    """

    make: Callable[[int], Sound]
    seconds: float | None = None
    touching: bool = True
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """The parts, and the rates at which all of them can be heard, the best first.

    replayed: whether a recording of a person is played, and not a synthetic heart.
    """

    parts: tuple[Part, ...]
    rates_hz: tuple[int, ...] = (4000, 2000)
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """The chest piece is laid on, or lifted off, at a sample of the stream."""

    sample: int
    touching: bool
    site: str | None


class Performance:
    """A programme being heard at one rate. `contact`: how the chest piece lies after what was read so far."""

    def __init__(self, programme: Programme, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._parts = iter(programme.parts)
        self._sound: Sound | None = None
        self._left: int | None = 0
        self._at = 0
        self.contact = Touch(0, touching=False, site=None)
        self._next_part([])

    def read(self, count: int) -> tuple[Pcm, tuple[Touch, ...]]:
        """The next samples, int16 (count,), fewer when it is over; and what happened in them.

        The end of the last part lifts the chest piece off.
        """
        pieces: list[Pcm] = []
        touches: list[Touch] = []
        while count:
            if self._sound is None and not self._next_part(touches):
                break
            piece = self._hear(count)
            pieces.append(piece)
            count -= len(piece)
            self._at += len(piece)
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16), tuple(touches)

    def _next_part(self, touches: list[Touch]) -> bool:
        """Goes on to the next part, if there is one; between two sites the chest piece is lifted."""
        part = next(self._parts, None)
        if self.contact.touching:
            touches.append(Touch(self._at, touching=False, site=None))
        if part is not None and part.touching:
            touches.append(Touch(self._at, touching=True, site=part.site))
        if touches:
            self.contact = touches[-1]
        if part is None:
            return False
        self._sound = part.make(self._rate_hz)
        self._left = None if part.seconds is None else int(part.seconds * self._rate_hz)
        return True

    def _hear(self, count: int) -> Pcm:
        want = count if self._left is None else min(count, self._left)
        piece = self._sound.read(want) if self._sound is not None else np.zeros(0, np.int16)
        if self._left is not None:
            self._left -= len(piece)
        if len(piece) < want or self._left == 0:
            self._sound = None
        return piece
