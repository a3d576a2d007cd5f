"""Changes of contact that were heard of before the live side has come to their sample."""

from bisect import insort
from collections.abc import Iterator

from stetho.source import ContactChange

_AT_MOST = 256


class HeldContacts:
    """In the order of their samples; bounded: a device that says them without end is heard up to there."""

    def __init__(self) -> None:
        self._held: list[ContactChange] = []

    def add(self, change: ContactChange) -> None:
        """Takes a change, in any order."""
        insort(self._held, change, key=lambda held: held.at_sample)
        del self._held[_AT_MOST:]

    def due(self, live_next: int) -> Iterator[ContactChange]:
        """Those at or before the next sample that live will say, once."""
        while self._held and self._held[0].at_sample <= live_next:
            yield self._held.pop(0)

    def rest(self) -> Iterator[ContactChange]:
        """All that are left: live says no more samples."""
        while self._held:
            yield self._held.pop(0)
