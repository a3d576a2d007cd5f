"""Where the frames that were heard lie in the source's stream, small gaps between them included."""

from collections import deque
from dataclasses import dataclass

from stetho.dsp.frames import Frames

ROUNDING = 1.75
"""Source samples. Places are whole numbers: the first frame's is rounded, and this one's, and once more where a run is cut."""
BRIDGED_HOPS = 2.0
"""A gap of up to a hop, and the unfinished hop before it that came to nothing. No sound of the heart fits in."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Frames from number `first` on follow one another without a gap from source sample `start` on."""

    first: int
    start: int


class Timeline:
    """From a frame's number to its place. After a small gap the numbers go on, the places are those the frames came with."""

    def __init__(self, keep: int) -> None:
        """keep: how many of the last frames are asked for."""
        self._keep = keep
        self._stretches: deque[_Stretch] = deque()
        self._heard, self._hop = 0, 0.0

    def bridges(self, item: Frames) -> bool:
        """Whether these frames follow the last ones, or miss them by so little that a beat can't lie between."""
        return not self._stretches or abs(self._jump(item)) <= BRIDGED_HOPS * item.hop

    def add(self, item: Frames) -> None:
        """The next frames."""
        self._hop = item.hop
        if not self._stretches or abs(self._jump(item)) > ROUNDING:
            self._stretches.append(_Stretch(self._heard, item.start))
        while len(self._stretches) > 1 and self._stretches[1].first <= self._heard - self._keep:
            self._stretches.popleft()
        self._heard += len(item)

    def at(self, frame: float) -> float:
        """The source sample where that frame's hop begins; a fraction of a frame counts from the frame that it lies in."""
        stretch = next((one for one in reversed(self._stretches) if one.first <= frame), self._stretches[0])
        return stretch.start + (frame - stretch.first) * self._hop

    def end_of(self, frames: int) -> int:
        """Up to which source sample that many frames reach, at least one."""
        return round(self.at(frames - 1) + self._hop)

    def reset(self) -> None:
        """Forgets all of it."""
        self._stretches.clear()
        self._heard = 0

    def _jump(self, item: Frames) -> float:
        last = self._stretches[-1]
        return item.start - (last.start + (self._heard - last.first) * self._hop)
