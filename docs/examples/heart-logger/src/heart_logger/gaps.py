"""What the logger says of a stream: how long its longest hole was."""

from collections.abc import Iterable


def longest_gap_s(pieces: Iterable[tuple[int, int]], rate_hz: int) -> float:
    """pieces: where each begins and ends, in samples, in order."""
    longest, expected = 0, None
    for start, stop in pieces:
        if expected is not None:
            longest = max(longest, start - expected)
        expected = stop
    return longest / rate_hz
