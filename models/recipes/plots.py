"""The report's pictures, as SVG: the same figures give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from dataset import LABELS
from figures import confusion
from judged import Judged
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from metrics import share
from release_figures import ReleaseFigures
from reliability import Reliability

INK, SHADE, SIGNAL = "#1b1f24", "#9aa5b1", "#b3261e"
STYLE = {
    "svg.fonttype": "none",  # text stays text: small, and nobody's outlines
    "svg.hashsalt": "stetho",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.titlesize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "text.color": INK,
}


def draw(folder: Path, figures: ReleaseFigures) -> None:
    """Write all of them into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    evaluation = figures.evaluation
    with mpl.rc_context(STYLE):
        _save(folder / "roc.svg", (4.6, 4.2), lambda canvas: _roc(canvas.subplots(), evaluation.seeds))
        _save(folder / "reliability.svg", (7.8, 6.4), lambda canvas: _reliabilities(canvas, evaluation.reliability))
        _save(folder / "confusion.svg", (4.4, 3.2), lambda canvas: _confusion(canvas.subplots(), evaluation.seeds))
        _save(folder / "grades.svg", (6.0, 3.4), lambda canvas: _grades(canvas.subplots(), evaluation.seeds[0]))
        _save(folder / "lock.svg", (7.2, 4.4), lambda canvas: _lock(canvas.subplots(), figures))


def _save(file: Path, size: tuple[float, float], paint: Callable[[Canvas], None]) -> None:
    canvas = Canvas(figsize=size, layout="constrained")
    paint(canvas)
    canvas.savefig(file, metadata={"Date": None})


def _roc(axes: Axes, seeds: Sequence[Judged]) -> None:
    """Of the judgeable visits, each seed; a dot where its words are."""
    for number, judged in enumerate(seeds):
        truth, said = judged.exams.truth, judged.exam_said
        known = truth != "unknown"
        alarms, hits = _steps(truth[known] == "present", judged.exam_odds.present[known])
        axes.step(
            alarms, hits, where="post", color=INK, alpha=0.9 - 0.3 * number, linewidth=1.0, label=f"seed {number}"
        )
        at = share(said[truth == "absent"] == "present"), share(said[truth == "present"] == "present")
        axes.plot(*at, "o", color=SIGNAL, markersize=4.5, label=None if number else "what is said")
    axes.plot([0, 1], [0, 1], ":", color=SHADE, linewidth=0.8)
    axes.set(xlabel="absent visits called present", ylabel="present visits called present", ylim=(0.0, 1.01))
    axes.set_title("Visits that the expert could judge, out of fold")
    axes.legend(frameon=False, loc="lower right")


