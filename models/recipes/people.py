"""What is known of recordings beyond their labels. The network learns nothing of it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from dataset import Recording
from features import read_samples

from stetho.dsp.mel import RATE_HZ
from stetho.heart import quality
from stetho.heart.quality import QualityGate, summarize
from stetho.stream import Chunk, Origin, StreamSpec, read_only

Float32 = npt.NDArray[np.float32]


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


@dataclass(frozen=True)
class Quality:
    """The product's of one recording: a score, 0..1, and whether it may be judged at all."""

    score: float
    usable: bool


def qualities(rows: Sequence[Recording], work: Path, progress: Callable[[str], None]) -> Sequence[Quality]:
    """Of each recording; kept in ``work`` for as long as the product judges quality as it did."""
    kept = work / "quality.json"
    stamp = _source_hash()
    held = json.loads(kept.read_text()) if kept.exists() else {}
    found: dict[str, tuple[float, bool]] = held["found"] if held.get("stamp") == stamp else {}
    missing = [row for row in rows if row.name not in found]
    for count, row in enumerate(missing):
        one = quality_of(read_samples(row.path))
        found[row.name] = (one.score, one.usable)
        if count % 500 == 0:
            progress(f"quality: {count} of {len(missing)} recordings")
    if missing:
        kept.write_text(json.dumps({"stamp": stamp, "found": found}))
    return [Quality(*found[row.name]) for row in rows]


def _source_hash() -> str:
    """Of all code that quality may be made by."""
    digest = hashlib.sha256()
    for file in sorted(Path(str(quality.__file__)).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def quality_of(signal: Float32) -> Quality:
    """What the product says of a sound at the model's rate."""
    gate, spec = QualityGate(), StreamSpec(RATE_HZ, Origin.FILE)
    gate.prepare(spec)
    found = summarize(tuple(gate.process(Chunk(read_only(signal[None]), spec, start=0, t0_ns=0))))
    return Quality(found.score, found.usable)
