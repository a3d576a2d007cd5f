"""What the folds' networks say of people that they have never heard, kept beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from causal_network import DILATIONS, LOOK_AHEAD
from dataset import Recording
from features import Features
from folds import FOLDS, assign_folds
from lock import is_locked, unlocked

from stetho.heart.online.network import CausalStates, Weights

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """Logits of one recording, ``(frames, 4)``; row ``i`` speaks of mel frame ``i``."""

    row: int
    logits: Float32


def weights_of(file: Path) -> Weights:
    """A trained network as the product takes it."""
    with np.load(file) as arrays:
        return Weights(**{name: arrays[name] for name in arrays.files}, dilations=DILATIONS, look_ahead=LOOK_AHEAD)


def out_of_fold(
    rows: Sequence[Recording], features: Features, annotated: Mapping[str, object], work: Path
) -> list[Heard]:
    """Every annotated recording of unlocked people of CirCor, by the one network that has never heard its owner.

    Folds whose network is not there yet are left out.
    """
    folds = assign_folds(unlocked(rows))
    found: list[Heard] = []
    for fold in range(FOLDS):
        file = work / f"fold{fold}.npz"
        if not file.exists():
            continue
        mine = [
            index
            for index, row in enumerate(rows)
            if row.dataset == "circor"
            and not is_locked(row.group)
            and folds[row.group] == fold
            and row.name in annotated
        ]
        kept = work / f"fold{fold}.logits.npz"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if not (kept.exists() and str(np.load(kept)["of"]) == digest):
            network = CausalStates(weights_of(file))
            said: dict[str, npt.NDArray[np.generic]] = {"of": np.array(digest)}
            for index in mine:
                network.reset()
                start, length = int(features.starts[index]), int(features.lengths[index])
                said[str(index)] = network.process(np.asarray(features.log_mel[start : start + length]).T)[LOOK_AHEAD:]
            np.savez(kept, **said)
        with np.load(kept) as arrays:
            found += [Heard(index, arrays[str(index)]) for index in mine]
    return found
