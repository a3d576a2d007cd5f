"""Log-mel frames, with their place in the source's stream."""

from dataclasses import dataclass, field

from stetho.stream import Samples, Span


@dataclass(frozen=True, slots=True)
class Frames:
    """A run of consecutive log-mel frames.

    log_mel: float32 (40, k), ln(power + 1e-10), read-only; column i belongs to one hop of 20 ms.
    start: index, in source samples, where the first frame's hop begins.
    hop: source samples a frame, `rate_hz / 50`; not a whole number at rates such as 11,025 Hz.
    concealed: the spans (source samples) inside this run that were filled in because their samples were lost.
    """

    log_mel: Samples
    start: int
    hop: float
    concealed: tuple[Span, ...] = field(default=())

    def __len__(self) -> int:
        return int(self.log_mel.shape[1])

    @property
    def span(self) -> Span:
        """The source samples these hops cover; a frame also looks back 44 ms further."""
        return Span(self.start, self.start + round(len(self) * self.hop))
