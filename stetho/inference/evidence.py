"""What a verdict rests on, for a person to judge: the window, the average beat, its energy, and what the model used.

It explains a score. It is no finding of its own: nothing in it says what a murmur means.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from stetho.dsp.frames import Frames
from stetho.heart.aligned_beat import align, frames_of
from stetho.heart.assessment import Quality
from stetho.heart.average_beat import MOST_BEATS, AverageBeat, average_beat
from stetho.heart.band_levels import BANDS_HZ, F64, FRAME_S, band_levels
from stetho.heart.beat_selection import Selection, select
from stetho.heart.cycles import Cycle, cycles
from stetho.heart.durations import HeartState
from stetho.heart.phase_energy import PhaseEnergy, phase_energy
from stetho.inference.occlusion import Occlusion, occlude
from stetho.inference.phase_certainty import PhaseDoubt, phase_doubt
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import TakeSummary
from stetho.inference.timing import TimingOdds
from stetho.inference.verdict import ScoredWindow, doubt_of, present_log_odds
from stetho.inference.windows import Window
from stetho.stream import Samples, Span, StreamSpec

_log = logging.getLogger(__name__)


class Lack(StrEnum):
    """Why a part of the evidence is not there."""

    NO_WINDOW = "no_window"
    TOO_FEW_BEATS = "too_few_beats"
    ANALYSIS_FAILED = "analysis_failed"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known beside a take's verdict. window_s: the window that speaks most for a murmur, in seconds of the take.

    beats: of which average and energy are made; both are None where those are too few. occlusion: of the window; None for
    the reason beside it. beat_confidence: the heart rate's, 0..1. timing: what the verdict's timing rests on, None for a
    model that gives none.
    """

    window_s: tuple[float, float] | None
    timing: TimingOdds | None
    beats: Selection
    average: AverageBeat | None
    energy: PhaseEnergy | None
    occlusion: Occlusion | None
    no_occlusion: Lack | None = None
    beat_confidence: float = 0.0

    @property
    def phase_doubt(self) -> PhaseDoubt | None:
        """Why the phases of average, energy, occlusion and timing may be exchanged, and are not told to people; else None."""
        return phase_doubt(self.beat_confidence)

    @property
    def phase(self) -> HeartState | None:
        """Systole or diastole, where the network used the one more than the other, that one is also the louder, and the
        beats are sure enough to tell them apart; else None.
        """
        if self.energy is None or self.occlusion is None or self.phase_doubt is not None:
            return None
        louder = HeartState.SYSTOLE if self.energy.systole_over_diastole_db > 0.0 else HeartState.DIASTOLE
        return louder if self.occlusion.between_sounds is louder else None

    def to_json(self) -> dict[str, Any]:
        """The `evidence` object of `analyze --evidence --json` (docs/schemas/analyze.schema.json)."""
        return {
            "window_s": None if self.window_s is None else [round(edge, 3) for edge in self.window_s],
            "phase": None if self.phase is None else self.phase.value,
            "phase_reason": None if self.phase_doubt is None else self.phase_doubt.value,
            "timing": None if self.timing is None else self.timing.to_json(),
            "bands_hz": [list(band) for band in BANDS_HZ],
            "beats": {
                "used": len(self.beats.used),
                "excluded": {why.value: count for why, count in self.beats.excluded.items()},
                "reason": None if self.beats.enough else Lack.TOO_FEW_BEATS.value,
            },
            "average_beat": None if self.average is None else self.average.to_json(),
            "phase_energy": None if self.energy is None else self.energy.to_json(),
            "occlusion": None if self.occlusion is None else self.occlusion.to_json(),
            "occlusion_reason": None if self.no_occlusion is None else self.no_occlusion.value,
        }


