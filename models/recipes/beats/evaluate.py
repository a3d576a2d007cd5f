"""Figures of the beats by networks that have never heard the person, with intervals over people.

    python models/recipes/beats/evaluate.py [--work .cache/beats] [--out models/beats/1.0.0/report] [--gate]

Prints tables; with ``--out``, writes them to REPORT.md beside a picture of F1 against lag. ``--gate``: judge the quality of
each recording, so that rates are of those that pass (minutes, kept).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the recipes' own modules

import matplotlib as mpl
import numpy as np
from dataset import data_folder, recordings, state_intervals
from decoded import TOLERANCES_S, Live, Tally, live, tally, whole
from features import build_features
from matplotlib.figure import Figure as Canvas
from metrics import Figure, figure
from onsets import Matches
from people import qualities
from rates import SETTLED_S, SURE, Rates, halved_or_doubled, rates
from scored import Heard, out_of_fold, weights_of
from train import WORK

from stetho.heart.online.tracker import LAG_FRAMES

INK, SIGNAL = "#1b1f24", "#b3261e"
STYLE = {
    "svg.fonttype": "none",  # text stays text: small, and nobody's outlines
    "svg.hashsalt": "stetho",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "text.color": INK,
}
LAGS = (1, 4, 8, 14, 20, 28, 50, 88)
CURVE = 5  # the curve is drawn from every fifth recording; the product's own lag is judged on all


@dataclass(frozen=True)
class Lagged:
    """Every recording at one lag of the decoder; ``total_s``: median and longest from an onset to its event."""

    frames: int
    tallies: Sequence[Tally]
    total_s: float
    longest_s: float


def share(people: Sequence[str], tallies: Sequence[Tally]) -> Figure:
    """Frames right."""
    table = np.array([(one.right, one.frames) for one in tallies])
    return figure(people, lambda items: float(table[items, 0].sum() / table[items, 1].sum()))


def f1(people: Sequence[str], tallies: Sequence[Tally], tolerance_s: float) -> Figure:
    """Onsets of S1 and S2 together."""
    of = [one.matches[tolerance_s] for one in tallies]
    table = np.array([(one.annotated, one.found, one.paired) for one in of])
    return figure(people, lambda items: Matches(*(int(n) for n in table[items].sum(axis=0))).f1)


def at_lag(
    lag: int, heard: Sequence[Heard], spans: Sequence[list[tuple[float, float, int]]], lives: list[Live]
) -> Lagged:
    """``lives``: filled with what the product's own lag gave."""
    weights = weights_of(WORK / "fold0.npz")
    tallies, lags_s = [], []
    for one, annotated in zip(heard, spans, strict=True):
        said = live(one.logits, weights, lag)
        tallies.append(tally(said.found, annotated, len(one.logits)))
        lags_s += said.lags_s
        if lag == LAG_FRAMES:
            lives.append(said)
    return Lagged(lag, tallies, float(np.median(lags_s)), float(np.max(lags_s)))


def calibration(lives: Sequence[Live], spans: Sequence[list[tuple[float, float, int]]]) -> str:
    """How often an onset is right within 100 ms, by its confidence."""
    sure, right = [], []
    for said, annotated in zip(lives, spans, strict=True):
        for (at, state), confidence in zip(said.found, said.confidences, strict=True):
            if state in (0, 2) and any(start + 0.1 <= at <= stop - 0.1 for start, stop, _ in _stretches(annotated)):
                sure.append(confidence)
                right.append(any(abs(at - start) <= 0.1 for start, _, other in annotated if other == state))
    confidence, hit = np.array(sure), np.array(right)
    lines = ["| confidence | onsets | right within 100 ms |", "| --- | --- | --- |"]
    for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            lines.append(f"| {low:.1f}-{min(high, 1.0):.1f} | {int(inside.sum())} | {hit[inside].mean():.3f} |")
    return "\n".join(lines)


