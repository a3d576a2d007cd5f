"""The lock: a fifth of the people, whom no experiment with the network sees.

A figure that a hundred experiments were chosen by is no longer one of unseen people. These people are judged once for each
released version, by a network trained on all others; every opening is entered in ``LOCK.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from dataset import Recording

SHARE = 5  # one person in so many
SALT = "stetho lock 1"


def is_locked(group: str) -> bool:
    """Whether a ``split_group`` is behind the lock; a hash, so that it depends on nothing but the name."""
    digest = hashlib.sha256(f"{SALT}:{group}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % SHARE == 0


def unlocked(rows: Sequence[Recording]) -> tuple[Recording, ...]:
    """The rows that experiments may see."""
    return tuple(row for row in rows if not is_locked(row.group))
