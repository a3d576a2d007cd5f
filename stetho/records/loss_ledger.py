"""Every range of samples of a recording that did not arrive as it was sent."""

from collections.abc import Iterable
from typing import Any

from stetho.source import Hole, HoleFate
from stetho.stream import Span


class LossLedger:
    """Collects holes in stream order; neighbours of one fate become one entry."""

    def __init__(self) -> None:
        self._holes: list[Hole] = []

    def enter(self, holes: Iterable[Hole]) -> None:
        """Adds entries that lie behind all earlier ones."""
        for hole in holes:
            if not len(hole.span):
                continue
            last = self._holes[-1] if self._holes else None
            if last is not None and last.fate is hole.fate and last.span.stop == hole.span.start:
                self._holes[-1] = Hole(Span(last.span.start, hole.span.stop), hole.fate)
            else:
                self._holes.append(hole)

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(self._holes)

    def samples(self, fate: HoleFate) -> int:
        """How many samples had that fate."""
        return sum(len(hole.span) for hole in self._holes if hole.fate is fate)

    def to_json(self) -> list[dict[str, Any]]:
        """The sidecar's `ledger`: half-open ranges of the recording's samples."""
        return [{"start": h.span.start, "stop": h.span.stop, "fate": h.fate.value} for h in self._holes]
