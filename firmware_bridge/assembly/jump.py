"""Whether a packet that claims to lie far ahead is believed."""

from firmware_bridge.wire import Audio

_NEAR_S = 1
_FARTHEST_S = 3600


class JumpJudge:
    """A jump ahead of more than a second is believed when the next packet continues it; one of over an hour never.

    A damaged frame passes a 16-bit CRC once in 65,536 times, live never goes back, and an archive full of zeros helps
    nobody.
    """

    def __init__(self, rate_hz: int) -> None:
        self._near = _NEAR_S * rate_hz
        self._farthest = _FARTHEST_S * rate_hz
        self._waiting: Audio | None = None
        self.refused = 0

    def possible(self, ahead: int) -> bool:
        """Whether a stream may jump that many samples at all."""
        return ahead <= self._farthest

    def believed(self, audio: Audio, ahead: int) -> tuple[Audio, ...]:
        """The packets to go on with; `ahead` says how far behind the newest sample known this one begins."""
        if ahead <= (0 if audio.resent else self._near):
            return (audio,)
        waiting, self._waiting = self._waiting, audio
        if audio.resent or not self.possible(ahead) or waiting is None or not _continues(waiting, audio):
            self.refused += 1
            return ()
        self._waiting = None
        return waiting, audio


def _continues(before: Audio, after: Audio) -> bool:
    return after.first_sample == (before.first_sample + before.samples) % (1 << 32)