class EvidenceCollector:
    """Watches one take's analysis and keeps what its evidence needs: 1.6 kB a second, and two windows."""

    def __init__(self, model: MurmurModel, spec: StreamSpec, start: int) -> None:
        """start: the take's first sample."""
        self._model, self._spec, self._start = model, spec, start
        self._levels_db: list[tuple[int, F64]] = []
        self._concealed: list[Span] = []
        self._most: dict[bool, tuple[ScoredWindow, Samples]] = {}

    def frames(self, frames: Frames) -> None:
        """The next frames of the take."""
        at = round(self._spec.seconds(frames.start - self._start) / FRAME_S)
        self._levels_db.append((at, band_levels(frames.log_mel)))
        self._concealed.extend(frames.concealed)

    def window(self, window: Window, scored: ScoredWindow) -> None:
        """The next window, of which only the foremost is kept: of those that count, and of all."""
        for counted in {True, not doubt_of(scored, self._model.manifest)}:
            kept = self._most.get(counted)
            if kept is None or scored.present > kept[0].present:
                self._most[counted] = (scored, window.log_mel)

    def evidence(self, summary: TakeSummary) -> Evidence:
        """The evidence beside the take's verdict. A fault in here is logged and costs the occlusion, never the verdict."""
        window = summary.verdict.evidence
        first_s, stop_s = (0.0, 0.0) if window is None else (self._second(window.start), self._second(window.stop))
        beats = self._beats(summary, 0.5 * (first_s + stop_s))
        occlusion, lack = self._occlusion(summary, window, first_s)
        return Evidence(
            window_s=None if window is None else (first_s, stop_s),
            timing=summary.verdict.timing_odds,
            beats=beats,
            average=average_beat(beats),
            energy=phase_energy(beats),
            occlusion=occlusion,
            no_occlusion=lack,
            beat_confidence=summary.rate.confidence,
        )

    def _second(self, sample: int) -> float:
        return self._spec.seconds(sample - self._start)

    def _beats(self, summary: TakeSummary, middle_s: float) -> Selection:
        """The beats nearest to the window, in the order of the take."""
        found = sorted(cycles(summary.segments), key=lambda cycle: abs(cycle.start_s - middle_s))[:MOST_BEATS]
        levels_db = self._whole()
        aligned = []
        for cycle in self._judged(sorted(found, key=lambda cycle: cycle.start_s), summary.quality):
            first, stop = frames_of(cycle)
            aligned.append(align(levels_db[:, first:stop], first, cycle))
        return select(aligned)

    def _whole(self) -> F64:
        """The levels of the whole take, NaN where frames are missing."""
        length = max((at + levels_db.shape[1] for at, levels_db in self._levels_db), default=0)
        whole = np.full((len(BANDS_HZ), length), np.nan)
        for at, levels_db in self._levels_db:
            whole[:, at : at + levels_db.shape[1]] = levels_db
        return whole

    def _judged(self, found: Sequence[Cycle], qualities: Sequence[Quality]) -> list[Cycle]:
        """The same beats, those over poor or concealed signal marked as not usable."""
        poor = [quality.span for quality in qualities if not quality.usable] + self._concealed
        starts_s = np.array([self._second(span.start) for span in poor])
        stops_s = np.array([self._second(span.stop) for span in poor])
        return [
            replace(cycle, usable=not np.any((starts_s < cycle.stop_s) & (stops_s > cycle.start_s))) for cycle in found
        ]

    def _occlusion(
        self, summary: TakeSummary, window: Span | None, start_s: float
    ) -> tuple[Occlusion | None, Lack | None]:
        kept = next((log_mel for scored, log_mel in self._most.values() if scored.span == window), None)
        if kept is None:
            return None, Lack.NO_WINDOW
        try:
            found = occlude(kept, summary.segments, start_s, self._present)
        except Exception:  # noqa: BLE001 - the verdict stands, whatever it is that its explanation fails at
            _log.exception("The parts that a verdict rests on could not be told")
            return None, Lack.ANALYSIS_FAILED
        return found, Lack.TOO_FEW_BEATS if found is None else None

    def _present(self, log_mel: Samples) -> float:
        """The model's calibrated log-odds of present for one window."""
        return self._model.manifest.present(present_log_odds(self._model.score(log_mel).murmur))
