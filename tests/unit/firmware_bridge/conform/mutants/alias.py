"""A device that takes an old stream for new, or new for old."""

from dataclasses import replace

from firmware_bridge.wire import ResendRequest, Start, Stop, encode
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


def possible(start: Start) -> bool:
    return bool(start.stream_id) and start.channels == 1 and start.rate_hz in {4000, 2000}


class Alias(Mutant):
    """Tells the firmware other stream ids than the host says, so that it takes an old stream for new, or new for old.

    `anew(start)`: the id that the firmware is told. Its streams keep the host's id outwards.
    """

    said = told = 0

    def anew(self, start: Start) -> int:
        raise NotImplementedError

    def fresh(self) -> int:
        return self.told % 60_000 + 1

    def hears(self, message):
        if isinstance(message, Start) and possible(message):
            self.told = self.anew(message)
            self.said = message.stream_id
            return encode(replace(message, stream_id=self.told))
        if isinstance(message, (Stop, ResendRequest)):
            return encode(self._swapped(message, self.said, self.told))
        return encode(message)

    def says(self, message):
        return encode(self._swapped(message, self.told, self.said) if hasattr(message, "stream_id") else message)

    def _swapped(self, message, one, other):
        if message.stream_id in {one, other}:
            return replace(message, stream_id=other if message.stream_id == one else one)
        return message
