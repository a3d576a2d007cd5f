"""The average beat of a take that still runs: what a screen draws, with a memory that does not grow."""

from collections import deque
from collections.abc import Iterable

from stetho.dsp.frames import Frames
from stetho.heart.aligned_beat import AlignedBeat
from stetho.heart.average_beat import MOST_BEATS, AverageBeat, average_beat
from stetho.heart.beat_aligner import BeatAligner
from stetho.heart.beat_selection import Selection, select
from stetho.heart.beats import Segment
from stetho.heart.cycles import Cycle, cycles
from stetho.heart.phase_energy import PhaseEnergy, phase_energy
from stetho.stream import StreamSpec

SETTLED_S = 1.5
"""A beat counts once this much of the take after it was decoded too: later windows hardly move it then."""
NEW_S = 0.2
"""A beat that moves a little between two decodings is the same beat: none follows within 200 ms (300 bpm)."""


class RunningAverage:
    """The average of the last beats, from frames, and from beats that are decided one by one (`beat`) or from segments
    that are decoded again and again (`decoded`).

    Of one take at a time. The same as `select` and `average_beat` of those beats, however the frames were cut.
    """

    def __init__(self, spec: StreamSpec, take_start: int, most_beats: int = MOST_BEATS) -> None:
        """take_start: the source sample at which the take began. most_beats: how many count; each keeps 2.5 kB."""
        self._aligner = BeatAligner(take_start)
        self._aligner.prepare(spec)
        self._beats: deque[AlignedBeat] = deque(maxlen=most_beats)
        self._last_s = -1.0
        self.heard = 0
        """Beats so far, those among them that count no more."""

    def frames(self, frames: Frames) -> None:
        """The next frames of the take."""
        self._keep(self._aligner.process(frames))

    def beat(self, cycle: Cycle) -> None:
        """The next beat, of which nothing is taken back."""
        self._keep(self._aligner.process(cycle))

    def decoded(self, found: Iterable[Segment], until_s: float) -> None:
        """The segments as they are known now, up to `until_s` seconds into the take: new beats that have settled count."""
        for cycle in cycles(found):
            if cycle.start_s > self._last_s + NEW_S and cycle.stop_s <= until_s - SETTLED_S:
                self._last_s = cycle.start_s
                self._keep(self._aligner.process(cycle))

    def _keep(self, beats: Iterable[AlignedBeat]) -> None:
        for beat in beats:
            self._beats.append(beat)
            self.heard += 1

    def selection(self) -> Selection:
        """The beats that count so far, and how many were left out for what."""
        return select(self._beats)

    def average(self) -> AverageBeat | None:
        """The average so far; None with too few beats."""
        return average_beat(self.selection())

    def energy(self) -> PhaseEnergy | None:
        """The energy of each part so far; None with too few beats."""
        return phase_energy(self.selection())
