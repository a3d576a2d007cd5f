"""What a clinic would see: of 100 exams, how many are flagged, and how many of those are right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from judged import Judged
from metrics import Figure, over_seeds, share

Int64 = npt.NDArray[np.int64]

PREVALENCES = (0.01, 0.05, 0.20)


@dataclass(frozen=True)
class Flags:
    """Of 100 exams that an expert could judge: called present; of these truly so; murmurs missed; called unknown."""

    prevalence: float
    flagged: Figure
    right: Figure
    missed: Figure
    unknown: Figure


def flags(seeds: Sequence[Judged]) -> list[Flags]:
    """From the shares of the visits' words among the two true labels, as they would mix elsewhere."""
    people = seeds[0].exams.people

    def figure_of(measure: Callable[[dict[str, float]], float]) -> Figure:
        return over_seeds(people, [lambda items, j=judged: measure(_shares(j, items)) for judged in seeds]).mean

    return [
        Flags(
            prevalence,
            figure_of(lambda s, p=prevalence: 100 * _flagged(s, p)),
            figure_of(lambda s, p=prevalence: 100 * p * s["present present"]),
            figure_of(lambda s, p=prevalence: 100 * p * (1 - s["present present"])),
            figure_of(lambda s, p=prevalence: 100 * (p * s["present unknown"] + (1 - p) * s["absent unknown"])),
        )
        for prevalence in PREVALENCES
    ]


def _flagged(shares: dict[str, float], prevalence: float) -> float:
    return prevalence * shares["present present"] + (1 - prevalence) * shares["absent present"]


def _shares(judged: Judged, items: Int64) -> dict[str, float]:
    """Of the visits of each true label, the share of each word."""
    found = {}
    for true in ("present", "absent"):
        said = judged.exam_said[items[judged.exams.truth[items] == true]]
        found |= {f"{true} {word}": share(said == word) for word in ("present", "unknown")}
    return found
