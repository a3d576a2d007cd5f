"""A link that is listened in on: Opener, Transport and Receiver, each with a capture beside."""

from firmware_bridge.transport import Opener, Receiver, Transport
from firmware_bridge.wire_capture import WireCapture, WireEvent
from stetho.errors import DeviceError


class CapturedOpener:
    """Opens the same links as another, and captures them."""

    def __init__(self, opener: Opener, capture: WireCapture) -> None:
        self._opener, self._capture = opener, capture

    async def open(self, receiver: Receiver) -> Transport:
        listener = _Listener(receiver, self._capture)
        try:
            link = await self._opener.open(listener)
        except DeviceError as error:
            self._capture.note(WireEvent.REFUSED, str(error).encode())
            raise
        listener.opened()
        return CapturedLink(link, self._capture)


class CapturedLink:
    """An open link; what the host writes is captured."""

    def __init__(self, link: Transport, capture: WireCapture) -> None:
        self._link, self._capture = link, capture
        self._open = True

    def write(self, data: bytes) -> None:
        self._capture.note(WireEvent.FROM_HOST, data)
        self._link.write(data)

    async def close(self) -> None:
        await self._link.close()
        if self._open:
            self._open = False
            self._capture.note(WireEvent.CLOSED)


class _Listener:
    """The receiver; what the device sent is captured before it is understood."""

    def __init__(self, receiver: Receiver, capture: WireCapture) -> None:
        self._receiver, self._capture = receiver, capture
        self._open = False

    def opened(self) -> None:
        """The link is open; a device may have spoken before anybody could say so."""
        if not self._open:
            self._open = True
            self._capture.note(WireEvent.OPENED)

    def received(self, data: bytes) -> None:
        self.opened()
        self._capture.note(WireEvent.FROM_DEVICE, data)
        self._receiver.received(data)

    def lost(self, reason: str) -> None:
        self.opened()
        self._capture.note(WireEvent.LOST, reason.encode())
        self._receiver.lost(reason)
