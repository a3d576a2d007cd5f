"""Bounded hand-offs between the event loop and the threads: each says how it treats a slow consumer."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from stetho.errors import OverrunError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HandoffStatistics:
    """How a hand-off fared: items put in, taken out, dropped; how many wait now and waited at most."""

    put: int
    taken: int
    dropped: int
    waiting: int
    most_waiting: int
    capacity: int


class Handoff(Generic[T]):
    """A bounded queue whose `put` never waits. Subclasses say what happens when it is full.

    Safe between threads. `wake` is called after each put and after close, in the putting thread: an asyncio consumer
    passes something that sets its event.
    """

    def __init__(self, capacity: int, wake: Callable[[], None] | None = None) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self._capacity = capacity
        self._items: deque[T] = deque()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._getting = 0
        self._wake = wake
        self._closed = False
        self._put = self._taken = self._dropped = self._most = 0

    def put(self, item: T) -> None:
        """Hands an item over. Never waits; after `close` the item is dropped."""
        with self._lock:
            if self._closed:
                self._dropped += 1
                return
            if len(self._items) == self._capacity:
                self._make_room()
            self._items.append(item)
            self._put += 1
            self._most = max(self._most, len(self._items))
            if self._getting:
                self._changed.notify()
        if self._wake is not None:
            self._wake()

    def _make_room(self) -> None:
        raise NotImplementedError  # each policy says how

    def get(self, timeout_s: float | None = None) -> T | None:
        """The oldest item; waits for one. None when closed and empty, or when the time is up."""
        with self._lock:
            self._getting += 1
            try:
                self._changed.wait_for(lambda: self._items or self._closed, timeout_s)
            finally:
                self._getting -= 1
            return self._pop()

    def get_nowait(self) -> T | None:
        """The oldest item, or None at once."""
        with self._lock:
            return self._pop()

    def _pop(self) -> T | None:
        if not self._items:
            return None
        self._taken += 1
        return self._items.popleft()

    def close(self) -> None:
        """No more items; what waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._wake is not None:
            self._wake()

    @property
    def drained(self) -> bool:
        """Closed, and nothing waits any more."""
        with self._lock:
            return self._closed and not self._items

    @property
    def waiting(self) -> int:
        """How many items wait now."""
        return len(self._items)

    def statistics(self) -> HandoffStatistics:
        with self._lock:
            return HandoffStatistics(
                self._put, self._taken, self._dropped, len(self._items), self._most, self._capacity
            )


class DropOldest(Handoff[T]):
    """For viewers: a slow one misses old items, and `statistics().dropped` says how many.

    `spare` says which items are worth more than others: they are dropped only when there is nothing else.
    """

    def __init__(
        self, capacity: int, wake: Callable[[], None] | None = None, spare: Callable[[T], bool] | None = None
    ) -> None:
        super().__init__(capacity, wake)
        self._spare = spare

    def _make_room(self) -> None:
        self._dropped += 1
        if self._spare is not None:
            for index, item in enumerate(self._items):
                if not self._spare(item):
                    del self._items[index]
                    return
        self._items.popleft()


class Lossless(Handoff[T]):
    """For recorders: `put` raises OverrunError instead of losing an item."""

    def _make_room(self) -> None:
        raise OverrunError(
            f"The consumer is {len(self._items)} items behind; recording stopped so that nothing is lost unseen."
        )
