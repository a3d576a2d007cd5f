"""Recordings whose heart sounds are known: one of the simulator comes from there, annotated ones from a folder of data."""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stetho.audio_file import AudioFile
from stetho.stream import Samples

MOST = 10
"""People; of each the recording with the longest annotation, and those with the longest, by name where two are as long."""
_S1, _S2 = 1, 3


@dataclass(frozen=True, slots=True)
class HeartCase:
    """A recording with its true onsets in seconds, known within `spans_s`."""

    name: str
    samples: Samples
    rate_hz: int
    s1_s: tuple[float, ...]
    s2_s: tuple[float, ...]
    spans_s: tuple[tuple[float, float], ...]

    @property
    def bpm(self) -> float:
        """Of the median beat within a span."""
        beats_s = [
            then - first
            for first, then in zip(self.s1_s, self.s1_s[1:], strict=False)
            if any(start <= first and then <= stop for start, stop in self.spans_s)
        ]
        return 60.0 / float(np.median(beats_s))


def data_folder() -> Path | None:
    """Where annotated recordings lie: STETHO_DATA, or beside a checkout; None where there are none."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("STETHO_DATA") or beside)
    return folder if (folder / "pcg" / "circor_segmentation.csv.gz").is_file() else None


def annotated(folder: Path) -> Iterator[HeartCase]:
    """Recordings of CirCor with long annotations, each of another person."""
    rows: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    with gzip.open(folder / "pcg" / "circor_segmentation.csv.gz", "rt", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["state"] != "0":
                rows[row["recording"]].append((float(row["start_s"]), float(row["end_s"]), int(row["state"])))
    longest = sorted(rows, key=lambda name: (-sum(stop - start for start, stop, _ in rows[name]), name))
    of_each = {name.partition("_")[0]: name for name in reversed(longest)}  # the first that is met stays
    for name in [name for name in longest if of_each[name.partition("_")[0]] == name][:MOST]:
        yield _case(folder / "pcg" / "audio" / "circor" / f"{name}.flac", sorted(rows[name]))


def _case(path: Path, rows: list[tuple[float, float, int]]) -> HeartCase:
    spans: list[tuple[float, float]] = []
    for start_s, stop_s, _ in rows:
        touching = bool(spans) and abs(spans[-1][1] - start_s) < 1e-3
        spans[-1:] = [(spans[-1][0], stop_s)] if touching else [*spans[-1:], (start_s, stop_s)]
    s1_s, s2_s = (tuple(start for start, _, state in rows if state == wanted) for wanted in (_S1, _S2))
    with AudioFile(path) as file:
        return HeartCase(path.stem, file.read(), file.info.sample_rate_hz, s1_s, s2_s, tuple(spans))
