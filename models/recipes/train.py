"""One training run: a seed, the rows it may see, and a file of weights."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from augment import mask
from batches import Batch, Batches, Variety
from dataset import UNANNOTATED, Recording
from features import Features
from network import Complete, Network, Normalise, Outputs, Shape
from targets import Emphasis, targets
from torch import Tensor, nn
from torch.nn import functional

from stetho.dsp.mel import N_MELS

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast."""

    steps: int = 3200
    batch: int = 32
    peak_rate: float = 3e-3
    decay: float = 0.02
    averaging: float = 0.998  # of the moving average of the weights, which is what is kept
    states_share: float = 0.3  # of the loss of the four states beside the murmur's
    timing_share: float = 0.3  # of the loss of systolic and diastolic
    save_every: int = 500


@dataclass(frozen=True)
class Recipe:
    """Everything that a run depends on besides its rows and its seed."""

    shape: Shape = Shape()
    schedule: Schedule = Schedule()
    emphasis: Emphasis = Emphasis()
    variety: Variety = Variety()


def train(
    features: Features,
    rows: Sequence[Recording],
    chosen: Sequence[int],
    rooms: Float32,
    recipe: Recipe,
    seed: int,
    file: Path,
    progress: Callable[[str], None],
) -> Complete:
    """Train on ``chosen`` rows; take up ``file`` where a run that was interrupted left it, return at once if it is done."""
    torch.manual_seed(seed)
    run = _Run(features, rows, chosen, rooms, recipe, seed)
    run.restore(file)
    started, since, running = time.monotonic(), run.step, 0.0
    while run.step < recipe.schedule.steps:
        running += run.advance()
        if run.step % 100 == 0:
            pace = (time.monotonic() - started) / (run.step - since)
            left = pace * (recipe.schedule.steps - run.step)
            progress(
                f"{file.stem}: step {run.step}/{recipe.schedule.steps}"
                f" loss {running / 100:.3f} {1 / pace:.1f} steps/s {left:.0f} s left"
            )
            running = 0.0
        if run.step % recipe.schedule.save_every == 0 or run.step == recipe.schedule.steps:
            run.save(file)
    return run.result()


class _Run:
    def __init__(
        self,
        features: Features,
        rows: Sequence[Recording],
        chosen: Sequence[int],
        rooms: Float32,
        recipe: Recipe,
        seed: int,
    ) -> None:
        self.step = 0
        self._recipe = recipe
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._half = self._device.type == "cuda" or _processor_has_bf16_tiles()
        self._batches = Batches(features, chosen, targets(rows, recipe.emphasis), rooms, recipe.variety, seed)
        self._masks = torch.Generator().manual_seed(seed + 1)
        self._model = Complete(_normalise(features, chosen), Network(recipe.shape)).to(self._device)
        self._model = self._model.to(memory_format=torch.channels_last)
        self._average = copy.deepcopy(self._model).requires_grad_(False)
        schedule = recipe.schedule
        self._optimiser = torch.optim.AdamW(self._model.parameters(), schedule.peak_rate, weight_decay=schedule.decay)
        self._rates = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, schedule.peak_rate, total_steps=schedule.steps
        )

    def advance(self) -> float:
        """One step; the loss."""
        self._model.train()
        batch = self._batches.draw(self._recipe.schedule.batch)
        x = mask(self._model.normalise(batch.log_mel.to(self._device)).cpu(), self._masks)
        x = x.to(self._device, memory_format=torch.channels_last)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            outputs = self._model.network(x)
        loss = self._loss(outputs, batch)
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._model.parameters(), 2.0)
        self._optimiser.step()
        self._rates.step()
        self.step += 1
        self._follow()
        return float(loss.detach())

    def _loss(self, outputs: Outputs, batch: Batch) -> Tensor:
        labels, weights = batch.labels.to(self._device), batch.weights.to(self._device)
        each = functional.cross_entropy(outputs.murmur.float(), labels, reduction="none")
        loss = (weights * each).sum() / len(weights)
        timings = batch.timings.to(self._device)
        said = ~torch.isnan(timings)
        heard = functional.binary_cross_entropy_with_logits(
            outputs.timing.float(), torch.nan_to_num(timings), said * weights[:, None], reduction="sum"
        )
        loss = loss + self._recipe.schedule.timing_share * heard / len(weights)
        truth = batch.states.to(self._device)
        if bool((truth != UNANNOTATED).any()):
            phases = functional.cross_entropy(outputs.states.float(), truth, ignore_index=UNANNOTATED)
            loss = loss + self._recipe.schedule.states_share * phases
        return loss

    @torch.no_grad()
    def _follow(self) -> None:
        keep = min(self._recipe.schedule.averaging, (1 + self.step) / (10 + self.step))
        for mine, theirs in zip(self._average.state_dict().values(), self._model.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1.0 - keep)
            else:
                mine.copy_(theirs)

    def result(self) -> Complete:
        """The averaged weights, ready to judge with."""
        return self._average.cpu().to(memory_format=torch.contiguous_format).eval()

    def save(self, file: Path) -> None:
        """All that `restore` needs; written aside and renamed, so that an interruption leaves the older file whole."""
        aside = file.with_suffix(".tmp")
        torch.save(
            {
                "step": self.step,
                "model": self._model.state_dict(),
                "average": self._average.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "rates": self._rates.state_dict(),
                "batches": self._batches.state(),
                "masks": self._masks.get_state(),
                "torch": torch.get_rng_state(),
            },
            aside,
        )
        aside.replace(file)

    def restore(self, file: Path) -> None:
        """Continue from ``file``, if there is one."""
        if not file.exists():
            return
        kept = torch.load(file, weights_only=False)  # our own file of this recipe: it holds generator states
        self.step = kept["step"]
        self._model.load_state_dict(kept["model"])
        self._average.load_state_dict(kept["average"])
        self._optimiser.load_state_dict(kept["optimiser"])
        self._rates.load_state_dict(kept["rates"])
        self._batches.restore(kept["batches"])
        self._masks.set_state(kept["masks"])
        torch.set_rng_state(kept["torch"])


def _processor_has_bf16_tiles() -> bool:
    """Bfloat16 halves the time of a step where the processor has tiles for it, and lengthens it elsewhere."""
    return bool(torch.cpu._is_amx_tile_supported())


def _normalise(features: Features, chosen: Sequence[int]) -> Normalise:
    """The constants of the normalisation, from the first window of every fourth row."""
    windows = np.stack([features.windows(row)[0] for row in chosen[::4]])
    windows = windows - windows.mean(axis=(1, 2), keepdims=True)
    band_mean = windows.mean(axis=(0, 2))
    deviation = float((windows - band_mean[None, :, None]).std())
    if band_mean.shape != (N_MELS,):
        raise ValueError(f"expected {N_MELS} band means, not {band_mean.shape}")
    return Normalise(torch.from_numpy(band_mean.astype(np.float32)), deviation)
