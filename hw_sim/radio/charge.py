"""The battery's charge, as the device last said it in its own protocol."""

from firmware_bridge.wire import Battery, PacketDecoder

_LONGEST_BYTES = 12  # a frame of BATTERY is shorter; anything longer need not be decoded


class Charge:
    """Overhears the frames that go out. percent: until the device has said anything."""

    def __init__(self, percent: int) -> None:
        self.percent = percent

    def overhear(self, frames: bytes) -> bool:
        """Whether the charge is another now."""
        before = self.percent
        for frame in frames.split(b"\x00"):
            if 0 < len(frame) <= _LONGEST_BYTES:
                for message in PacketDecoder().feed(frame + b"\x00"):
                    if isinstance(message, Battery):
                        self.percent = message.percent
        return self.percent != before
