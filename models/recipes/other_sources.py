"""The release network on sources that it was not trained on, and on made hearts: looked at, never trained on."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from dataset import Recording
from export import INPUT, OUTPUTS
from features import read_samples
from metrics import Figure, auroc, figure, wilson, wilson_by_person
from timing_figures import Timed
from verdicts import Rule, recording_odds

from hw_sim.heart import Heart, Phase, Wish, scenario
from stetho.dsp.mel import RATE_HZ, log_mel
from stetho.dsp.resample import to_2khz
from stetho.inference.verdict import present_log_odds, unknown_log_odds

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

WINDOW_SAMPLES = 5 * RATE_HZ
MADE_RATE_HZ = 4000
MADE_SECONDS = 12
FRESH = 40_000  # the first of the simulator's seeds that judge: the form of the timing rule was chosen by a look at those from 0 on


@dataclass(frozen=True)
class Logits:
    """Mean logits of clips, as in `scores.Scores`."""

    present: Float64
    unknown: Float64
    timing: Float64


def logits_of(graph: onnxruntime.InferenceSession, clips: Sequence[Float32]) -> Logits:
    """Of signals at 2 kHz; what is shorter than a window is repeated.

    The product calls such a clip too short. Repeating it is for these figures alone.
    """
    outputs = [graph.run(list(OUTPUTS), {INPUT: _windows(clip)[:, None]}) for clip in clips]
    return Logits(
        np.asarray([np.mean([present_log_odds(window) for window in murmur]) for murmur, *_ in outputs]),
        np.asarray([np.mean([unknown_log_odds(window) for window in murmur]) for murmur, *_ in outputs]),
        np.asarray([np.asarray(output[3], np.float64).mean(axis=0) for output in outputs]),
    )


def _windows(samples: Float32) -> Float32:
    if len(samples) < WINDOW_SAMPLES:
        samples = np.tile(samples, -(-WINDOW_SAMPLES // len(samples)))[:WINDOW_SAMPLES]
    mel = log_mel(np.ascontiguousarray(samples))
    return np.stack([mel[:, first : first + 250] for first in range(0, mel.shape[1] - 249, 50)])


@dataclass(frozen=True)
class SourceFigure:
    """Present against absent within one source, or within one class of it and its healthy clips.

    ``sensitivity``, ``specificity``: by probability at the shipped threshold, with Wilson's interval by person.
    """

    name: str
    present: int
    absent: int
    auroc: Figure
    sensitivity: Figure
    specificity: Figure


@dataclass(frozen=True)
class Heard:
    """The clips of one source, what the network says of them, and the class of each."""

    rows: tuple[Recording, ...]
    logits: Logits
    classes: tuple[str, ...]


def heard_elsewhere(
    graph: onnxruntime.InferenceSession, rows: Sequence[Recording], folder: Path
) -> Mapping[str, Heard]:
    """The ``check`` rows, each source by itself."""
    classes = _classes(folder)
    found = {}
    for dataset in ("yaseen2018", "hls_cmds"):
        own = tuple(row for row in rows if row.dataset == dataset)
        kinds = tuple(classes[str(row.path.relative_to(folder / "pcg"))] for row in own)
        found[dataset] = Heard(own, logits_of(graph, [read_samples(row.path) for row in own]), kinds)
    return found


def source_figures(heard: Mapping[str, Heard], rule: Rule) -> list[SourceFigure]:
    """Each source, and each class of disease of Yaseen's against its healthy clips."""
    found = []
    for dataset, one in heard.items():
        odds = recording_odds(rule, one.logits.present, one.logits.unknown)
        called = odds.probability >= rule.recording.present
        truth = np.asarray([row.visit_label == "present" for row in one.rows])
        kinds = np.asarray(one.classes)
        everything = np.ones(len(truth), bool)
        found.append(_figure(dataset, one, everything, truth, called))
        if dataset == "yaseen2018":
            for kind in sorted(set(kinds[truth])):
                found.append(_figure(f"{dataset}, {kind}", one, ~truth | (kinds == kind), truth, called))
    return found


