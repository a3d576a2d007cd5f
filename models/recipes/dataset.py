"""Rows of the training pack, and which of their labels may be learned from."""

from __future__ import annotations

import csv
import gzip
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LABELS = ("present", "unknown", "absent")
STATES = ("S1", "systole", "S2", "diastole")
TIMINGS = ("systolic", "diastolic")
UNANNOTATED = -1


@dataclass(frozen=True)
class Recording:
    """One row of ``pcg/manifest.csv``.

    ``visit_label`` belongs to a whole visit and stands on each of its recordings; ``site_label`` says whether the murmur
    was heard at this site. ``judged`` is false where nobody listened for a murmur (a diagnosis is not a murmur label).
    """

    path: Path
    name: str
    dataset: str
    use: str
    group: str
    visit: str
    site: str
    visit_label: str
    site_label: str
    judged: bool
    usable: bool
    timing: str
    grade: str
    diastolic: bool
    age: str
    duration_s: float


def data_folder() -> Path:
    """The pack: ``STETHO_DATA``, or ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("STETHO_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "pcg" / "manifest.csv").exists():
        raise FileNotFoundError(f"no training pack at {folder}; set STETHO_DATA")
    return folder


def recordings(folder: Path) -> tuple[Recording, ...]:
    """Every recording of the pack, in the order of its manifest."""
    with (folder / "pcg" / "manifest.csv").open(newline="") as file:
        return tuple(_recording(row, folder) for row in csv.DictReader(file))


def _recording(row: dict[str, str], folder: Path) -> Recording:
    circor = row["dataset"] == "circor"
    return Recording(
        path=folder / "pcg" / row["path"],
        name=row["recording"],
        dataset=row["dataset"],
        use=row["use"],
        group=row["split_group"],
        visit=row["patient_raw"] if circor else row["recording"],
        site=row["site"],
        visit_label=row["murmur"],
        site_label=row["murmur_at_site"] if circor else row["murmur"],
        judged=row["murmur_source"] != "none",
        usable=row["sqi"] != "0.0",
        timing=row["sys_timing"],
        grade=row["sys_grade"],
        diastolic=bool(row["dia_timing"]),
        age=row["age"],
        duration_s=float(row["stored_dur_s"]),
    )


def state_intervals(folder: Path) -> dict[str, list[tuple[float, float, int]]]:
    """Annotated ``(start_s, end_s, state)`` of each CirCor recording; states as in `STATES`, gaps left out."""
    intervals: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    with gzip.open(folder / "pcg" / "circor_segmentation.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            state = int(row["state"]) - 1
            if state != UNANNOTATED:
                intervals[row["recording"]].append((float(row["start_s"]), float(row["end_s"]), state))
    return intervals
