"""What the product says of a spoiled recording and of a spoiled visit: the path of `stetho analyze`, a fold's network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from conditions import Condition, Original, Take
from dataset import Recording
from features import read_samples

from stetho.analysis import RecordingResult, analyze_chunks
from stetho.exam.site import Site
from stetho.exam.verdict import Policy, judge_exam
from stetho.inference.manifest import Manifest
from stetho.inference.session import MurmurModel

NOT_SCORED = float("nan")


@dataclass(frozen=True, slots=True)
class Said:
    """``word``: present, absent or unknown. ``score``: calibrated log-odds of present, not a number where there is none.

    ``reason``: of an unknown.
    """

    word: str
    score: float
    reason: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """The recordings of one visit, and what is said of each and of all together, under every condition by its name."""

    rows: tuple[Recording, ...]
    recordings: Mapping[str, tuple[Said, ...]]
    exam: Mapping[str, Said]


def model_of(network: Path, manifest: Manifest) -> MurmurModel:
    """A fold's network under the curves, thresholds and limits of ``manifest``."""
    content = network.read_bytes()
    return MurmurModel(replace(manifest, sha256=hashlib.sha256(content).hexdigest()), content)


def visit(rows: Sequence[Recording], model: MurmurModel, conditions: Sequence[Condition]) -> Visit:
    """Everything that is said of one visit."""
    originals = [Original(row.name, read_samples(row.path)) for row in rows]
    recordings: dict[str, tuple[Said, ...]] = {}
    exam: dict[str, Said] = {}
    for condition in conditions:
        takes = [(original.name, condition.spoil(original)) for original in originals]
        results = [analyze_chunks(name, take[0].spec, take, model) for name, take in takes]
        recordings[condition.name] = tuple(_of_recording(result) for result in results)
        exam[condition.name] = _of_visit(rows, results, model.manifest)
    return Visit(tuple(rows), recordings, exam)


def said_of(name: str, take: Take, model: MurmurModel) -> Said:
    """What is said of one take."""
    return _of_recording(analyze_chunks(name, take[0].spec, take, model))


def _of_recording(result: RecordingResult) -> Said:
    odds = result.murmur.log_odds
    return Said(result.label.value, NOT_SCORED if odds is None else odds.present, result.murmur.reason)


def _of_visit(rows: Sequence[Recording], results: Sequence[RecordingResult], manifest: Manifest) -> Said:
    """The product's word under the challenge policy. The score is by the same rule, the highest of the usable recordings
    or else of all, but not rounded, so that few are equal."""
    sites = [(Site(row.site), result) for row, result in zip(rows, results, strict=True)]
    exam = judge_exam(rows[0].visit, sites, Policy.CHALLENGE, manifest.exam)
    said = [_of_recording(result) for result in results]
    counted = [one for one in said if one.word != "unknown"] or said
    scores = [one.score for one in counted if not np.isnan(one.score)]
    return Said(exam.label.value, max(scores, default=NOT_SCORED), exam.reason)
