"""The average beat of a running take, and the final one, which is that of `analyze`.

A beat counts where the online decoder is sure of the rate over it. That alone doesn't tell S1 from S2: of 60 made hearts with a
diastolic murmur (grade III and IV, 16 s) 50 had an average, and 3 of those had the two exchanged. So it is called sure only
where the windows of the murmur model confirm it: they did in 2 of the 50, both right.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from stetho.dsp.frames import Frames
from stetho.events import AverageBeatEvent
from stetho.heart.assessment import Quality
from stetho.heart.average_beat import average_beat
from stetho.heart.band_levels import BANDS_HZ
from stetho.heart.cycles import Cycle
from stetho.heart.heard_cycles import HeardCycles
from stetho.heart.online.listener import LOOK_BACK_S
from stetho.heart.online.onset import Onset
from stetho.heart.phase_energy import phase_energy
from stetho.heart.rate import HeartRate
from stetho.heart.running_average import RunningAverage
from stetho.inference.evidence import Evidence
from stetho.inference.phase_certainty import phase_doubt
from stetho.stream import Span, StreamSpec

RECENT_BEATS = 48
"""Of which a running average is made: half a minute to a minute. All of them cost 2 ms, every other second."""
EVERY_S = 2.0
MOST_WAITING = 64
"""Beats that wait until the rate is sure."""
SURE_AGAIN = 3
"""Averages in a row that have to be sure after one that was not, and two at first: none comes and goes."""


class LiveBeat:
    """Frames, qualities, rates and onsets of one take in, in the order in which they come; events out.

    Frames and qualities may be ahead of the onsets and rates, by any time: what is said is the same.
    """

    def __init__(self, spec: StreamSpec, take_start: int, take: int) -> None:
        self._spec, self._start, self._take = spec, take_start, take
        self._cycles = HeardCycles(spec, take_start)
        self._average = RunningAverage(spec, take_start, RECENT_BEATS)
        self._waiting: list[Frames] = []
        self._poor: list[Span] = []
        self._heard: deque[Cycle] = deque(maxlen=MOST_WAITING)
        self._said_s, self._said_beats = -EVERY_S, 0
        self._sure_in_a_row = SURE_AGAIN - 2

    def frames(self, frames: Frames) -> None:
        """The next frames; they wait for the next rate, since one by one they cost ten times as much to lay on the grid."""
        if self._waiting and abs(self._waiting[-1].span.stop - frames.start) > frames.hop / 2:
            self._lay(self._waiting[-1].span.stop)
        self._waiting.append(frames)
        self._poor.extend(frames.concealed)

    def quality(self, quality: Quality) -> None:
        """The next half second: no beat over a poor one counts."""
        if not quality.usable:
            self._poor.append(quality.span)

    def onset(self, onset: Onset) -> None:
        """The next onset; the beat that ends with it waits for the next rate."""
        self._heard.extend(cycle for cycle in self._cycles.process(onset) if not self._poor_under(cycle))

    def rate(self, rate: HeartRate, known_at: int, of_windows: Callable[[], float]) -> AverageBeatEvent | None:
        """The rate, once a second, with what it rests on: where it is sure, the beats of that time count.

        known_at: the source sample up to which it heard. of_windows: the confidence of the rate that the windows have. Gives
        the average where it is time, and there are new beats in it.
        """
        now_s, begun_s = self._spec.seconds(known_at), self._spec.seconds(self._start)
        oldest = known_at - LOOK_BACK_S * self._spec.rate_hz  # a beat from before it has no part any more
        self._poor = [span for span in self._poor if span.stop > oldest]
        self._lay(known_at)
        while self._heard and self._heard[0].start_s < now_s - begun_s - LOOK_BACK_S:
            self._heard.popleft()
        if phase_doubt(rate.confidence) is None:
            while self._heard:
                self._average.beat(self._heard.popleft())
        if self._average.heard == self._said_beats or now_s < self._said_s + EVERY_S:
            return None
        selection = self._average.selection()
        average, energy = average_beat(selection), phase_energy(selection)
        if average is None or energy is None:
            return None
        self._said_s, self._said_beats = now_s, self._average.heard
        confidence = min(rate.confidence, of_windows())
        self._sure_in_a_row = 0 if phase_doubt(confidence) else self._sure_in_a_row + 1
        excluded = {why.value: count for why, count in selection.excluded.items()}
        return AverageBeatEvent(
            t_s=now_s,
            take=self._take,
            final=False,
            sure=self._sure_in_a_row >= SURE_AGAIN,
            confidence=confidence,
            bands_hz=BANDS_HZ,
            beats={"used": len(selection.used), "excluded": excluded, "reason": None},
            average_beat=average.to_json(),
            phase_energy=energy.to_json(),
            origin=self._spec.origin.value,
        )

    def _poor_under(self, cycle: Cycle) -> bool:
        rate = self._spec.rate_hz
        start, stop = self._start + cycle.start_s * rate, self._start + cycle.stop_s * rate
        return any(span.start < stop and start < span.stop for span in self._poor)

    def _lay(self, stop: int) -> None:
        """Lays the frames up to source sample `stop` on the grid; those after it wait."""
        if not self._waiting:
            return
        start, hop = self._waiting[0].start, self._waiting[0].hop
        log_mel = np.concatenate([frames.log_mel for frames in self._waiting], axis=1)
        count = min(log_mel.shape[1], max(0, round((stop - start) / hop)))
        if count:
            self._average.frames(Frames(log_mel[:, :count], start, hop))
        rest = log_mel[:, count:]
        self._waiting = [Frames(rest, start + round(count * hop), hop)] if rest.shape[1] else []


def final_average_beat(t_s: float, take: int, evidence: Evidence, spec: StreamSpec) -> AverageBeatEvent:
    """The average beat of a take that has ended: field by field what `analyze --evidence` says of its saved samples."""
    said = evidence.to_json()
    return AverageBeatEvent(
        t_s=t_s,
        take=take,
        final=True,
        sure=evidence.phase_doubt is None,
        confidence=evidence.beat_confidence,
        bands_hz=said["bands_hz"],
        beats=said["beats"],
        average_beat=said["average_beat"],
        phase_energy=said["phase_energy"],
        origin=spec.origin.value,
    )
