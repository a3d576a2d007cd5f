"""A link's bytes in a file, both ways, with the host's times: what a bug in the field becomes a test with.

docs/wire-capture.md describes the bytes. The event loop only hands over; a thread writes.
"""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.errors import InputError, OverrunError, RecordError
from stetho.handoff import HandoffStatistics, Lossless
from stetho.records.append_log import AppendLog, read_log

MAGIC = b"stetho capture 1"
MOST_BYTES = 1 << 30
"""Ten hours at 4 kHz and ten times more; a device that floods fills no disk."""

_WAITING = 4096
_LONGEST_BYTES = 1 << 14

_log = logging.getLogger(__name__)


class WireEvent(IntEnum):
    """What happened on the link."""

    ABOUT = 1  # JSON: what was captured, when and by what
    OPENED = 2
    FROM_DEVICE = 3
    FROM_HOST = 4
    LOST = 5  # text: why; the link broke
    CLOSED = 6  # by the host
    REFUSED = 7  # text: why; no link could be opened


@dataclass(frozen=True, slots=True)
class Captured:
    """One record; time_ns counts from the beginning of the capture."""

    event: WireEvent
    time_ns: int
    data: bytes


class WireCapture:
    """Writes one capture. The methods that take bytes never wait, and never fail: sound matters more than its trace.

    What can't be kept (a full disk, one that can't follow, more than MOST_BYTES) ends the capture, which is said as a
    remark. Raises RecordError where the file can't be made.
    """

    def __init__(self, path: Path, address: str, clock: Clock = SYSTEM_CLOCK) -> None:
        self._path, self._clock = path, clock
        self._began_ns = clock.monotonic_ns()
        self._handoff: Lossless[Captured] = Lossless(_WAITING)
        self._over = False
        try:
            self._file = AppendLog(path, MAGIC)
        except FileExistsError as error:
            raise RecordError(f"{path} is there already and is not overwritten; choose another name.") from error
        except OSError as error:
            raise RecordError(
                f"{path} can't be written ({error.strerror}); choose another name or folder for --wire."
            ) from error
        about = {"address": address, "started_utc": clock.now_utc().isoformat(), "stetho": version("stetho")}
        self.note(WireEvent.ABOUT, json.dumps(about).encode())
        self._thread = threading.Thread(target=self._write_all, name=f"wire capture {path.name}", daemon=True)
        self._thread.start()

    def note(self, event: WireEvent, data: bytes = b"") -> None:
        """Something happened now; bytes are cut into records of 16 kB at most."""
        now_ns = self._clock.monotonic_ns() - self._began_ns
        try:
            for at in range(0, max(1, len(data)), _LONGEST_BYTES):
                if not self._over:
                    self._handoff.put(Captured(event, now_ns, data[at : at + _LONGEST_BYTES]))
        except OverrunError:
            self._end("the disk can't follow")

    def statistics(self) -> HandoffStatistics:
        return self._handoff.statistics()

    def finish(self) -> None:
        """Writes what waits and closes the file. Blocks: not for the event loop. Can be called twice."""
        self._handoff.close()
        self._thread.join()

    def _end(self, reason: str) -> None:
        self._over = True
        self._handoff.close()
        _log.warning("the capture %s ends here, since %s; the recording goes on", self._path, reason)

    def _write_all(self) -> None:
        try:
            while not self._handoff.drained:
                item = self._handoff.get(self._file.sync_due_s)
                if item is not None and self._file.size_bytes < MOST_BYTES:
                    self._file.append(item.event, item.time_ns, item.data)
                elif item is not None and not self._over:
                    self._end("it is as long as a capture may be")
                self._file.sync_if_due()
            self._file.sync()
        except OSError as error:
            self._end(f"it can't be written ({error.strerror})")
        finally:
            self._file.close()


def read_capture(path: Path) -> Iterator[Captured]:
    """Every record of a capture, as far as it is whole. Raises InputError for what is none."""
    try:
        with path.open("rb") as file:
            for entry in read_log(file, MAGIC):
                if entry.kind in _KNOWN:
                    yield Captured(WireEvent(entry.kind), entry.time_ns, entry.payload)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.") from None
    except ValueError:
        raise InputError(f"{path} is no wire capture; `stetho record --wire FILE` makes one.") from None


def about(captured: Captured) -> dict[str, Any]:
    """What an ABOUT record says; empty where it can't be read."""
    try:
        content: Any = json.loads(captured.data)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


_KNOWN = frozenset(WireEvent)