def _figure(name: str, heard: Heard, chosen: Bool, truth: Bool, called: Bool) -> SourceFigure:
    part = np.flatnonzero(chosen)
    people = [heard.rows[index].group for index in part]
    owners = np.asarray(people)
    positive, word, x = truth[part], called[part], heard.logits.present[part]
    return SourceFigure(
        name,
        int(positive.sum()),
        int((~positive).sum()),
        figure(people, lambda items: auroc(positive[items], x[items])),
        wilson_by_person(word[positive], list(owners[positive])),
        wilson_by_person(~word[~positive], list(owners[~positive])),
    )


def _classes(folder: Path) -> dict[str, str]:
    with (folder / "pcg" / "manifest.csv").open(newline="") as file:
        return {row["path"]: row["label_raw"] for row in csv.DictReader(file)}


MANIKIN_TIMING = {"ESM": (True, False), "MSM": (True, False), "LSM": (True, False), "LDM": (False, True)}


def manikin_murmurs(heard: Heard) -> Timed:
    """Those of HLS-CMDS: early, mid and late systolic, and late diastolic."""
    places = [place for place, kind in enumerate(heard.classes) if kind in MANIKIN_TIMING]
    truth = [MANIKIN_TIMING[heard.classes[place]] for place in places]
    return Timed(tuple(heard.rows[p].name for p in places), heard.logits.timing[places], np.asarray(truth))


@dataclass(frozen=True)
class MadeFigure:
    """``hearts`` synthetic recordings: log-odds (the network's own), and the share that is called present."""

    name: str
    hearts: int
    low: float
    median: float
    high: float
    called: Figure


@dataclass(frozen=True)
class MadeHearts:
    """The simulator's; ``murmurs``: those with one, for their timing, and which of them are called present."""

    figures: tuple[MadeFigure, ...]
    murmurs: Timed
    called: Bool


def made_hearts(graph: onnxruntime.InferenceSession, rule: Rule, hearts: int = 20) -> MadeHearts:
    """Without a murmur, and with one of each timing and grade, of seeds from `FRESH` on."""
    seeds = range(FRESH, FRESH + hearts)
    clear = logits_of(graph, [_sound("clear", Wish(seed=seed)) for seed in seeds])
    figures = [_made("no murmur", clear, rule)]
    names, timing, truth, called = [], [], [], []
    for phase in Phase:
        for grade in (1, 2, 3, 4):
            sounds = [_sound("murmur", Wish(seed=seed, grade=grade, timing=phase)) for seed in seeds]
            logits = logits_of(graph, sounds)
            figures.append(_made(f"{phase.value}, grade {grade}", logits, rule))
            names += [f"{phase.value} {seed}" for seed in seeds]
            timing.append(logits.timing)
            truth += [(phase is Phase.SYSTOLIC, phase is Phase.DIASTOLIC)] * hearts
            called.append(_called(logits, rule))
    return MadeHearts(
        tuple(figures),
        Timed(tuple(names), np.concatenate(timing), np.asarray(truth)),
        np.concatenate(called),
    )


def _called(logits: Logits, rule: Rule) -> Bool:
    return np.asarray(recording_odds(rule, logits.present, logits.unknown).labels(rule.recording) == "present")


def _made(name: str, logits: Logits, rule: Rule) -> MadeFigure:
    low, median, high = (float(x) for x in np.quantile(logits.present, [0.0, 0.5, 1.0]))
    called = _called(logits, rule)
    return MadeFigure(name, len(called), low, median, high, wilson(int(called.sum()), len(called)))


def _sound(kind: str, wish: Wish) -> Float32:
    pcm = Heart(scenario(kind, wish)).read(MADE_SECONDS * MADE_RATE_HZ)
    return to_2khz((pcm / 32768.0).astype(np.float32), MADE_RATE_HZ)
