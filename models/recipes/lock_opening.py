"""Opening the lock: once for each released version, and written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from dataset import Recording
from features import Features
from figures import headline
from folds import assign_folds, split_hash
from in_product import in_product, product_lines
from judged import judge
from lock import unlocked
from lock_log import LOG, Judge, Opening, log_opening, logged_opening, may_open
from manifest import in_force
from metrics import Figure
from out_of_fold import only, scored
from reliability import reliability
from runs import UNLOCKED
from takes import Listening, heard, quality_scores
from verdicts import Rule

from stetho.heart.beats import Durations


@dataclass(frozen=True)
class Judging:
    """All that is fitted on the unlocked people, and decides what is said of the locked ones."""

    rule: Rule
    embedding_limit: float
    durations: Durations

    @property
    def sha256(self) -> str:
        """Of the rule and the limit, to the digits that a manifest has. (Durations have no part in a verdict.)"""
        fixed = _rounded({"rule": asdict(self.rule), "limit": self.embedding_limit})
        return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return f"{value:.5f}"


def open_lock(
    version: str,
    rows: Sequence[Recording],
    features: Features,
    work: Path,
    judging: Judging,
    *,
    why: str = "",
    log: Path = LOG,
) -> Opening:
    """The version's opening: read where it is logged for this network, rule and split; else made and logged.

    ``why``: of another opening than the first. Raises SystemExit where that is missing, or the version has been opened for
    another network.
    """
    network = hashlib.sha256((work / f"{UNLOCKED.name}.int8.onnx").read_bytes()).hexdigest()
    by = Judge(network, judging.sha256, split_hash(assign_folds(unlocked(rows))))
    logged = logged_opening(version, by, log)
    if logged is None:
        number = may_open(version, by, why, log)
        visits, people, figures = _judged(rows, features, work, judging)
        date = datetime.now(UTC).date().isoformat()
        logged = Opening(version, date, by, visits, people, figures, number, why if number > 1 else "")
        log_opening(logged, log)
    return logged


def _judged(
    rows: Sequence[Recording], features: Features, work: Path, judging: Judging
) -> tuple[int, int, dict[str, Figure]]:
    """How many visits and people, and the figures: of network and rule alone, then in the product."""
    scores = only(rows, scored(UNLOCKED, rows, features, work), "circor")
    known = tuple(rows[index] for index in scores.rows)
    (takes,) = heard([Listening((work / f"{UNLOCKED.name}.int8.onnx",), known)])[0]
    judged = judge(known, scores, quality_scores(takes, known), judging.rule)
    figures = {line.name: line.figure.mean for line in headline([judged])}
    for one in reliability([judged]):
        figures |= {one.error.name: one.error.figure.mean, one.brier.name: one.brier.figure.mean}
    manifest = in_force(judging.rule, judging.embedding_limit, judging.durations)
    spoken = in_product(judged, takes, [manifest] * len(known))
    figures |= {line.name: line.figure.mean for line in product_lines([spoken])}
    return len(judged.exams.truth), len(np.unique(judged.exams.people)), figures
