"""What the online decoder says: a state of the heart begins."""

from dataclasses import dataclass

from stetho.heart.durations import HeartState


@dataclass(frozen=True, slots=True)
class Onset:
    """A state begins; said once, and never taken back.

    at: when, in source samples since the stream began; between two frames of 20 ms it is refined by their probabilities.
    known_at: up to where the source had been heard when this was said, so `known_at - at` is its lag in samples.
    confidence: 0..1, the decoder's odds against having no such onset within 100 ms; less where the network itself hardly
    sees the state, and where the heart's period is not clear.
    """

    at: float
    state: HeartState
    known_at: int
    confidence: float
