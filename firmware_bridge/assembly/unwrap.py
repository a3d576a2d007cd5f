"""32-bit indices of the wire to indices since the stream began."""

_TURN = 1 << 32


def unwrap(index: int, near: int) -> int:
    """The number congruent to `index` modulo 2^32 that lies nearest to `near`; never below 0.

    Right as long as the wire is less than 2^31 samples away: six days at 4 kHz.
    """
    offset = (index - near) % _TURN
    if offset >= _TURN // 2 and near + offset >= _TURN:
        offset -= _TURN
    return near + offset
