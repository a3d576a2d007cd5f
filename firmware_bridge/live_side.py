"""What a stream's listener is told while it runs: samples that are still live, contact, and the link's state."""

from collections.abc import Callable

from firmware_bridge.assemble import Assembler
from firmware_bridge.freshness import Freshness
from firmware_bridge.held_contacts import HeldContacts
from stetho.source import ContactChange, LinkChange, LinkState, SourceItem
from stetho.stream import Chunk


class LiveSide:
    """Says each item to `emit` in its place in the stream, and nothing that is too old."""

    def __init__(self, assembler: Assembler, emit: Callable[[SourceItem], None]) -> None:
        self._assembler = assembler
        self._emit = emit
        self._held = HeldContacts()
        self._freshness = Freshness(0)
        self._state: LinkState | None = None
        self._flowing = False
        self.samples_stale = 0
        """How many samples came too late to be live."""
        self.finished = False
        """Said to its end."""

    @property
    def begun(self) -> bool:
        """Whether anything was said of the link yet."""
        return self._state is not None

    @property
    def all_said(self) -> bool:
        """Whether live has come as far as the stream."""
        return self._assembler.live_next >= self._assembler.newest

    def begin(self, now_ns: int) -> None:
        """The device takes the stream's first sample now."""
        self._freshness = Freshness(now_ns)
        self.link(LinkState.STREAMING, now_ns)

    def flows(self) -> None:
        """New samples came: after a stall or a loss the next of them says that the link has resumed."""
        self._flowing = True

    def fresh(self, chunk: Chunk, now_ns: int) -> bool:
        """Whether a chunk is still live; one that is not is counted, and the archive alone keeps it."""
        fresh = self._freshness.fresh(chunk, now_ns)
        if not fresh:
            self.samples_stale += len(chunk)
        return fresh

    def say(self, chunks: list[Chunk], now_ns: int) -> None:
        """Gives the chunks that are still live, and the contacts that fall due with them."""
        for chunk in chunks:
            if not self.fresh(chunk, now_ns):
                continue
            if self._flowing and self._state in {LinkState.STALLED, LinkState.LOST}:
                self.link(LinkState.RESUMED, now_ns)
            self._emit(chunk)
        for change in self._held.due(self._assembler.live_next):
            self._emit(change)

    def contact(self, change: ContactChange, now_ns: int) -> None:
        """Is told when live comes to it."""
        self._held.add(change)
        self.say([], now_ns)

    def link(self, state: LinkState, now_ns: int, reason: str = "") -> None:
        """Tells of the link, at the live side's place in the stream; once where it stays as it was."""
        if state is self._state:
            return
        self._state = state
        self._flowing = False
        self._emit(LinkChange(state, self._assembler.live_next, now_ns, reason))

    def finish(self, now_ns: int) -> None:
        """Gives the rest and waits for nothing more."""
        self.finished = True
        self.say(self._assembler.finish_live(), now_ns)
        for change in self._held.rest():
            self._emit(change)
