"""Getting a device, and getting it back: opens links until one says hello."""

import asyncio
from collections.abc import Awaitable, Callable

from firmware_bridge.captured_link import CapturedOpener
from firmware_bridge.driver import Driver
from firmware_bridge.session import Session
from firmware_bridge.transport import Opener
from firmware_bridge.wire import Capabilities, Message, WireStatistics
from firmware_bridge.wire_capture import WireCapture
from stetho.clock import Clock
from stetho.errors import ConnectionLostError, DeviceError, DeviceUnavailableError

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 1.0


class Connection:
    """One device behind one address, over as many links as it takes. One link is open at a time."""

    def __init__(
        self,
        opener: Opener,
        address: str,
        driver: Driver,
        clock: Clock,
        on_message: Callable[[Message, int], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self._opener = opener
        self._address = address
        self._driver = driver
        self._clock = clock
        self._on_message = on_message
        self._on_lost = on_lost
        self._session: Session | None = None
        self._serial_number: str | None = None
        self._bytes = self._damaged = 0

    @property
    def session(self) -> Session:
        """The open link. Raises ConnectionLostError where there is none."""
        if self._session is None:
            raise ConnectionLostError(f"There is no link to {self._address}.")
        return self._session

    def capture(self, capture: WireCapture) -> None:
        """From the next link on, every byte is captured too."""
        self._opener = CapturedOpener(self._opener, capture)

    async def connect(self) -> Capabilities:
        """Opens a link and says hello. Raises DeviceError; after the first time also where another device answers."""
        await self.close()
        session = Session(self._address, self._driver, self._clock, self._on_message, self._on_lost)
        self._session = session
        try:
            await session.open(self._opener)
            capabilities = await session.hello()
        except BaseException:
            await self.close()
            raise
        if self._serial_number not in {None, capabilities.serial_number}:
            await self.close()
            raise DeviceUnavailableError(
                f"Another device now answers at {self._address}: {capabilities.serial_number}.", reason="protocol"
            )
        self._serial_number = capabilities.serial_number
        return capabilities

    async def recover(self, resume: Callable[[], Awaitable[object]], left_s: float, reason: str) -> None:
        """Connects again and calls the coroutine function `resume`, until both worked.

        Raises ConnectionLostError when that takes longer than `left_s`.
        """
        pause_s = _FIRST_PAUSE_S
        try:
            async with asyncio.timeout(left_s):
                while not await self._recovered(resume):
                    await asyncio.sleep(pause_s)
                    pause_s = min(_LONGEST_PAUSE_S, 2 * pause_s)
        except TimeoutError:
            await self.close()
            raise ConnectionLostError(
                f"Signal lost ({reason}), and {self._address} did not come back in time: "
                "check the cable and that the device is switched on, then start again."
            ) from None

    async def _recovered(self, resume: Callable[[], Awaitable[object]]) -> bool:
        try:
            await self.connect()
            await resume()
        except DeviceError:
            return False
        return True

    def statistics(self) -> WireStatistics:
        """What all links saw together."""
        now = self._session.statistics() if self._session else WireStatistics()
        damaged = now.frames_damaged + now.frames_oversize
        return WireStatistics(bytes_received=self._bytes + now.bytes_received, frames_damaged=self._damaged + damaged)

    async def close(self) -> None:
        """Can be called twice."""
        session, self._session = self._session, None
        if session is not None:
            seen = session.statistics()
            self._bytes += seen.bytes_received
            self._damaged += seen.frames_damaged + seen.frames_oversize
            await session.close()
