"""What disturbs, said steadily: half a second's cause may change with every half second, a person's reading can't."""

from collections import deque
from collections.abc import Mapping

from stetho.heart.assessment import Reason

HALVES = 4
ENTERS = 3
LEAVES = 1
"""Of the last four half seconds: a cause is said from three on, and no longer when only one has it and two another."""
HOLDS = 4
"""Half seconds that what is said stands at least, however the signal jumps."""


class SteadyCause:
    """The cause to say, half second by half second; None while nothing disturbs for long."""

    def __init__(self) -> None:
        self._recent: deque[Reason | None] = deque(maxlen=HALVES)
        self._stands = HOLDS
        self.said: Reason | None = None

    def hear(self, cause: Reason | None) -> Reason | None:
        """The next half second's cause; gives what is to be said now."""
        self._recent.append(cause)
        self._stands += 1
        if self._stands >= HOLDS and (following := self._following()) != self.said:
            self.said, self._stands = following, 0
        return self.said

    def insist(self, cause: Reason) -> Reason:
        """A cause that is certain, as that nothing comes any more: it is said at once, and stands like any other."""
        self._recent.extend([cause] * HALVES)
        self._stands = 0
        self.said = cause
        return cause

    def _following(self) -> Reason | None:
        """What is said next: what most of the last two seconds agree on, else what is said now, if it is there at all."""
        counts = {cause: self._recent.count(cause) for cause in self._recent}
        most = max(reversed(self._recent), key=counts.__getitem__)
        if counts[most] >= ENTERS or (len(self._recent) == HALVES and self._faded(counts, counts[most])):
            return most
        return self.said

    def _faded(self, counts: Mapping[Reason | None, int], most: int) -> bool:
        left = counts.get(self.said, 0)
        return left == 0 or left <= LEAVES < most
