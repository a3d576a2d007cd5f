"""One open link on which the protocol is spoken: messages out, messages in, questions with an answer."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import TypeVar

from firmware_bridge.driver import Driver, Interpreter, StreamChoice
from firmware_bridge.transport import Opener, Transport
from firmware_bridge.wire import (
    VERSION,
    Capabilities,
    Error,
    ErrorCode,
    ForeignVersion,
    Hello,
    HostMessage,
    Message,
    Start,
    Started,
    WireStatistics,
)
from stetho.clock import Clock
from stetho.errors import (
    ConfigError,
    ConnectionLostError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnavailableError,
    UnsupportedFirmwareError,
)

Answer = TypeVar("Answer")

_TRIES = 4
_ANSWER_S = 0.5
"""A question is asked four times in two seconds: noise may swallow one, a device that boots needs a moment."""


class Session:
    """Implements Receiver. Hands every message, with its time of arrival, to `on_message`; a lost link to `on_lost`."""

    def __init__(
        self,
        address: str,
        driver: Driver,
        clock: Clock,
        on_message: Callable[[Message, int], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self._address = address
        self._driver = driver
        self._clock = clock
        self._on_message = on_message
        self._on_lost = on_lost
        self._decoder = driver.decoder()
        self._transport: Transport | None = None
        self._question: Callable[[Message], None] | None = None
        self._broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def open(self, opener: Opener) -> None:
        """Raises DeviceError."""
        self._transport = await opener.open(self)

    def received(self, data: bytes) -> None:
        now_ns = self._clock.monotonic_ns()
        if isinstance(self._decoder, Interpreter):
            self._take(self._decoder.feed_at(data, now_ns), now_ns)
        else:
            self._take(self._decoder.feed(data), now_ns)

    def _take(self, messages: Iterable[Message], now_ns: int) -> None:
        for message in messages:
            if self._question is not None:
                self._question(message)
            self._on_message(message, now_ns)

    def lost(self, reason: str) -> None:
        if not self._broken.done():
            self._broken.set_result(reason)
            self._on_lost(reason)

    def send(self, message: HostMessage) -> None:
        """Never waits; goes nowhere when the link is gone."""
        if self._transport is not None and not self._broken.done():
            if data := self._driver.encode(message):
                self._transport.write(data)
            if isinstance(self._decoder, Interpreter):
                now_ns = self._clock.monotonic_ns()
                self._take(self._decoder.answer(message, now_ns), now_ns)

    async def hello(self) -> Capabilities:
        """Says hello until the device says what it is.

        Raises DeviceNotFoundError for silence, DeviceUnavailableError for something that is no stetho device, and
        UnsupportedFirmwareError for one of another version.
        """
        nonce = secrets.randbits(32)

        def answer(message: Message) -> Capabilities | None:
            if isinstance(message, ForeignVersion) and message.type == Capabilities.TYPE:
                raise UnsupportedFirmwareError(_other_version(message.version_min, message.version_max))
            if isinstance(message, Error) and message.code == ErrorCode.UNSUPPORTED_VERSION:
                raise UnsupportedFirmwareError(f"The device refused protocol version {VERSION}: {message.text}")
            if not isinstance(message, Capabilities) or message.nonce != nonce:
                return None
            if not message.version_min <= VERSION <= message.version_max:
                raise UnsupportedFirmwareError(_other_version(message.version_min, message.version_max))
            return message

        found = await self._ask(Hello(nonce), answer)
        if found is None:
            raise self._no_hello()
        return found

    def _no_hello(self) -> DeviceError:
        if self._decoder.statistics().bytes_received == 0:
            return DeviceNotFoundError(
                f"No stetho device answers at {self._address}: check that it is switched on, "
                "or find its address with `stetho devices`."
            )
        return DeviceUnavailableError(
            f"What answers at {self._address} does not speak the stetho protocol: "
            "check the address with `stetho devices`, and ?baud= for a serial port.",
            reason="protocol",
        )

    async def start(self, stream_id: int, choice: StreamChoice) -> Started:
        """Starts the stream, or resumes it where the device still has it.

        Raises ConfigError or DeviceUnavailableError when the device refuses, DeviceTimeoutError for silence and
        ConnectionLostError when it forgot the session.
        """

        def answer(message: Message) -> Started | None:
            if isinstance(message, Error) and message.code == ErrorCode.BAD_REQUEST:
                raise ConfigError(f"The device can't stream what was asked for: {message.text}")
            if isinstance(message, Error) and message.code in {ErrorCode.BUSY, ErrorCode.FAULT}:
                raise DeviceUnavailableError(f"The device can't stream: {message.text}", reason="busy")
            if isinstance(message, Error) and message.code == ErrorCode.NO_SESSION:
                raise ConnectionLostError(f"{self._address} forgot us: another program took it over, or it restarted.")
            return message if isinstance(message, Started) and message.stream_id == stream_id else None

        request = Start(stream_id, choice.codec, len(choice.channels), choice.rate_hz)
        started = await self._ask(request, answer)
        if started is None:
            raise DeviceTimeoutError(f"{self._address} said hello and does not start: switch it off and on again.")
        return started

    async def _ask(self, request: HostMessage, answer: Callable[[Message], Answer | None]) -> Answer | None:
        """Sends until `answer` finds what it looks for in a message; None when the device never gave it."""
        found: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def look(message: Message) -> None:
            if found.done():
                return
            try:
                result = answer(message)
            except (DeviceError, ConfigError) as error:
                found.set_exception(error)
                return
            if result is not None:
                found.set_result(result)

        self._question = look
        try:
            for _ in range(_TRIES):
                self.send(request)
                await asyncio.wait((found, self._broken), timeout=_ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
                if found.done():
                    return found.result()
                if self._broken.done():
                    raise ConnectionLostError(f"The link to {self._address} broke: {self._broken.result()}.")
            return None
        finally:
            self._question = None

    def statistics(self) -> WireStatistics:
        return self._decoder.statistics()

    async def close(self) -> None:
        """Can be called twice, and before `open`."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()


def _other_version(low: int, high: int) -> str:
    return (
        f"The device speaks protocol version {low} to {high} and this stetho speaks {VERSION}: "
        f"update {'stetho' if low > VERSION else 'the firmware'}."
    )
