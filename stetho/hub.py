"""Fans events out to whoever listens, each at its own pace."""

import asyncio
from collections.abc import AsyncIterator

from stetho.events import Event
from stetho.handoff import DropOldest, HandoffStatistics

CAPACITY = 2048
"""Half a minute of everything that `live` says."""


class Subscription:
    """One listener's events, in order. A slow one misses the oldest, and `statistics().dropped` says how many."""

    def __init__(self, kinds: tuple[type[Event], ...], capacity: int) -> None:
        self._kinds = kinds
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._told = False
        self._events = DropOldest[Event](capacity, wake=self._wake)
        self._error: BaseException | None = None

    def _wake(self) -> None:
        """Once for all events that the listener has not looked for yet: each call crosses into the loop's thread."""
        if not self._told and not self._loop.is_closed():
            self._told = True
            self._loop.call_soon_threadsafe(self._ready.set)

    def put(self, event: Event) -> None:
        """Called from the worker thread."""
        if not self._kinds or isinstance(event, self._kinds):
            self._events.put(event)

    def end(self, error: BaseException | None) -> None:
        """No more events; the listener sees the error after the last of them."""
        self._error = error
        self._events.close()

    def statistics(self) -> HandoffStatistics:
        return self._events.statistics()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            self._ready.clear()
            self._told = False  # before looking: what comes from now on wakes again
            while (event := self._events.get_nowait()) is not None:
                yield event
            if self._events.drained:
                break
            await self._ready.wait()
        if self._error is not None:
            raise self._error


class Hub:
    """All subscriptions of one stream."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def subscribe(self, *kinds: type[Event], capacity: int = CAPACITY) -> Subscription:
        """A new listener; of the given kinds of event alone, or of all. Called from the event loop."""
        subscription = Subscription(kinds, capacity)
        self._subscriptions.append(subscription)
        return subscription

    def publish(self, event: Event) -> None:
        for subscription in self._subscriptions:
            subscription.put(event)

    def end(self, error: BaseException | None) -> None:
        for subscription in self._subscriptions:
            subscription.end(error)
