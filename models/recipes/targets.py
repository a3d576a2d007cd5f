"""What each recording teaches, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import LABELS, TIMINGS, Recording

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Targets:
    """Soft labels ``(rows, 3)``, timings ``(rows, 2)`` (1 or 0; not a number where nobody said), the weight of each row's murmur loss, and how often each row is drawn.

    ``made_murmur`` and ``cannot_judge`` are the labels of windows that were made, with a murmur or without a heart, and
    ``made_weight`` their weight.
    """

    labels: Float32
    timings: Float32
    weights: Float32
    draws: Float32
    made_murmur: Float32
    cannot_judge: Float32
    made_weight: float


@dataclass(frozen=True)
class Emphasis:
    """Weights of the kinds of row that are less certain than an expert's ear at that site."""

    silent_site: float = 0.5  # the visit has a murmur, the expert did not hear it here
    healthy_diagnosis: float = 0.3  # absent is inferred, and the dataset has no counterpart with a murmur
    unusable: float = 0.0  # the experts of 2016 could not use it, which is not that they could not judge
    made: float = 1.0  # the sound is ours, and so is the claim of what an expert would say of it
    draw_present: float = 2.5
    draw_unknown: float = 2.0
    draw_elsewhere: float = 0.3  # of recordings of the other dataset
    smoothing: float = 0.05


def targets(rows: Sequence[Recording], emphasis: Emphasis) -> Targets:
    """Labels by site; rows that nobody judged for a murmur have weight 0 and teach nothing about it."""
    labels = np.zeros((len(rows), len(LABELS)), np.float32)
    timings = np.zeros((len(rows), len(TIMINGS)), np.float32)
    weights = np.zeros(len(rows), np.float32)
    draws = np.zeros(len(rows), np.float32)
    for index, row in enumerate(rows):
        labels[index] = _soft(row.site_label if row.usable else "unknown", emphasis)
        timings[index] = _timing(row)
        weights[index] = _weight(row, emphasis)
        draws[index] = _draw(row, emphasis)
    return Targets(
        labels,
        timings,
        weights,
        draws / draws.sum(),
        _soft("present", emphasis),
        _soft("unknown", emphasis),
        emphasis.made,
    )


def _timing(row: Recording) -> tuple[float, float]:
    """Neither, where the expert heard no murmur at this site."""
    if row.site_label == "present" and row.dataset == "circor":
        return float(bool(row.timing)), float(row.diastolic)
    return (0.0, 0.0) if row.judged and row.usable and row.site_label == "absent" else (np.nan, np.nan)


def _soft(label: str, emphasis: Emphasis) -> Float32:
    soft = np.full(len(LABELS), emphasis.smoothing / len(LABELS), np.float32)
    soft[LABELS.index(label)] += 1.0 - emphasis.smoothing
    return soft


def _weight(row: Recording, emphasis: Emphasis) -> float:
    if not row.usable:
        return emphasis.unusable
    if not row.judged:
        return 0.0
    if row.dataset != "circor":
        return emphasis.healthy_diagnosis
    silent = row.visit_label == "present" and row.site_label == "absent"
    return emphasis.silent_site if silent else 1.0


def _draw(row: Recording, emphasis: Emphasis) -> float:
    if row.dataset != "circor":
        return emphasis.draw_elsewhere if _weight(row, emphasis) > 0.0 else 0.0
    return {"present": emphasis.draw_present, "unknown": emphasis.draw_unknown, "absent": 1.0}[row.site_label]
