"""The examiner's end of the link: says anything, also what no host should, and remembers all that comes."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from firmware_bridge.conform.link import Heard, Link
from firmware_bridge.conform.result import RuleBrokenError, SilentError
from firmware_bridge.devices.stetho_link import StethoLink
from firmware_bridge.driver import StreamChoice
from firmware_bridge.transport import Opener
from firmware_bridge.wire import Capabilities, Hello, HostMessage, Message, Stop, encode
from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.device_uri import DeviceUri
from stetho.errors import DeviceError

M = TypeVar("M", bound=Message)
T = TypeVar("T")

ANSWER_S = 0.5
"""How long a device may take for an answer; rule S1 says it of HELLO, and the others are held to the same."""

PATIENT_S = 2.0
"""How long a HELLO is waited for by rules that are not about time."""

_TRIES = 4
_REOPENING_S = 3.0
_PAUSE_S = 0.2
_BITS_A_BYTE = 10  # on a serial line: one start bit, eight, one stop bit


class Probe:
    """Speaks to one device over one link at a time. Everything that waits is bounded.

    simulated: whether the address itself says that the device is simulated.
    """

    def __init__(self, opener: Opener, uri: DeviceUri, clock: Clock = SYSTEM_CLOCK, *, simulated: bool = False) -> None:
        self.opener, self.uri, self.clock, self.simulated = opener, uri, clock, simulated
        self.capabilities: Capabilities | None = None
        self.link = Link(clock)
        self.streaming: int | None = None  # the id of the stream that was begun last, to be stopped after its check
        self.undisturbed = False  # whether nothing was said since the session began
        self._mark = 0
        self._nonces_are_wrong = False
        self._observed: dict[Any, Any] = {}

    # -- the link

    async def open(self) -> None:
        """A new link, in place of the one there is. Raises DeviceError."""
        await self.close()
        self.link = Link(self.clock)
        self._mark = 0
        self.link.transport = await self.opener.open(self.link)

    async def reopen(self, after_s: float = _PAUSE_S) -> None:
        """As `open`, for a device that may need a moment to be there again. Raises DeviceError."""
        await self.close()
        self.streaming = None
        await asyncio.sleep(after_s)
        tries = round(_REOPENING_S / _PAUSE_S)
        for left in reversed(range(tries)):
            try:
                await self.open()
            except DeviceError:
                if not left:
                    raise
                await asyncio.sleep(_PAUSE_S)
            else:
                return

    async def close(self) -> None:
        """Can be called twice, and before `open`."""
        await self.link.close()

    @property
    def tells_of_its_end(self) -> bool:
        """Whether the device learns that a client went away. A serial line may tell, or not (S3)."""
        return self.uri.scheme != "serial"

    # -- saying

    def send(self, *messages: HostMessage) -> None:
        """Says messages, in one write."""
        self.send_bytes(b"".join(map(encode, messages)))

    def send_bytes(self, data: bytes) -> None:
        """Says anything. Goes nowhere when the link is gone: whoever waits for the answer is told."""
        self.undisturbed = False
        if self.link.transport is not None and self.link.lost_because is None:
            self.link.transport.write(data)

    async def say_long(self, data: bytes) -> None:
        """As `send_bytes`, and waits for as long as a serial line takes to carry it."""
        self.send_bytes(data)
        if self.uri.scheme == "serial":
            await asyncio.sleep(len(data) * _BITS_A_BYTE / self.uri.integer("baud", StethoLink.baud))

    # -- hearing

    def mark(self) -> int:
        """From here on is what `heard`, `messages` and `expect` look at. Gives the place in the link's `heard`."""
        self._mark = len(self.link.heard)
        return self._mark

    def mark_at(self, message: Message) -> None:
        """As `mark`, from where this message came."""
        self._mark = next(place for place, one in enumerate(self.link.heard) if one.message is message)

    def heard(self) -> list[Heard]:
        """All frames since the mark."""
        return self.link.heard[self._mark :]

    def messages(self, kind: type[M]) -> list[M]:
        """All messages of a kind since the mark."""
        return [one.message for one in self.heard() if isinstance(one.message, kind)]

    async def expect(
        self, kind: type[M], where: Callable[[M], bool] = lambda _: True, within_s: float = ANSWER_S
    ) -> M | None:
        """The first such message since the mark, waiting for it; None when it never came.

        Raises RuleBrokenError where the device closed the link instead.
        """
        try:
            async with asyncio.timeout(within_s):
                while (found := next(self._such(kind, where), None)) is None:
                    await self._news()
                return found
        except TimeoutError:
            return None

    def _such(self, kind: type[M], where: Callable[[M], bool]) -> Iterator[M]:
        return (one.message for one in self.heard() if isinstance(one.message, kind) and where(one.message))

    async def _news(self) -> None:
        if self.link.lost_because is not None:
            raise RuleBrokenError("the device closed the link", self.link.lost_because)
        self.link.news.clear()
        await self.link.news.wait()

    async def listen(self, seconds: float) -> list[Heard]:
        """All frames since the mark, after that time. Raises RuleBrokenError where the device closed the link."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self._news()
        except TimeoutError:
            return self.heard()

    async def once(self, observe: Callable[["Probe"], Awaitable[T]]) -> T:
        """What `observe` gives, which takes long and serves several rules: it is done at the first time alone."""
        if observe not in self._observed:
            self._observed[observe] = await observe(self)
        return self._observed[observe]

    # -- a session

    async def hello(self, within_s: float = PATIENT_S) -> Capabilities | None:
        """One HELLO, and its answer, if there is one in time."""
        nonce = secrets.randbits(32)
        self.mark()
        self._say_hello(nonce)
        return await self.welcome(nonce, within_s)

    def _say_hello(self, nonce: int) -> None:
        self.send_bytes(b"\x00" + encode(Hello(nonce, "stetho conform")))

    async def welcome(self, nonce: int, within_s: float = PATIENT_S) -> Capabilities | None:
        """The answer to a HELLO. Where a device gets every nonce wrong any answer is taken: that is S1's affair."""
        return await self.expect(Capabilities, lambda found: self._nonces_are_wrong or found.nonce == nonce, within_s)

    async def greet(self) -> Capabilities:
        """A new session, whatever was before; what came until then is behind the mark.

        Raises DeviceError where the link can't be opened again, SilentError where the device does not answer on it.
        """
        for again in (False, True):
            if again or self.link.lost_because is not None:
                await self.reopen()
            with contextlib.suppress(RuleBrokenError):  # it closed the link
                if (found := await self._greeted()) is not None:
                    self.capabilities, self.undisturbed = found, True
                    self.mark()
                    return found
        raise SilentError

    async def _greeted(self) -> Capabilities | None:
        if self.streaming is not None:
            self.send(Stop(self.streaming))
            self.streaming = None
        nonce = secrets.randbits(32)
        self.mark()
        for _ in range(_TRIES):
            self._say_hello(nonce)
            if (found := await self.welcome(nonce, ANSWER_S)) is not None:
                return found
        # One that answers, and never with the nonce, can still be judged in all else.
        found = next(iter(self.messages(Capabilities)), None)
        self._nonces_are_wrong = found is not None
        return found

    def known(self) -> Capabilities:
        """What the device said it is, in the session that `greet` began."""
        assert self.capabilities is not None  # noqa: S101  # checks that need it run after `greet`
        return self.capabilities

    def choice(self) -> StreamChoice:
        """What to ask for: as every host does, or as the address says. Raises ConfigError."""
        return StethoLink().choose(self.known(), self.uri)
