"""Whole beats of a running stream, from the onsets that are said of it: what a running average is made of."""

from collections.abc import Iterator

from stetho.heart.cycles import Cycle
from stetho.heart.durations import STATES, HeartState
from stetho.heart.online.listener import SURE
from stetho.heart.online.onset import Onset
from stetho.stream import StreamSpec

_SOUNDS = (HeartState.S1, HeartState.S2)


class HeardCycles:
    """Onsets of one take in, `Cycle`s out, once the next S1 is said. A beat of which a sound is unsure is none.

    Two onsets may lie on either side of a gap: the beat between them has no frames there, and no part in an average.
    """

    def __init__(self, spec: StreamSpec, take_start: int) -> None:
        """spec: the source's stream. take_start: the source sample at which the take began."""
        self._rate_hz, self._take_start = spec.rate_hz, take_start
        self._held: list[Onset] = []

    def process(self, onset: Onset) -> Iterator[Cycle]:
        """The next onset, of any state."""
        if onset.state is HeartState.S1:
            if len(self._held) == len(STATES) and self._sure(onset):
                yield self._cycle(onset)
            self._held = [onset]
        elif self._held and len(self._held) < len(STATES) and onset.state is STATES[len(self._held)]:
            self._held.append(onset)
        else:
            self._held = []

    def _sure(self, next_s1: Onset) -> bool:
        return all(onset.confidence >= SURE for onset in (*self._held, next_s1) if onset.state in _SOUNDS)

    def _cycle(self, next_s1: Onset) -> Cycle:
        s1, systole, s2, diastole = map(self._second, self._held)
        return Cycle((s1, systole, s2, diastole, self._second(next_s1)))

    def _second(self, onset: Onset) -> float:
        return (onset.at - self._take_start) / self._rate_hz
