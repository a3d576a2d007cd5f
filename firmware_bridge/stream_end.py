"""How long a stream that the device has ended is still waited for."""

_TAIL_NS = 100_000_000
_LEDGER_NS = 3_000_000_000
"""How long after the end, or after the last sample that came then, resends are still waited for."""

_LEDGER_AT_MOST_NS = 60_000_000_000


class StreamEnd:
    """Known once the device said it: then live waits a moment for its rest, and the archive for resends."""

    def __init__(self) -> None:
        self._said_ns: int | None = None
        self._filled_ns = 0
        self.reason = ""
        """Why the stream ended, in words."""

    @property
    def known(self) -> bool:
        """Whether the device said that the stream has ended."""
        return self._said_ns is not None

    def said(self, reason: str, now_ns: int) -> None:
        """The device says it, for the first time."""
        self._said_ns = self._filled_ns = now_ns
        self.reason = reason

    def filled(self, now_ns: int) -> None:
        """Samples came, or a link by which they may: the archive gets its time again."""
        self._filled_ns = now_ns

    def live_over(self, now_ns: int) -> bool:
        """Whether live has waited long enough for what it has not said yet."""
        return self._said_ns is not None and now_ns - self._said_ns >= _TAIL_NS

    def archive_over(self, now_ns: int) -> bool:
        """Whether the archive has waited long enough for what is missing."""
        if self._said_ns is None:
            return False
        return now_ns - self._filled_ns >= _LEDGER_NS or now_ns - self._said_ns >= _LEDGER_AT_MOST_NS
