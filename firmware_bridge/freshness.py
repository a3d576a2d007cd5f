"""What is still live: a backlog after a freeze arrives fresh and is old (the house's law of age)."""

from stetho.stream import Chunk

LIVE_AT_MOST_NS = 1_000_000_000
"""Older than this when it comes, a sample is for the archive alone."""

_PACE = 0.99
"""A device that is further ahead than its clock can err does not sample in real time: it is simulated, faster."""

_NS = 1_000_000_000


class Freshness:
    """Judges chunks by the age of their last sample. `begun_ns`: when the stream's sample 0 was taken, at the latest."""

    def __init__(self, begun_ns: int) -> None:
        self._begun_ns = begun_ns

    def fresh(self, chunk: Chunk, now_ns: int) -> bool:
        """Whether a chunk may be shown, heard and scored as live now."""
        rate_hz = chunk.spec.rate_hz
        captured_ns = chunk.t0_ns + len(chunk) * _NS // rate_hz
        if now_ns - captured_ns <= LIVE_AT_MOST_NS:
            return True
        taken_ns = self._begun_ns + int(_PACE * chunk.stop * _NS / rate_hz)
        return now_ns - taken_ns <= LIVE_AT_MOST_NS
