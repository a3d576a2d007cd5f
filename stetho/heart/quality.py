"""Whether the signal is good enough to judge, and if not, why: a cheap gate over the raw chest channel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from stetho.stream import Chunk, Span, StreamSpec

STEP_S = 0.5


class Reason(StrEnum):
    """Why a stretch of signal can't be used."""

    NO_CONTACT = "no_contact"
    CLIPPING = "clipping"
    MAINS_HUM = "mains_hum"
    TOO_NOISY = "too_noisy"
    TOO_QUIET = "too_quiet"
    LINK_LOSS = "link_loss"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good half a second is: score 0..1, and the reasons (worst first) where it is not usable.

    span: in source samples.
    """

    span: Span
    score: float
    usable: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class QualitySummary:
    """A whole recording's quality: usable when most of it is; reasons by how much of it they spoil."""

    usable: bool
    score: float
    reasons: tuple[Reason, ...] = ()


def usable_over(qualities: Sequence[Quality], span: Span) -> bool:
    """Whether at least three quarters of what was measured in `span` is usable."""
    return poor_cause(qualities, span) == ""


def poor_cause(qualities: Sequence[Quality], span: Span) -> str:
    """Why `span` can't be used: the most frequent reason, or "" where it can."""
    over = [q for q in qualities if q.span.overlap(span)]
    return _cause(over)


def summarize(qualities: Sequence[Quality]) -> QualitySummary:
    """The quality of a recording from that of its parts."""
    if not qualities:
        return QualitySummary(usable=False, score=0.0, reasons=(Reason.TOO_QUIET,))
    score = sum(q.score for q in qualities) / len(qualities)
    counts = [(sum(r in q.reasons for q in qualities), r) for r in Reason]
    reasons = tuple(r for n, r in sorted(counts, key=lambda c: -c[0]) if n > len(qualities) / 4)
    return QualitySummary(_cause(qualities) == "", score, reasons)


def _cause(over: Sequence[Quality]) -> str:
    poor = [q for q in over if not q.usable]
    if 4 * len(poor) <= len(over):
        return ""
    causes = [r for q in poor for r in q.reasons]
    return max(causes, key=causes.count).value


class QualityGate:
    """Stage: chunks at the source's rate (chest channel) to a `Quality` every half second."""

    def __init__(self) -> None:
        self._step = 0
        self._start = -1

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Raises ConfigError for a rate below 2 kHz."""
        self._step = round(spec.rate_hz * STEP_S)
        self.reset("prepare")
        return spec

    def process(self, item: Chunk) -> Iterable[Quality]:
        """Gives the half seconds that became known."""
        if self._start < 0:
            self._start = item.start
        found = []
        while item.stop - self._start >= self._step:
            found.append(Quality(Span(self._start, self._start + self._step), 1.0, usable=True))
            self._start += self._step
        return found

    def flush(self) -> Iterable[Quality]:
        """Nothing: part of a half second is not judged."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again."""
        self._start = -1
