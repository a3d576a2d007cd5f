"""Five folds of people: nobody is on both sides of a split."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping

from dataset import LABELS, Recording

FOLDS = 5
SEED = 20261124


def assign_folds(rows: Iterable[Recording]) -> dict[str, int]:
    """Fold of every ``split_group``, each dataset and each visit label dealt out evenly.

    A person whose two visits differ counts by the rarer label (present, then unknown, then absent).
    """
    rank: dict[str, tuple[str, int]] = {}
    for row in rows:
        key = (row.dataset, LABELS.index(row.visit_label))
        rank[row.group] = min(rank.get(row.group, key), key)
    strata: dict[tuple[str, int], list[str]] = defaultdict(list)
    for group, key in rank.items():
        strata[key].append(group)
    folds: dict[str, int] = {}
    dealt = 0
    for key in sorted(strata):
        groups = sorted(strata[key])
        random.Random(f"{SEED}:{key}").shuffle(groups)
        for group in groups:
            folds[group] = dealt % FOLDS
            dealt += 1
    return folds


def split_hash(folds: Mapping[str, int]) -> str:
    """SHA-256 of the sorted ``group,fold`` lines: two runs with the same hash were judged on the same split."""
    lines = "".join(f"{group},{fold}\n" for group, fold in sorted(folds.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
