"""Trains the states network on the annotated spans of CirCor: a network for each fold of people, and one for release.

python models/recipes/beats/train.py [--work .cache/beats] [--only fold0]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the recipes' own modules

import numpy as np
import torch
from causal_network import Network
from dataset import REPOSITORY, UNANNOTATED, Recording, data_folder, recordings, state_intervals
from features import build_features
from folds import FOLDS, assign_folds
from lock import is_locked, unlocked
from rooms import room_power
from torch import Tensor, nn
from varied_windows import NOBODY_THERE, Batches, Variety

WORK = REPOSITORY / ".cache" / "beats"
RELEASE = "release"
RUNS = (RELEASE, *(f"fold{fold}" for fold in range(FOLDS)))


@dataclass(frozen=True)
class Schedule:
    """How long and how fast."""

    steps: int = 1000
    batch: int = 32
    peak_rate: float = 6e-3
    decay: float = 0.01
    seed: int = 0


def chosen_rows(rows: tuple[Recording, ...], run: str) -> list[int]:
    """Unlocked people of CirCor; without those of a fold's own."""
    folds = assign_folds(unlocked(rows))
    held_out = None if run == RELEASE else int(run.removeprefix("fold"))
    return [
        index
        for index, row in enumerate(rows)
        if row.dataset == "circor" and not is_locked(row.group) and folds[row.group] != held_out
    ]


def loss_of(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy of annotated frames; where there is no heart, of all four alike."""
    flat, label = logits.transpose(1, 2).reshape(-1, 4), truth.reshape(-1)
    heard = (label != UNANNOTATED) & (label != NOBODY_THERE)
    empty = label == NOBODY_THERE
    loss = nn.functional.cross_entropy(flat[heard], label[heard])
    if bool(empty.any()):
        none = -torch.log_softmax(flat[empty], dim=1).mean()
        loss = loss + none * float(empty.sum()) / float(heard.sum() + empty.sum())
    return loss


def train(batches: Batches, schedule: Schedule, name: str) -> Network:
    """One network."""
    torch.manual_seed(schedule.seed)
    network = Network()
    optimiser = torch.optim.AdamW(network.parameters(), schedule.peak_rate, weight_decay=schedule.decay)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, schedule.peak_rate, schedule.steps, pct_start=0.2)
    recent: list[float] = []
    began = time.time()
    for step in range(1, schedule.steps + 1):
        levelled, truth = batches.draw(schedule.batch)
        loss = loss_of(network(levelled), truth)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        rates.step()
        recent.append(float(loss.detach()))
        if step % 100 == 0:
            print(
                f"{name} {step}: {np.mean(recent[-100:]):.4f}, {time.time() - began:.0f} s", file=sys.stderr, flush=True
            )
    return network.eval()


def perform(work: Path, only: str | None, schedule: Schedule) -> None:
    """Every run that ``work`` does not hold yet."""
    torch.set_num_threads(1)
    folder = data_folder()
    rows, intervals = recordings(folder), state_intervals(folder)
    features = build_features(rows, intervals, work / "features", lambda line: print(line, file=sys.stderr))
    rooms = room_power(folder, work / "features")
    for run in RUNS if only is None else [only]:
        file = work / f"{run}.npz"
        if file.exists():
            continue
        batches = Batches(rows, features, intervals, chosen_rows(rows, run), rooms, Variety(), schedule.seed)
        weights = train(batches, schedule, run).weights()
        np.savez(file, **{name: getattr(weights, name) for name in weights.__dataclass_fields__})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--only", choices=RUNS)
    parser.add_argument("--steps", type=int, default=Schedule.steps)
    given = parser.parse_args()
    perform(given.work, given.only, Schedule(steps=given.steps))


if __name__ == "__main__":
    main()
