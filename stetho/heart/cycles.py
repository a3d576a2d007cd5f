"""Whole heart beats with all five of their edges: what can be laid one over the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from stetho.heart.beats import Segment
from stetho.heart.durations import STATES, HeartState

Edges = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Cycle:
    """One whole beat. edges_s: onsets of S1, systole, S2, diastole and of the next S1, in seconds of the take.

    usable: False where the signal under it is too poor, or was filled in.
    """

    edges_s: Edges
    usable: bool = True

    @property
    def start_s(self) -> float:
        return self.edges_s[0]

    @property
    def stop_s(self) -> float:
        return self.edges_s[4]


def cycles(found: Iterable[Segment]) -> list[Cycle]:
    """The whole beats in segments: S1, systole, S2, diastole that touch, with both ends seen."""
    whole: list[Cycle] = []
    held: list[Segment] = []
    for segment in found:
        if not segment.onset_seen:
            held = []
        elif segment.state is HeartState.S1:
            if len(held) == len(STATES):
                whole.append(_cycle(held, segment.start_s))
            held = [segment]
        elif held:
            held.append(segment)
    return whole


def _cycle(held: list[Segment], next_s1_s: float) -> Cycle:
    s1, systole, s2, diastole = (segment.start_s for segment in held)
    return Cycle((s1, systole, s2, diastole, next_s1_s))
