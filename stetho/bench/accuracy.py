"""How near found heart sounds are to the true ones: F1 of onsets, and the heart rate's error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE_S = 0.1
Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Ours beside a peer's on the same recordings. on: which. f1: of onsets within 100 ms. error_bpm: mean, absolute, of
    the recordings for which a rate was said, which is `rates` of `recordings`; None where that is none.
    """

    on: str
    recordings: int
    f1: float
    peer_f1: float
    error_bpm: float | None
    peer_error_bpm: float | None
    rates: int
    peer_rates: int

    @property
    def better(self) -> bool:
        """Ours is better in both, and says a rate at least as often."""
        nearer = self.peer_error_bpm is None or (self.error_bpm is not None and self.error_bpm < self.peer_error_bpm)
        return self.f1 > self.peer_f1 and nearer and self.rates >= self.peer_rates

    def __str__(self) -> str:
        ours, peers = (
            "no rate" if error is None else f"rate off by {error:.1f} bpm ({count} of {self.recordings})"
            for error, count in ((self.error_bpm, self.rates), (self.peer_error_bpm, self.peer_rates))
        )
        return f"{self.on}: ours F1 {self.f1:.3f}, {ours}; peer F1 {self.peer_f1:.3f}, {peers}"

    def to_json(self) -> dict[str, Any]:
        errors = {"error_bpm": self.error_bpm, "peer_error_bpm": self.peer_error_bpm}
        return {
            "on": self.on,
            "recordings": self.recordings,
            "f1": round(self.f1, 4),
            "peer_f1": round(self.peer_f1, 4),
            **{name: None if error is None else round(error, 2) for name, error in errors.items()},
            "rates": self.rates,
            "peer_rates": self.peer_rates,
        }


@dataclass(frozen=True, slots=True)
class Matches:
    """Counts of onsets: true, found, and of both paired."""

    true: int = 0
    found: int = 0
    paired: int = 0

    def __add__(self, other: "Matches") -> "Matches":
        return Matches(self.true + other.true, self.found + other.found, self.paired + other.paired)

    @property
    def f1(self) -> float:
        return 2.0 * self.paired / (self.true + self.found) if self.true + self.found else 0.0


def match(true_s: Sequence[float], found_s: Sequence[float], spans_s: Spans) -> Matches:
    """Pairs each true onset with one found within 100 ms at most. Only what lies in the spans that are known counts, and a
    false one not within 100 ms of a span's edge, since its partner may lie just outside.
    """
    truth, paired, false, i = sorted(true_s), 0, 0, 0
    for onset_s in sorted(found_s):
        while i < len(truth) and truth[i] < onset_s - TOLERANCE_S:
            i += 1
        if i < len(truth) and abs(truth[i] - onset_s) <= TOLERANCE_S:
            paired += 1
            i += 1
        else:
            false += any(start + TOLERANCE_S <= onset_s <= stop - TOLERANCE_S for start, stop in spans_s)
    return Matches(len(truth), paired + false, paired)
