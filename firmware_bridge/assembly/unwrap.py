"""32-bit indices of the wire to indices since the stream began, and back."""

_TURN = 1 << 32


class WireIndices:
    """Where the wire's sample 0 lies in the stream: at 0, until the device forgets the stream and counts anew."""

    def __init__(self) -> None:
        self._base = 0

    def index(self, wire_index: int, near: int) -> int:
        """The stream's index of one from the wire; `near` is an index not far from it."""
        return self._base + unwrap(wire_index, near - self._base)

    def wire(self, index: int) -> int:
        """The wire's index of one of the stream's."""
        return (index - self._base) % _TURN

    def rebase(self, at: int) -> None:
        """The wire's next sample 0 is the stream's sample `at`."""
        self._base = at


def unwrap(index: int, near: int) -> int:
    """The number congruent to `index` modulo 2^32 that lies nearest to `near`; never below 0.

    Right as long as the wire is less than 2^31 samples away: six days at 4 kHz.
    """
    offset = (index - near) % _TURN
    if offset >= _TURN // 2 and near + offset >= _TURN:
        offset -= _TURN
    return near + offset
