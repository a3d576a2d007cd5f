"""Fits `stetho.heart.borders` and judges it by fold: frames right, onsets, rate, with intervals over people.

    python models/recipes/borders.py [--murmur .cache/murmur] [--beats .cache/beats]

Frames are of 20 ms, the grid that most of CirCor's borders lie on; every frame of an annotated span counts, over four states.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

sys.path.append(str(Path(__file__).resolve().parent / "beats"))  # after the recipes' own: both have a `train`

import numpy as np
import numpy.typing as npt
from dataset import REPOSITORY, data_folder, recordings, state_intervals
from decoded import Found, Spans, Tally, tally, whole
from features import build_features
from folds import FOLDS, assign_folds
from lock import unlocked
from metrics import Figure, figure
from onsets import Matches
from out_of_fold import out_of_fold as murmur_out_of_fold
from rates import _rate
from scored import out_of_fold as beats_out_of_fold

from stetho.heart import beats, borders
from stetho.heart.durations import STATES, TYPICAL

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

NEAR_S = 0.06  # an annotated onset of the same state that is no further is the one that was found
MURMUR = REPOSITORY / ".cache" / "murmur"
BEATS = REPOSITORY / ".cache" / "beats"


@dataclass(frozen=True)
class Decoded:
    """One recording: onsets found before any correction (seconds, states), what is annotated, how long it is."""

    onsets_s: Float64
    states: Int64
    spans: Spans
    person: str
    fold: int
    frames: int

    def moved(self, by_s: Float64) -> Found:
        """The onsets elsewhere, in order."""
        return list(zip(np.maximum.accumulate(self.onsets_s + by_s).tolist(), self.states.tolist(), strict=True))

    def terms(self) -> Float64:
        """What a border is corrected by, (n, 3): 1, and the excess of the state before and after it, seconds."""
        ones = np.ones((self.states.size, 3))
        zero, one = np.zeros(4), np.ones(4)
        for column, (before, after) in enumerate(((one, zero), (zero, one)), 1):
            with mock.patch.multiple(borders, OFFSETS_S=zero, SHARE_OF_BEFORE=before, SHARE_OF_AFTER=after):
                ones[:, column] = borders.moves_s(self.onsets_s, self.states)
        return ones


def least_absolute(x: Float64, y: Float64) -> Float64:
    """The line of least absolute deviations, by squares weighted anew (Schlossmacher 1973)."""
    weights = np.ones(len(y))
    line = np.zeros(x.shape[1])
    for _ in range(25):
        weighted = x * weights[:, None]
        line = np.linalg.solve(weighted.T @ x + 1e-9 * np.eye(x.shape[1]), weighted.T @ y)
        weights = 1.0 / np.maximum(np.abs(y - x @ line), 0.002)
    return line


def fitted(rows: Sequence[Decoded], terms: Sequence[Float64], free: Callable[[int], list[int]]) -> Float64:
    """Lines (4, 3), one a state that begins, through how far each border lies from the annotated one. free: by state, the
    terms that may be other than 0."""
    lines = np.zeros((len(STATES), 3))
    for state in range(len(STATES)):
        x, y = [np.zeros((0, 3))], [np.zeros(0)]
        for row, term in zip(rows, terms, strict=True):
            annotated = np.array([start for start, _, other in row.spans if other == state])
            mine = np.flatnonzero(row.states == state)
            if annotated.size and mine.size:
                apart_s = annotated - row.onsets_s[mine, None]
                nearest_s = apart_s[np.arange(mine.size), np.abs(apart_s).argmin(axis=1)]
                near = np.abs(nearest_s) < NEAR_S
                x.append(term[mine[near]])
                y.append(nearest_s[near])
        chosen = free(state)
        lines[state, chosen] = least_absolute(np.concatenate(x)[:, chosen], np.concatenate(y))
    return lines


def by_fold(rows: Sequence[Decoded], free: Callable[[int], list[int]]) -> tuple[Sequence[Found], Float64]:
    """Every recording corrected by what was fitted on the other folds' people; and the lines fitted on all."""
    terms = [row.terms() for row in rows]
    lines = []
    for fold in range(FOLDS):
        others = [place for place, row in enumerate(rows) if row.fold != fold]
        lines.append(fitted([rows[place] for place in others], [terms[place] for place in others], free))
    moved = [row.moved((term * lines[row.fold][row.states]).sum(axis=1)) for row, term in zip(rows, terms, strict=True)]
    return moved, fitted(rows, terms, free)


