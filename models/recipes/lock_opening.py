"""Opening the lock: once for each released version, and written down."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from dataset import Recording
from features import Features
from figures import headline
from judged import judge
from lock_log import Opening, log_opening, logged_opening
from out_of_fold import only, scored
from people import qualities
from reliability import reliability
from runs import UNLOCKED, progress
from verdicts import Rule


def open_lock(version: str, rows: Sequence[Recording], features: Features, work: Path, rule: Rule) -> Opening:
    """The version's opening: read where it is logged, else made and logged. ``rule``: of the unlocked people.

    Raises SystemExit where the version has been opened for another network.
    """
    digest = hashlib.sha256((work / f"{UNLOCKED.name}.int8.onnx").read_bytes()).hexdigest()
    logged = logged_opening(version, digest)
    if logged is None:
        logged = _opened(version, digest, rows, features, work, rule)
        log_opening(logged)
    return logged


def _opened(
    version: str, digest: str, rows: Sequence[Recording], features: Features, work: Path, rule: Rule
) -> Opening:
    scores = only(rows, scored(UNLOCKED, rows, features, work), "circor")
    known = [rows[index] for index in scores.rows]
    quality = np.asarray([one.score for one in qualities(known, work, progress)])
    judged = judge(known, scores, quality, rule)
    figures = {line.name: line.figure.mean for line in headline([judged])}
    for one in reliability([judged]):
        figures |= {one.error.name: one.error.figure.mean, one.brier.name: one.brier.figure.mean}
    exams = judged.exams
    date = datetime.now(UTC).date().isoformat()
    return Opening(version, date, digest, len(exams.truth), len(np.unique(exams.people)), figures)