def _steps(
    positive: npt.NDArray[np.bool_], x: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Shares of the negatives and of the positives above each threshold, the corners alone."""
    order = np.argsort(-x, kind="stable")
    hits, alarms = np.r_[0, np.cumsum(positive[order])], np.r_[0, np.cumsum(~positive[order])]
    rises = np.diff(hits)
    corner = np.r_[True, rises[1:] != rises[:-1], True]
    return alarms[corner] / alarms[-1], hits[corner] / hits[-1]


def _reliabilities(canvas: Canvas, rows: Sequence[Reliability]) -> None:
    for axes, row in zip(canvas.subplots(2, 2).flat, rows, strict=True):
        claimed, true = [part.claimed for part in row.bins], [part.true for part in row.bins]
        off = [[t - part.low for t, part in zip(true, row.bins, strict=True)]]
        off.append([part.high - t for t, part in zip(true, row.bins, strict=True)])
        top = max(0.1, *claimed, *(part.high for part in row.bins)) * 1.03
        axes.plot([0, top], [0, top], ":", color=SHADE, linewidth=0.8)
        axes.errorbar(claimed, true, yerr=np.abs(off), fmt="o", color=INK, markersize=3.5, linewidth=0.8, capsize=2)
        axes.set(xlim=(0, top), ylim=(0, top), xlabel="probability", ylabel="share of the tenth")
        axes.set_title(f"{row.name}: error {row.error.figure.mean.value:.3f}, by chance {row.by_chance:.3f}")


def _confusion(axes: Axes, seeds: Sequence[Judged]) -> None:
    counts = np.mean([confusion(judged.exams.truth, judged.exam_said) for judged in seeds], axis=0)
    shares = counts / counts.sum(axis=1, keepdims=True)
    axes.pcolormesh(shares[::-1], cmap="Greys", vmin=0.0, vmax=1.3, edgecolors="white", linewidth=2)
    for row, column in np.ndindex(*shares.shape):
        text = f"{counts[row, column]:.1f}\n{shares[row, column]:.0%}"
        colour = "white" if shares[row, column] > 0.6 else INK
        axes.text(column + 0.5, len(LABELS) - row - 0.5, text, ha="center", va="center", color=colour)
    places = np.arange(len(LABELS)) + 0.5
    axes.set_xticks(places, [f"called {label}" for label in LABELS])
    axes.set_yticks(places, LABELS[::-1])
    axes.tick_params(length=0)
    axes.set_title("Visits, mean of the seeds; rows: the expert")


def _grades(axes: Axes, judged: Judged) -> None:
    """A recording's probability by what the expert heard at that site: a dot each, and quartiles."""
    kinds = {
        "absent": [row.site_label == "absent" for row in judged.rows],
        "unknown": [row.site_label == "unknown" for row in judged.rows],
        **{
            f"grade {grade.removesuffix('/VI')}": [
                row.site_label == "present" and row.grade == grade for row in judged.rows
            ]
            for grade in ("I/VI", "II/VI", "III/VI")
        },
    }
    for place, chosen in enumerate(kinds.values()):
        low, middle, high = np.quantile(judged.odds.probability[np.asarray(chosen)], [0.25, 0.5, 0.75])
        least, most = np.quantile(judged.odds.probability[np.asarray(chosen)], [0.05, 0.95])
        axes.plot([place, place], [least, most], color=SHADE, linewidth=1.0)
        axes.plot([place, place], [low, high], color=INK, linewidth=5.0, solid_capstyle="butt")
        axes.plot(place, middle, "o", color="white", markeredgecolor=INK, markersize=5)
    names = [f"{name}\n{sum(chosen)}" for name, chosen in kinds.items()]
    axes.set_xticks(range(len(names)), names)
    axes.set(ylabel="probability of a murmur at this site", ylim=(-0.02, 1.02))
    axes.set_title("Recordings, first seed: median, quarters, and from 5 % to 95 %")


def _lock(axes: Axes, figures: ReleaseFigures) -> None:
    """Each figure's interval on the folds and on the locked people."""
    lines = [line for line in figures.evaluation.headline if line.name in figures.lock.figures][::-1]
    for place, line in enumerate(lines):
        mine, locked = line.figure.mean, figures.lock.figures[line.name]
        axes.plot([mine.low, mine.high], [place + 0.14] * 2, color=INK, linewidth=1.4)
        axes.plot(mine.value, place + 0.14, "o", color=INK, markersize=4, label=None if place else "folds")
        axes.plot([locked.low, locked.high], [place - 0.14] * 2, color=SIGNAL, linewidth=1.4)
        axes.plot(locked.value, place - 0.14, "s", color=SIGNAL, markersize=4, label=None if place else "locked")
        if line.goal is not None:
            axes.plot([line.goal.bound] * 2, [place - 0.35, place + 0.35], color=SHADE, linewidth=1.0)
    axes.set_yticks(range(len(lines)), [line.name for line in lines])
    axes.set(xlim=(0.0, 1.0), xlabel="figure and 95 % interval; a grey line is a goal")
    axes.legend(frameon=False, loc="center left")