def line(name: str, rows: Sequence[Decoded], found: Sequence[Found], before: Sequence[Tally]) -> str:
    """Frames right and by how many more than before, F1 at both tolerances, mean absolute error of the rate."""
    people = [row.person for row in rows]
    tallies = [tally(one, row.spans, row.frames) for one, row in zip(found, rows, strict=True)]
    right = np.array([(now.right, was.right, now.frames) for now, was in zip(tallies, before or tallies, strict=True)])

    def share(items: Int64) -> float:
        return float(right[items, 0].sum() / right[items, 2].sum())

    def gained(items: Int64) -> float:
        return float((right[items, 0] - right[items, 1]).sum() / right[items, 2].sum())

    f1 = [sum((one.matches[within] for one in tallies), Matches(0, 0, 0)).f1 for within in (0.1, 0.06)]
    gain: Figure = figure(people, gained)
    errors = [
        abs(said - truth)
        for one, row in zip(found, rows, strict=True)
        if (truth := _rate([(at, state) for at, _, state in row.spans], row.spans)) is not None
        and (said := _rate(one, row.spans)) is not None
    ]
    return (
        f"| {name} | {figure(people, share)} | {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}] "
        f"| {f1[0]:.4f} | {f1[1]:.4f} | {np.mean(errors):.3f} |"
    )


def told(rows: Sequence[Decoded], name: str, free: Callable[[int], list[int]]) -> None:
    """Print what the correction does, and its lines in ms and shares."""
    plain = [row.moved(np.zeros(row.states.size)) for row in rows]
    before = [tally(one, row.spans, row.frames) for one, row in zip(plain, rows, strict=True)]
    corrected, lines = by_fold(rows, free)
    print(f"\n{name}: {len(rows)} recordings of {len({row.person for row in rows})} people\n")
    print(
        "| borders | frames of 20 ms right | gained | F1 at 100 ms | at 60 ms | rate's MAE, bpm |\n"
        + "| --- " * 6
        + "|"
    )
    print(line("as decoded", rows, plain, before))
    print(line("corrected, fitted on the other folds", rows, corrected, before))
    print("\n| state that begins | offset, ms | share of the excess before | after |\n| --- | --- | --- | --- |")
    for state, (offset, earlier, later) in zip(STATES, lines, strict=True):
        print(f"| {state.value} | {1000 * offset:.1f} | {earlier:.3f} | {later:.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--murmur", type=Path, default=MURMUR)
    parser.add_argument("--beats", type=Path, default=BEATS)
    given = parser.parse_args()
    rows, intervals = recordings(data_folder()), state_intervals(data_folder())
    folds = assign_folds(unlocked(rows))

    def decoded(index: int, found: Found, frames: int) -> Decoded:
        row = rows[index]
        onsets_s, states = np.array([at for at, _ in found]), np.array([state for _, state in found], np.int64)
        return Decoded(onsets_s, states, intervals[row.name], row.group, folds[row.group], frames)

    features = build_features(rows, intervals, given.murmur / "features", lambda text: print(text, file=sys.stderr))
    scores = murmur_out_of_fold(rows, features, given.murmur, seed=0)
    offline = []
    with mock.patch.object(beats, "corrected", lambda onsets_s, _: onsets_s):
        for index, logits in zip(scores.rows, scores.states, strict=True):
            if rows[index].name in intervals:
                found = beats.segments(logits, TYPICAL)[1:]
                onsets = [(one.start_s, STATES.index(one.state)) for one in found]
                offline.append(decoded(index, onsets, 2 * logits.shape[1]))
    told(offline, "Murmur network, whole pass", lambda state: [0] if state == 0 else [0, 1, 2])
    with mock.patch("stetho.heart.online.tracker.FADING_FRAMES", (0.0,) * 4):
        causal = [
            decoded(one.row, whole(one.logits), len(one.logits))
            for one in beats_out_of_fold(rows, features, intervals, given.beats)
        ]
    told(causal, "Beats network, whole pass; onsets of S1 and S2 as they are", lambda state: [0] if state % 2 else [])


if __name__ == "__main__":
    main()
