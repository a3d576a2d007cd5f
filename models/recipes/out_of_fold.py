"""Scores of recordings by networks that have never heard their owners, kept beside the networks."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from dataset import Recording
from features import Features
from folds import FOLDS
from lock import is_locked
from runs import UNLOCKED, Run, fold_run, progress
from scores import Scores, score, session


def out_of_fold(
    rows: Sequence[Recording], features: Features, work: Path, seed: int, precision: str = "int8"
) -> Scores:
    """Every unlocked ``train`` row, by the network of ``seed`` of the one fold that its owner is in."""
    return joined([scored(fold_run(fold, seed), rows, features, work, precision) for fold in range(FOLDS)])


def scored(run: Run, rows: Sequence[Recording], features: Features, work: Path, precision: str = "int8") -> Scores:
    """What ``run`` says of the people that it is judged on; ``precision`` is ``int8`` or ``fp32``."""
    network = work / f"{run.name}.{precision}.onnx"
    kept = work / f"{run.name}.{precision}.scores"
    digest = hashlib.sha256(network.read_bytes()).hexdigest()
    if kept.exists():
        of, scores = pickle.loads(kept.read_bytes())  # our own file
        if of == digest:
            return scores
    progress(f"scoring {run.name}, {precision}")
    scores = score(session(network), features, judged_on(run, rows), progress)
    aside = kept.with_suffix(".tmp")
    aside.write_bytes(pickle.dumps((digest, scores)))
    aside.replace(kept)
    return scores


def judged_on(run: Run, rows: Sequence[Recording]) -> list[int]:
    """The ``train`` rows that ``run`` has not heard: its fold's, or for `UNLOCKED` those behind the lock."""
    heard = set(run.rows(rows))
    return [
        index
        for index, row in enumerate(rows)
        if row.use == "train" and index not in heard and is_locked(row.group) == (run == UNLOCKED)
    ]


def joined(parts: Sequence[Scores]) -> Scores:
    """Several networks' scores as one, in the order of the rows."""
    rows = np.concatenate([np.asarray(part.rows) for part in parts])
    order = np.argsort(rows)
    states = [track for part in parts for track in part.states]
    embedding = [vectors for part in parts for vectors in part.embedding]
    return Scores(
        tuple(int(row) for row in rows[order]),
        np.concatenate([part.present for part in parts])[order],
        np.concatenate([part.unknown for part in parts])[order],
        tuple(states[index] for index in order),
        tuple(embedding[index] for index in order),
        np.concatenate([part.timing for part in parts])[order],
    )


def only(rows: Sequence[Recording], scores: Scores, dataset: str) -> Scores:
    """The scores of one dataset."""
    return at(scores, [place for place, index in enumerate(scores.rows) if rows[index].dataset == dataset])


def at(scores: Scores, places: Sequence[int]) -> Scores:
    """The scores of some recordings."""
    chosen = list(places)
    return Scores(
        tuple(scores.rows[place] for place in chosen),
        scores.present[chosen],
        scores.unknown[chosen],
        tuple(scores.states[place] for place in chosen),
        tuple(scores.embedding[place] for place in chosen),
        scores.timing[chosen],
    )
