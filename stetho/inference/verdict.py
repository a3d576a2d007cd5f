"""From window scores to one verdict on a take: pure arithmetic, and fail-closed.

Probabilities are Platt-scaled (Platt 1999) means of the windows' log-odds. Whatever can't be judged is *unknown*, with
the reason; it is never a score of 0.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from stetho.inference.manifest import Logistic, Manifest
from stetho.inference.session import ABSENT, PRESENT, UNKNOWN
from stetho.stream import Samples, Span

DECIMALS = 3


class Label(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Doubt(StrEnum):
    """Why a take can't be judged, where the signal's quality is not the reason."""

    TOO_SHORT = "too_short"
    TOO_FEW_WINDOWS = "too_few_windows"
    LINK_LOSS = "link_loss"
    EXPERT_COULD_NOT_JUDGE = "expert_could_not_judge"
    MODEL_FAILED = "model_failed"


@dataclass(frozen=True, slots=True)
class ScoredWindow:
    """One window of a take. index: k, from second k of the take on. span: its source samples.

    murmur: float32 (3,) logits of present, unknown, absent. concealed_share: 0..1 of its samples were filled in.
    """

    index: int
    span: Span
    murmur: Samples
    concealed_share: float


@dataclass(frozen=True, slots=True)
class MurmurVerdict:
    """What is said of a take.

    probability: chance that an expert who can judge the take hears a murmur at this site; unknown_probability: chance
    that the expert could not judge. Both whenever a window exists, whatever the label; else None.
    """

    label: Label
    probability: float | None
    unknown_probability: float | None
    evidence: Span | None
    reason: str | None
    windows_scored: int

    def to_json(self, rate_hz: int, origin_sample: int = 0) -> dict[str, Any]:
        """The contract's `murmur` object; times are seconds from `origin_sample` on."""
        return {
            "label": self.label.value,
            "probability": self.probability,
            "unknown_probability": self.unknown_probability,
            # Not claimed before the timing head is validated: five diastolic murmurs are too few to learn from.
            "timing": None,
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


def logistic(curve: Logistic, x: float) -> float:
    """A calibrated probability, rounded as every result is."""
    z = max(-60.0, min(60.0, curve.slope * x + curve.intercept))
    return round(1.0 / (1.0 + math.exp(-z)), DECIMALS)


def judge(windows: Sequence[ScoredWindow], poor: Sequence[str], manifest: Manifest) -> MurmurVerdict:
    """The verdict on a take.

    windows: all that were scored, in order. poor: for each, why the signal there can't be used ("" where it can).
    """
    if not windows:
        return MurmurVerdict(Label.UNKNOWN, None, None, None, Doubt.TOO_SHORT.value, 0)
    whole = [w.concealed_share <= manifest.window.maximum_concealed_share for w in windows]
    good = [w for w, kept, why in zip(windows, whole, poor, strict=True) if kept and not why]
    counted = good or list(windows)
    probability = logistic(manifest.present, _mean(present_log_odds(w.murmur) for w in counted))
    unknown = logistic(manifest.unknown, _mean(unknown_log_odds(w.murmur) for w in counted))
    evidence = max(counted, key=lambda w: present_log_odds(w.murmur)).span
    reason = _doubt(good, whole, poor, unknown, manifest)
    if reason is not None:
        return MurmurVerdict(Label.UNKNOWN, probability, unknown, evidence, reason, len(good))
    label = Label.PRESENT if probability >= manifest.recording.present else Label.ABSENT
    return MurmurVerdict(label, probability, unknown, evidence, None, len(good))


def _doubt(
    good: Sequence[ScoredWindow],
    whole: Sequence[bool],
    poor: Sequence[str],
    unknown_probability: float,
    manifest: Manifest,
) -> str | None:
    """The first reason for which the take can't be judged, or None."""
    if len(good) < manifest.window.minimum_scored:
        causes = [why for why in poor if why]
        if causes:
            return max(sorted(set(causes)), key=causes.count)
        return (Doubt.TOO_FEW_WINDOWS if all(whole) else Doubt.LINK_LOSS).value
    if unknown_probability >= manifest.recording.unknown:
        return Doubt.EXPERT_COULD_NOT_JUDGE.value
    return None


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(np.fromiter(values, dtype=np.float64)))
