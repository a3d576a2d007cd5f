"""A recording on the command line: stream, progress, and a proper end, however it ends."""

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from stetho.cli.output import status_console
from stetho.cli.termination import TerminationAsCancel
from stetho.errors import DeviceError
from stetho.exam.site import Site
from stetho.records.first_samples import FirstSamples
from stetho.records.recorder import Recorder, SavedRecording
from stetho.source import ContactChange, DeviceInfo, Source

LOOK_EVERY_S = 0.1
CLOSING_S = 3.0


@dataclass(frozen=True, slots=True)
class RecordingEnd:
    """What was saved; `error` is what ended the stream early, `interrupted` says that ctrl-c or SIGTERM did."""

    saved: SavedRecording
    error: DeviceError | None
    interrupted: bool


class RecordingRun:
    """Records until `seconds` are there, the stream ends, the link is lost for good, or ctrl-c or SIGTERM comes.

    site: the user's word, which the device's own does not overrule.
    The recorder is the caller's to leave: where `run` raises, what was recorded waits in its journal.
    """

    def __init__(self, source: Source, recorder: Recorder, seconds: float | None, site: Site | None) -> None:
        self._source, self._recorder, self._site = source, recorder, site
        self._device_site: str | None = None
        self._device: DeviceInfo | None = None
        self._seconds = math.inf if seconds is None else seconds
        self._wanted = FirstSamples(recorder, self._seconds)

    async def run(self, *, quiet: bool) -> RecordingEnd:
        """What came is kept, however it ends. Raises DeviceError where nothing came, RecordError where saving fails."""
        error: DeviceError | None = None
        interrupted = False
        with TerminationAsCancel() as termination:
            try:
                self._device = device = await self._source.open()
                self._describe(device)
                streaming = asyncio.create_task(self._stream())
                try:
                    with _progress(self._seconds, quiet=quiet) as show:
                        await self._until_done(streaming, show)
                except asyncio.CancelledError:
                    interrupted = True
                termination.ignore()
                error = await self._end(streaming)
                if error is not None and self._recorder.recorded_s == 0:
                    raise error
            finally:
                await self._source.close()
            saved = await asyncio.to_thread(self._recorder.finish, device, *self._sites)
        return RecordingEnd(saved, error, interrupted)

    @property
    def _sites(self) -> tuple[str | None, str | None]:
        """Where it is taken, and what the device said of that."""
        return self._device_site if self._site is None else self._site.value, self._device_site

    def _describe(self, device: DeviceInfo) -> None:
        self._recorder.describe(device, *self._sites)

    async def _stream(self) -> None:
        async for item in self._source.stream(self._wanted):
            if isinstance(item, ContactChange) and self._wanted.holds(item.at_sample, self._source.spec()):
                self._lies_at(item.site)

    def _lies_at(self, device_site: str | None) -> None:
        """Where the device ever said another site than the user, that is what is told."""
        doubted = self._site is not None and self._device_site not in {None, self._site}
        if device_site is not None and not doubted and self._device is not None:
            self._device_site = device_site
            self._describe(self._device)

    async def _until_done(self, streaming: "asyncio.Task[None]", show: Callable[[float], None]) -> None:
        while not streaming.done() and not self._wanted.complete:
            await asyncio.wait((streaming,), timeout=LOOK_EVERY_S)
            show(self._recorder.recorded_s)

    async def _end(self, streaming: "asyncio.Task[None]") -> DeviceError | None:
        """Closes the device, so that the stream ends by itself and what is on its way still comes."""
        await self._source.close()
        await asyncio.wait((streaming,), timeout=CLOSING_S)
        streaming.cancel()
        with suppress(asyncio.CancelledError):
            try:
                await streaming
            except DeviceError as error:
                return error
        return None


@contextmanager
def _progress(seconds: float, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """A line on the terminal that says how much is recorded; nothing elsewhere."""
    console = status_console(quiet=quiet)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    of = "" if math.isinf(seconds) else f" of {seconds:.0f}"
    with console.status("Recording; ctrl-c ends and saves ...") as status:
        yield lambda recorded_s: status.update(f"Recording: {recorded_s:.1f}{of} s; ctrl-c ends and saves")
