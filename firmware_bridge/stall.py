"""Notices a link that is up and brings nothing: a stream that stops silently is the commonest fault of all."""

from enum import Enum, auto

STALLED_AFTER_NS = 700_000_000
"""Said within 1 s of the last sample; longer than any burst of a radio or a USB adapter."""

GIVEN_UP_AFTER_NS = 2_500_000_000
"""After that the link counts as lost, though nobody said so."""


class Flow(Enum):
    """What the samples do."""

    RUNNING = auto()
    STALLED = auto()
    DEAD = auto()


class StallWatch:
    """Judges by new samples alone: duplicates, events and noise are no progress."""

    def __init__(self, now_ns: int) -> None:
        self._newest = 0
        self._patience_from_ns = now_ns
        self.progress_ns = now_ns
        """When a new sample came last."""

    def saw(self, newest: int, now_ns: int) -> bool:
        """`newest`: index after the last sample that came. Whether that is progress."""
        if newest <= self._newest:
            return False
        self._newest = newest
        self.progress_ns = self._patience_from_ns = now_ns
        return True

    def restart(self, now_ns: int) -> None:
        """The link is new: it gets the whole time again. That is no progress yet."""
        self._patience_from_ns = now_ns

    def slept(self, for_ns: int) -> None:
        """This program did nothing for so long: whatever was silent then, it was not the device."""
        self.progress_ns += for_ns
        self._patience_from_ns += for_ns

    def flow(self, now_ns: int) -> Flow:
        silent_ns = now_ns - self._patience_from_ns
        if silent_ns < STALLED_AFTER_NS:
            return Flow.RUNNING
        return Flow.STALLED if silent_ns < GIVEN_UP_AFTER_NS else Flow.DEAD
