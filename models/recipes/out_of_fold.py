"""Scores of every recording by the one network that has never heard its owner."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from dataset import Recording
from features import Features
from folds import FOLDS, assign_folds
from runs import progress
from scores import Scores, score, session


def out_of_fold(rows: Sequence[Recording], features: Features, work: Path, precision: str) -> tuple[Scores, ...]:
    """One `Scores` a fold, of its ``train`` rows; ``precision`` is ``int8`` or ``fp32``. Kept in ``work``."""
    return tuple(_fold(rows, features, work, precision, fold) for fold in range(FOLDS))


def _fold(rows: Sequence[Recording], features: Features, work: Path, precision: str, fold: int) -> Scores:
    kept = work / f"fold{fold}.{precision}.scores"
    network = work / f"fold{fold}.{precision}.onnx"
    if kept.exists() and kept.stat().st_mtime > network.stat().st_mtime:
        with kept.open("rb") as file:
            loaded: Scores = pickle.load(file)
        return loaded
    folds = assign_folds(rows)
    own = [index for index, row in enumerate(rows) if row.use == "train" and folds[row.group] == fold]
    progress(f"scoring fold {fold}, {precision}")
    scores = score(session(network), features, own, progress)
    with kept.open("wb") as file:
        pickle.dump(scores, file)
    return scores


def joined(parts: Sequence[Scores]) -> Scores:
    """All folds' scores as one, in the order of the rows."""
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
    )
