"""Samples of one packet, or a part of them, at their place in the stream."""

from dataclasses import dataclass

from stetho.source import Hole, HoleFate
from stetho.stream import Chunk, Samples, Span, StreamSpec, read_only

NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """samples: float32 (channels, n), read-only; arrived_ns: the host's monotonic time of arrival.

    t0_ns: the host's monotonic capture time of sample `start`. resent: came in answer to a request.
    """

    start: int
    samples: Samples
    t0_ns: int
    arrived_ns: int
    resent: bool

    @property
    def stop(self) -> int:
        return self.start + int(self.samples.shape[1])

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Its entry of the loss ledger: none where it came as it was sent first."""
        return (Hole(Span(self.start, self.stop), HoleFate.RESENT),) if self.resent else ()

    def part(self, span: Span, rate_hz: int) -> "Piece":
        """The samples of `span`, which must lie inside; the piece itself where it is just that."""
        if span.start == self.start and span.stop == self.stop:
            return self
        samples = read_only(self.samples[:, span.start - self.start : span.stop - self.start])
        t0_ns = self.t0_ns + (span.start - self.start) * NS // rate_hz
        return Piece(span.start, samples, t0_ns, self.arrived_ns, self.resent)

    def chunk(self, spec: StreamSpec, not_before_ns: int) -> Chunk:
        """The piece as a chunk; a clock that was corrected since the chunk before it makes no time go back."""
        return Chunk(self.samples, spec, self.start, max(self.t0_ns, not_before_ns))
