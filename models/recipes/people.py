"""What is known of people and recordings beyond their labels; for tables alone, never learned from."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from dataset import Recording
from features import read_samples

from stetho.dsp.mel import RATE_HZ
from stetho.heart.quality import QualityGate, summarize
from stetho.stream import Chunk, Origin, StreamSpec


@dataclass(frozen=True)
class Circumstances:
    """Of one recording. ``campaign``: the year's name; ``pregnant``: as noted, of the person."""

    sex: str
    campaign: str
    pregnant: bool


def circumstances(folder: Path) -> dict[str, Circumstances]:
    """By the recording's name, of CirCor."""
    with (folder / "pcg" / "manifest.csv").open(newline="") as file:
        return {
            row["recording"]: Circumstances(row["sex"], row["campaign"], row["pregnant"] == "True")
            for row in csv.DictReader(file)
            if row["dataset"] == "circor"
        }


def quality_scores(rows: Sequence[Recording], work: Path, progress: Callable[[str], None]) -> Mapping[str, float]:
    """The product's quality score of each recording, 0..1, negative where it calls the recording unusable; kept."""
    kept = work / "quality.json"
    found: dict[str, float] = json.loads(kept.read_text()) if kept.exists() else {}
    missing = [row for row in rows if row.name not in found]
    for count, row in enumerate(missing):
        found[row.name] = _quality(row)
        if count % 500 == 0:
            progress(f"quality: {count} of {len(missing)} recordings")
    if missing:
        kept.write_text(json.dumps(found))
    return found


def _quality(row: Recording) -> float:
    samples = np.ascontiguousarray(read_samples(row.path)[None])
    samples.setflags(write=False)
    gate, spec = QualityGate(), StreamSpec(RATE_HZ, Origin.FILE)
    gate.prepare(spec)
    summary = summarize(tuple(gate.process(Chunk(samples, spec, start=0, t0_ns=0))))
    return summary.score if summary.usable else -1.0 + summary.score
