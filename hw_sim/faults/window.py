"""When something goes wrong: from a time of the stream on, for a while."""

from stetho.stream import Span


class Window:
    """[at_us, at_us + for_us) since the stream began; before a device's first stream, in absolute time."""

    def __init__(self, at_us: int, for_us: int) -> None:
        self.at_us, self.for_us = at_us, for_us
        self._zero_us = 0

    def begin(self, now_us: int) -> None:
        """The stream began."""
        self._zero_us = now_us

    @property
    def start_us(self) -> int:
        return self._zero_us + self.at_us

    @property
    def stop_us(self) -> int:
        return self._zero_us + self.at_us + self.for_us

    def holds(self, now_us: int) -> bool:
        return self.start_us <= now_us < self.stop_us

    def due_us(self, now_us: int) -> int | None:
        """When it begins or ends next."""
        return next((edge for edge in (self.start_us, self.stop_us) if edge > now_us), None)

    def span(self, rate_hz: int) -> Span:
        """The same in samples since the stream began."""
        return Span(self.at_us * rate_hz // 1_000_000, (self.at_us + self.for_us) * rate_hz // 1_000_000)
