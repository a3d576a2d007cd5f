"""From window scores to one verdict on a take: pure arithmetic, and fail-closed.

Probabilities are Platt-scaled (Platt 1999) means of the windows' log-odds. Whatever can't be judged is *unknown*, with
the reason; it is never a score of 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

import numpy as np

from stetho.inference.manifest import Manifest
from stetho.inference.phase_certainty import PhaseDoubt
from stetho.inference.probability import probability
from stetho.inference.session import ABSENT, PRESENT, UNKNOWN
from stetho.inference.timing import Timing, TimingLogits, TimingOdds, said_timing, timing_odds
from stetho.stream import Samples, Span


class Label(StrEnum):
    """What is said of a murmur; `unknown` always with a reason."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Doubt(StrEnum):
    """Why a take can't be judged, where the signal's quality is not the reason."""

    TOO_SHORT = "too_short"
    TOO_FEW_WINDOWS = "too_few_windows"
    LINK_LOSS = "link_loss"
    UNLIKE_TRAINING = "unlike_training"
    EXPERT_COULD_NOT_JUDGE = "expert_could_not_judge"
    ANALYSIS_FAILED = "analysis_failed"


@dataclass(frozen=True, slots=True)
class ScoredWindow:
    """One window of a take. index: k, from second k of the take on. span: its source samples.

    present, unknown: the network's own log-odds, not calibrated (`present_log_odds`, `unknown_log_odds`).
    concealed_share: 0..1 of its samples were filled in. embedding_rms: how far from the middle of the training data.
    poor: why the signal can't be used there, or "". timing: the network's own, where it has such an output.
    """

    index: int
    span: Span
    present: float
    unknown: float
    concealed_share: float = 0.0
    embedding_rms: float = 0.0
    poor: str = ""
    timing: TimingLogits | None = None


@dataclass(frozen=True, slots=True)
class LogOdds:
    """Calibrated log-odds (natural logarithm) of a take: of present where it can be judged, and of unknown."""

    present: float
    unknown: float

    @property
    def probability(self) -> float:
        return probability(self.present)

    @property
    def unknown_probability(self) -> float:
        return probability(self.unknown)


@dataclass(frozen=True, slots=True)
class MurmurVerdict:
    """What is said of a take.

    probability: chance that an expert who can judge the take hears a murmur at this site; unknown_probability: chance
    that the expert could not judge. Both whenever a window exists, whatever the label; else None.
    timing: where in the beat, said of a murmur that is present, only by a model judged on it, and only where the beats
    are sure; timing_reason: why it is withheld, else None; timing_odds: what it rests on, whatever the label.
    """

    label: Label
    log_odds: LogOdds | None
    evidence: Span | None
    reason: str | None
    windows_scored: int
    timing: Timing | None = None
    timing_odds: TimingOdds | None = None
    timing_reason: PhaseDoubt | None = None

    @property
    def probability(self) -> float | None:
        return None if self.log_odds is None else self.log_odds.probability

    @property
    def unknown_probability(self) -> float | None:
        return None if self.log_odds is None else self.log_odds.unknown_probability

    def to_json(self, rate_hz: int, origin_sample: int = 0) -> dict[str, Any]:
        """The contract's `murmur` object; times are seconds from `origin_sample` on."""
        return {
            "label": self.label.value,
            "probability": self.probability,
            "unknown_probability": self.unknown_probability,
            "timing": None if self.timing is None else self.timing.value,
            "timing_reason": None if self.timing_reason is None else self.timing_reason.value,
            "evidence_s": _seconds(self.evidence, rate_hz, origin_sample),
            "reason": self.reason,
        }


def _seconds(span: Span | None, rate_hz: int, origin: int) -> list[float] | None:
    if span is None:
        return None
    return [round((edge - origin) / rate_hz, 3) for edge in (span.start, span.stop)]


def present_log_odds(murmur: Samples) -> float:
    """Log-odds of present against absent of one window."""
    return float(murmur[PRESENT]) - float(murmur[ABSENT])


def unknown_log_odds(murmur: Samples) -> float:
    """Log-odds of unknown against both others of one window."""
    return float(murmur[UNKNOWN]) - float(np.logaddexp(murmur[PRESENT], murmur[ABSENT]))


def judge(windows: Sequence[ScoredWindow], manifest: Manifest, beat_confidence: float = 0.0) -> MurmurVerdict:
    """The verdict on a take, from all its scored windows in order.

    beat_confidence: the heart rate's, 0..1, where it is known; it decides of nothing but whether a timing is said.
    """
    if not windows:
        return MurmurVerdict(Label.UNKNOWN, None, None, Doubt.TOO_SHORT.value, 0)
    doubts = [doubt_of(window, manifest) for window in windows]
    counted = counted_windows(windows, manifest)
    odds = LogOdds(
        manifest.present(fmean(window.present for window in counted)),
        manifest.unknown(fmean(window.unknown for window in counted)),
    )
    evidence = max(counted, key=lambda window: window.present).span
    good = doubts.count("")
    label, reason = _label(odds, good, doubts, manifest)
    when = timing_odds((window.timing for window in counted), manifest.timing)
    timing, withheld = said_timing(when, manifest.timing, beat_confidence) if label is Label.PRESENT else (None, None)
    return MurmurVerdict(label, odds, evidence, reason, good, timing, when, withheld)


def counted_windows(windows: Sequence[ScoredWindow], manifest: Manifest) -> Sequence[ScoredWindow]:
    """Those whose mean the figures are: the usable ones, or all where none is."""
    return [window for window in windows if not doubt_of(window, manifest)] or windows


def doubt_of(window: ScoredWindow, manifest: Manifest) -> str:
    """Why one window can't be used; "" where it can."""
    if window.poor:
        return window.poor
    if window.concealed_share > manifest.window.maximum_concealed_share:
        return Doubt.LINK_LOSS.value
    return Doubt.UNLIKE_TRAINING.value if window.embedding_rms > manifest.embedding_limit else ""


def _label(odds: LogOdds, good: int, doubts: Sequence[str], manifest: Manifest) -> tuple[Label, str | None]:
    """The label, and for an unknown the first reason."""
    if good < manifest.window.minimum_scored:
        causes = sorted(why for why in doubts if why)
        return Label.UNKNOWN, max(causes, key=causes.count) if causes else Doubt.TOO_FEW_WINDOWS.value
    if odds.unknown_probability >= manifest.recording.unknown:
        return Label.UNKNOWN, Doubt.EXPERT_COULD_NOT_JUDGE.value
    return (Label.PRESENT if odds.probability >= manifest.recording.present else Label.ABSENT), None