def _stretches(annotated: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    joined: list[tuple[float, float, int]] = []
    for start, stop, _ in sorted(annotated):
        if joined and abs(joined[-1][1] - start) < 1e-3:
            joined[-1] = (joined[-1][0], stop, 0)
        else:
            joined.append((start, stop, 0))
    return joined


def rate_lines(people: Sequence[str], found: Sequence[Rates]) -> str:
    """Mean absolute errors, halved or doubled, and when the live rate has settled."""
    truth = np.array([one.annotated for one in found])

    def line(name: str, said: Sequence[float | None]) -> str:
        given = [index for index, one in enumerate(said) if one is not None]
        if not given:
            return f"| {name} | 0 of {len(said)} | | |"
        value = np.array([np.nan if one is None else one for one in said])
        wrong = np.array(
            [one is not None and halved_or_doubled(one, other) for one, other in zip(said, truth, strict=True)]
        )
        who = [people[index] for index in given]
        mae = figure(who, lambda items: float(np.abs(value - truth)[np.array(given)[items]].mean()))
        bad = figure(who, lambda items: float(wrong[np.array(given)[items]].mean()))
        return f"| {name} | {len(given)} of {len(said)} | {mae} | {bad} |"

    sure = [one.shown if one.shown_confidence >= SURE else None for one in found]
    rows = [
        "| rate | recordings | MAE, bpm | halved or doubled |",
        "| --- | --- | --- | --- |",
        line("whole pass, over the annotated stretches", [one.whole for one in found]),
        line("live beats, over the annotated stretches", [one.live for one in found]),
        line(
            f"the same, where the rate at the end has a confidence >= {SURE}",
            [one.live if one.shown_confidence >= SURE else None for one in found],
        ),
        line("live, as shown at the end (last 10 s)", [one.shown for one in found]),
        line(f"the same, confidence >= {SURE}", sure),
    ]
    for place, second in enumerate(SETTLED_S):
        said = [one.early[place][0] if one.early[place][1] >= SURE else None for one in found]
        rows.append(line(f"live after {second} s, confidence >= {SURE}", said))
    return "\n".join(rows)


def draw(file: Path, lagged: Sequence[Lagged], offline: Sequence[float], f1s: Sequence[Sequence[float]]) -> None:
    """F1 against total lag."""
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(5.2, 3.2), layout="constrained")
        axes = canvas.subplots()
        x = [one.total_s for one in lagged]
        for tolerance_s, values, limit, colour in zip(TOLERANCES_S, f1s, offline, (INK, SIGNAL), strict=True):
            axes.plot(x, values, color=colour, marker="o", markersize=3, label=f"within {1000 * tolerance_s:.0f} ms")
            axes.axhline(limit, color=colour, linewidth=0.6, linestyle=":")
        axes.axvline(1.0, color=INK, linewidth=0.4)
        axes.set(xlabel="from the onset to its event, s", ylabel="F1 of S1 and S2", xlim=(0.0, 2.1))
        axes.legend(frameon=False, loc="lower right", title="dotted: the whole pass")
        canvas.savefig(file, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="only every nth recording")
    given = parser.parse_args()
    progress: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731 - one line
    rows, intervals = recordings(data_folder()), state_intervals(data_folder())
    features = build_features(rows, intervals, given.work / "features", progress)
    heard = out_of_fold(rows, features, intervals, given.work)[:: given.every]
    spans = [intervals[rows[one.row].name] for one in heard]
    people = [rows[one.row].group for one in heard]
    progress(f"{len(heard)} recordings of {len(set(people))} people")
    wholes = [whole(one.logits) for one in heard]
    offline = [
        tally(found, annotated, len(one.logits)) for found, annotated, one in zip(wholes, spans, heard, strict=True)
    ]
    lives: list[Live] = []
    own = at_lag(LAG_FRAMES, heard, spans, lives)
    progress(f"live: F1 {f1(people, own.tallies, 0.1)}")
    some = slice(None, None, CURVE)
    lagged = [at_lag(lag, heard[some], spans[some], []) for lag in LAGS]
    lagged.append(replace(own, tallies=own.tallies[some]))
    lagged.sort(key=lambda one: one.frames)
    progress("curve drawn")
    sampled = "" if given.every == 1 else f" (one in {given.every} of all)"
    parts = [
        (
            f"Out of fold: {len(heard)} annotated recordings of {len(set(people))} people of CirCor{sampled}, "
            f"{sum(one.frames for one in offline)} annotated frames of 20 ms. In brackets: 95 % over people.\n"
        ),
        table(people, offline, [own]),
        f"\n## F1 against lag\n\nEvery {CURVE}th of these recordings.\n",
        table(people[some], offline[some], lagged),
        "\n## Confidence\n",
        calibration(lives, spans),
    ]
    found = [rates(*one) for one in zip(wholes, lives, spans, strict=True)]
    parts += ["\n## Heart rate\n", "All recordings.\n", rated(people, found, [True] * len(found))]
    if given.gate:
        usable = [one.usable for one in qualities([rows[one.row] for one in heard], given.work, progress)]
        parts += [
            f"\n{np.mean(usable):.3f} of the recordings pass the gate; of these:\n",
            rated(people, found, usable),
        ]
    report = "\n".join(parts)
    print(report)
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "REPORT.md").write_text(
            f"# Beats {given.out.parent.name}\n\n{report}\n\n![F1 against lag](lag.svg)\n"
        )
        f1s = [[f1(people[some], one.tallies, tolerance).value for one in lagged] for tolerance in TOLERANCES_S]
        limits = [f1(people[some], offline[some], tolerance).value for tolerance in TOLERANCES_S]
        draw(given.out / "lag.svg", lagged, limits, f1s)


def rated(people: Sequence[str], found: Sequence[Rates | None], usable: Sequence[bool]) -> str:
    """Of those that count."""
    chosen = [(who, one) for who, one, good in zip(people, found, usable, strict=True) if one is not None and good]
    return rate_lines([who for who, _ in chosen], [one for _, one in chosen])


def table(people: Sequence[str], offline: Sequence[Tally], lagged: Sequence[Lagged]) -> str:
    """F1 and frames right, whole and at each lag."""
    rows = [
        "| decoder's lag, s | from onset to event, s: median, longest | F1 at 100 ms | F1 at 60 ms | frames right |",
        "| --- | --- | --- | --- | --- |",
        f"| whole recording | | {f1(people, offline, 0.1)} | {f1(people, offline, 0.06)} | {share(people, offline)} |",
    ]
    rows += [
        f"| {0.02 * one.frames:.2f} | {one.total_s:.2f}, {one.longest_s:.2f} | {f1(people, one.tallies, 0.1)} "
        f"| {f1(people, one.tallies, 0.06)} | {share(people, one.tallies)} |"
        for one in lagged
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
