"""The figures of the network that ships, and the gates that it has to pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import robustness
from dataset import Recording, data_folder
from evaluate import Evaluation
from export import INPUT, OUTPUTS
from figures import Goal
from lock_log import Opening
from measured import NOT_A_HEART, ROBUSTNESS, Measured, kept
from metrics import wilson
from not_a_heart import judged_of, never_hearts
from other_sources import MadeHearts, SourceFigure, heard_elsewhere, made_hearts, manikin_murmurs, source_figures
from out_of_range import Distances, distance_figures
from scores import session
from speed import Speed, speed
from timing_figures import Timed, TimingFigure, timing_figure
from verdicts import Rule, recording_odds

from stetho.inference.session import MurmurModel
from stetho.inference.verdict import present_log_odds, unknown_log_odds


@dataclass(frozen=True)
class Gate:
    """What a release may not miss; ``shown``: what was found, as it is printed."""

    name: str
    bound: Goal
    value: float
    shown: str

    @property
    def met(self) -> bool:
        """Whether it passes."""
        return self.bound.met(self.value)


@dataclass(frozen=True)
class ReleaseFigures:
    """Everything that the card and the report tell of a release."""

    evaluation: Evaluation
    lock: Opening
    gates: Sequence[Gate]
    sources: Sequence[SourceFigure]
    distances: Sequence[Distances]
    distance_limit: float
    made: MadeHearts
    timing: Sequence[TimingFigure]
    speed: Sequence[Speed]
    measured: Mapping[str, Measured | None]


def release_figures(
    folder: Path, evaluation: Evaluation, lock: Opening, limit: float, rows: Sequence[Recording], work: Path
) -> ReleaseFigures:
    """Of the networks, the manifest and golden inputs in ``folder``; ``work``: where longer commands keep what they found of them."""
    network, data = session(folder / "model.int8.onnx"), data_folder()
    heard = heard_elsewhere(network, rows, data)
    made = made_hearts(network, evaluation.rule)
    return ReleaseFigures(
        evaluation=evaluation,
        lock=lock,
        gates=_gates(folder, evaluation),
        sources=source_figures(heard, evaluation.rule),
        distances=distance_figures(network, evaluation.circor, limit, data),
        distance_limit=limit,
        made=made,
        timing=(
            timing_figure("simulator, fresh seeds, all", made.murmurs, evaluation.timing_rule),
            timing_figure("simulator, fresh seeds, called present", _called(made), evaluation.timing_rule),
            timing_figure("HLS-CMDS manikins", manikin_murmurs(heard["hls_cmds"]), evaluation.timing_rule),
        ),
        speed=[speed(folder / f"model.{precision}.onnx") for precision in ("int8", "fp32")],
        measured={
            NOT_A_HEART: kept(work, NOT_A_HEART, judged_of(folder)),
            ROBUSTNESS: kept(
                work, ROBUSTNESS, robustness.judged_of(robustness.networks_of(rows, work, folder), folder)
            ),
        },
    )


def _called(made: MadeHearts) -> Timed:
    """A timing is said of these alone."""
    murmurs = made.murmurs
    people = tuple(person for person, called in zip(murmurs.people, made.called, strict=True) if called)
    return Timed(people, murmurs.logits[made.called], murmurs.truth[made.called])


def _gates(folder: Path, evaluation: Evaluation) -> Sequence[Gate]:
    size = (folder / "model.int8.onnx").stat().st_size
    change = golden_change(folder, evaluation.rule)
    losses = {"visit": evaluation.quantisation.visit, "recording": evaluation.quantisation.recording}
    return (
        Gate("eight bits: size, bytes", Goal("<=", 500_000), size, f"{size:,}"),
        *(
            Gate(f"eight bits: loss of AUROC, {name}", Goal("<=", 0.003), -one.value, f"{-one.value:+.4f}")
            for name, one in losses.items()
        ),
        Gate("eight bits: largest change of a probability, golden set", Goal("<=", 0.05), change, f"{change:.4f}"),
        *_never_hearts(folder),
    )


def _never_hearts(folder: Path) -> Sequence[Gate]:
    """Through the product, by the model as it is released."""
    return [
        Gate(
            f"not a heart: {kind}, called unknown",
            Goal(">=", 1.0),
            tally.unknown / tally.sounds,
            f"{tally.unknown} of {tally.sounds}: {wilson(tally.unknown, tally.sounds)}",
        )
        for kind, tally in never_hearts(MurmurModel.load(folder)).items()
    ]


def golden_change(folder: Path, rule: Rule) -> float:
    """How far apart both precisions are on the golden inputs, in calibrated probabilities."""
    with np.load(folder / "golden.npz") as golden:
        inputs = golden[INPUT]
    found = []
    for precision in ("int8", "fp32"):
        logits = session(folder / f"model.{precision}.onnx").run([OUTPUTS[0]], {INPUT: inputs})[0]
        present = np.asarray([present_log_odds(window) for window in logits])
        unknown = np.asarray([unknown_log_odds(window) for window in logits])
        odds = recording_odds(rule, present, unknown)
        found.append(np.concatenate([odds.probability, odds.unknown_probability]))
    return float(np.abs(found[0] - found[1]).max())
