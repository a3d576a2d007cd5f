"""Where a take begins and ends: contact to lift-off, a change of site, or more than 2 s of samples that are lost.

Samples that only came too late to be live are in the archive, and end no take (docs/adr/0009).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from stetho.source import ContactChange
from stetho.stream import Chunk, Span


@dataclass(frozen=True, slots=True)
class TakeStart:
    """A take begins at stream index `start`; `site` where the device or the user named it."""

    number: int
    start: int
    site: str | None


@dataclass(frozen=True, slots=True)
class TakeEnd:
    """A take ended; `span` is all of it, in stream indices."""

    number: int
    span: Span
    site: str | None


TakeItem = TakeStart | Chunk | TakeEnd


class TakeCutter:
    """Cuts a live stream into takes: chunks and contact changes in, takes with their chunks out.

    A device without a contact sensor is taken to touch all the time. A contact change takes effect at its own sample,
    or at the newest one where that has passed already.
    """

    def __init__(self, *, has_contact_sensor: bool) -> None:
        self._touching = not has_contact_sensor
        self._site: str | None = None
        self._changes: list[ContactChange] = []
        self._position = 0
        self._taken = 0
        self._open: TakeStart | None = None

    def contact(self, change: ContactChange) -> Iterator[TakeItem]:
        """Takes a change of contact: at once when its sample has passed, else when that sample comes."""
        if change.at_sample <= self._position:
            yield from self._apply(change)
        else:
            self._changes.append(change)
            self._changes.sort(key=lambda noted: noted.at_sample)

    def process(self, chunk: Chunk) -> Iterator[TakeItem]:
        """Gives the chunk in pieces, with the starts and ends of takes between them."""
        yield from self._pieces(chunk)
        self._position = chunk.stop

    def _pieces(self, chunk: Chunk) -> Iterator[TakeItem]:
        start = chunk.start
        while self._changes and self._changes[0].at_sample < chunk.stop:
            change = self._changes.pop(0)
            at = max(change.at_sample, start)
            yield from self._piece(chunk, start, at)
            yield from self._apply(change)
            start = at
        yield from self._piece(chunk, start, chunk.stop)

    def _piece(self, chunk: Chunk, start: int, stop: int) -> Iterator[TakeItem]:
        part = chunk.between(start, stop)
        if part is None or not self._touching:
            return
        if self._open is None:
            self._open = TakeStart(self.next_number(), part.start, self._site)
            yield self._open
        self._position = part.stop
        yield part

    def _apply(self, change: ContactChange) -> Iterator[TakeItem]:
        site = self._site if change.site is None else change.site
        if not change.touching or site != self._site:
            yield from self._end(change.at_sample)
        self._touching, self._site = change.touching, site

    def _end(self, at: int) -> Iterator[TakeEnd]:
        if self._open is not None:
            yield TakeEnd(self._open.number, Span(self._open.start, max(at, self._position)), self._open.site)
            self._open = None

    def lost(self, span: Span) -> Iterator[TakeItem]:
        """Those samples will never come: where they lie in the open take, it ended before them, and another follows."""
        if self._open is not None and self._open.start < span.start:
            yield TakeEnd(self._open.number, Span(self._open.start, span.start), self._open.site)
            self._open = TakeStart(self.next_number(), span.stop, self._open.site)
            yield self._open

    def next_number(self) -> int:
        """The number of a further take."""
        self._taken += 1
        return self._taken

    def finish(self, at: int) -> Iterator[TakeItem]:
        """The stream has ended at sample `at`, and the take with it, or where contact was lost before."""
        for change in self._changes:
            if change.at_sample <= at:
                yield from self._apply(change)
        yield from self._end(at)
