"""Which recorded noises may augment training, and which are kept to judge by: what taught a network can't judge it.

A ``source_group`` is one upload; its clips are cut from the same sound, so they are never on both sides.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

SHARE = 5  # one upload in so many
SALT = "stetho noise 1"  # leaves 3 to 12 uploads of each kind to judge by, 42 clips in all


@dataclass(frozen=True)
class NoiseClip:
    """One row of ``noise/manifest.csv``."""

    path: Path
    use: str
    kind: str
    source_group: str

    @property
    def held_out(self) -> bool:
        """Whether it is kept to judge by: all ``check`` rows, and a fifth of the ``train`` rows' uploads."""
        return self.use == "check" or is_held_out(self.source_group)


def is_held_out(source_group: str) -> bool:
    """Whether an upload of the ``train`` rows is kept to judge by; a hash, so that it depends on nothing but the name."""
    digest = hashlib.sha256(f"{SALT}:{source_group}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % SHARE == 0


def noise_clips(folder: Path) -> tuple[NoiseClip, ...]:
    """Every clip of the noise set, in the order of its manifest."""
    with (folder / "noise" / "manifest.csv").open(newline="") as file:
        return tuple(
            NoiseClip(folder / "noise" / row["path"], row["use"], row["kind"], row["source_group"])
            for row in csv.DictReader(file)
        )
