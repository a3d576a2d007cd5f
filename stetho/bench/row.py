"""A line of the performance table, and what it is to reach."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stetho.bench.accuracy import Accuracy
from stetho.bench.timing import Timing


@dataclass(frozen=True, slots=True)
class Goal:
    """What a row is to reach: at least `ratio` times faster than the peer, at most so many microseconds, so many streams; and to be
    the more accurate of the two.
    """

    ratio: float | None = None
    median_us: float | None = None
    p99_us: float | None = None
    streams: int | None = None
    more_accurate: bool = False

    def __str__(self) -> str:
        parts = []
        if self.ratio is not None:
            parts.append(f">= {self.ratio:g}")
        if self.median_us is not None:
            parts.append(f"median <= {self.median_us:g} us")
        if self.p99_us is not None:
            parts.append(f"p99 <= {self.p99_us:g} us")
        if self.streams is not None:
            parts.append(f"streams >= {self.streams}")
        if self.more_accurate:
            parts.append("more accurate")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ours, the peer's where there is one, and a note that says why something is missing.

    streams: how many at once, where that is what was measured; the times are then ages of samples. accuracies: of ours
    and the peer's, where both can be wrong.
    """

    row: str
    ours: Timing | None
    peer: str | None = None
    peers: Timing | None = None
    goal: Goal | None = None
    note: str | None = None
    streams: int | None = None
    accuracies: tuple[Accuracy, ...] = ()

    @property
    def ratio(self) -> float | None:
        """How many times faster ours is, by the medians."""
        if self.ours is None or self.peers is None:
            return None
        return self.peers.median_us / self.ours.median_us

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is no goal or nothing to judge it by."""
        goal = self.goal
        if goal is None or self.ours is None:
            return None
        if goal.ratio is not None and self.ratio is None:
            return None
        return (
            (goal.ratio is None or self.ratio is None or self.ratio >= goal.ratio)
            and (goal.median_us is None or self.ours.median_us <= goal.median_us)
            and (goal.p99_us is None or self.ours.p99_us <= goal.p99_us)
            and (goal.streams is None or (self.streams or 0) >= goal.streams)
            and (not goal.more_accurate or all(accuracy.better for accuracy in self.accuracies))
        )

    def to_json(self) -> dict[str, Any]:
        """The contract's object (docs/schemas/bench.schema.json)."""
        return {
            "row": self.row,
            "ours_us": None if self.ours is None else round(self.ours.median_us, 2),
            "ours_p99_us": None if self.ours is None else round(self.ours.p99_us, 2),
            "peer": self.peer,
            "peer_us": None if self.peers is None else round(self.peers.median_us, 2),
            "ratio": None if self.ratio is None else round(self.ratio, 2),
            "goal": None if self.goal is None else str(self.goal),
            "met": self.met,
            "note": self.note,
            **({} if self.streams is None else {"streams": self.streams}),
            **({"accuracy": [accuracy.to_json() for accuracy in self.accuracies]} if self.accuracies else {}),
        }


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A row that is yet to be measured. `run` may raise ConfigError, which names a missing extra.

    of_size: the same for a number that the user names, where a row is about how many. fetch: downloads what a peer needs,
    which nothing does unasked; says what it does. May raise ConfigError.
    """

    row: str
    run: Callable[[], Row]
    of_size: Callable[[int], Row] | None = None
    fetch: Callable[[], None] | None = None
