"""An append-only file of records, each with its length and CRC: what was written before a crash can be read after it.

The file begins with 16 bytes that say what it is. A record is a header (kind u8, time in ns i64, length u32), its
payload, and a CRC-32 over both; all numbers are little-endian. A reader stops at the first record that is not whole.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.durable import make_durable

MAGIC_BYTES = 16
MOST_PAYLOAD_BYTES = 1 << 26
SYNC_NS = 500_000_000
"""What was written is on the disk itself at most that much later."""

_HEADER = struct.Struct("<BqI")
_CRC = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole record; `at` is where it begins in the file, in bytes."""

    kind: int
    time_ns: int
    payload: bytes
    at: int


class AppendLog:
    """The writer's end. `append` and `sync_if_due` are for one thread, and may wait for the disk.

    Raises OSError from every method, FileExistsError where the file is there. The file is locked while it is written.
    """

    def __init__(self, path: Path, magic: bytes, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o666)
        self.size_bytes = 0
        self._unsynced_since_ns: int | None = None
        try:
            lock(self._file)
            self._write(magic)
            os.fsync(self._file)
            make_durable(path.parent)  # else a power loss would take the file's name, and all of it
        except BaseException:
            self.close()
            path.unlink(missing_ok=True)
            raise

    def append(self, kind: int, time_ns: int, payload: bytes) -> None:
        """Adds a record. After an error the file ends with the last whole one."""
        if len(payload) > MOST_PAYLOAD_BYTES:
            raise ValueError(f"a record holds {MOST_PAYLOAD_BYTES} bytes at most, not {len(payload)}")
        self._write(_record(kind, time_ns, payload))
        if self._unsynced_since_ns is None:
            self._unsynced_since_ns = self._clock.monotonic_ns()

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self.size_bytes)
                os.lseek(self._file, self.size_bytes, os.SEEK_SET)
            raise
        self.size_bytes += len(data)

    @property
    def sync_due_s(self) -> float | None:
        """In how many seconds `sync_if_due` has something to do; None while all is on the disk."""
        if self._unsynced_since_ns is None:
            return None
        return max(0, self._unsynced_since_ns + SYNC_NS - self._clock.monotonic_ns()) / 1e9

    def sync_if_due(self) -> None:
        """Makes durable what has waited for long enough."""
        if self.sync_due_s == 0.0:
            self.sync()

    def sync(self) -> None:
        """Makes everything durable."""
        os.fsync(self._file)
        self._unsynced_since_ns = None

    def reading(self) -> BinaryIO:
        """The same file, open for reading, also where its name was taken from it; the lock is shared."""
        return os.fdopen(os.dup(self._file), "rb")

    def close(self) -> None:
        """Closes the file; can be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def read_log(file: BinaryIO, magic: bytes) -> Iterator[Entry]:
    """Every whole record from the beginning on. Raises ValueError where the file is something else."""
    file.seek(0)
    if not magic.startswith(file.read(MAGIC_BYTES)):  # it may have been cut there, too
        raise ValueError("another kind of file")
    while (entry := read_entry(file)) is not None:
        yield entry
        file.seek(entry.at + _HEADER.size + len(entry.payload) + _CRC.size)


def read_entry(file: BinaryIO) -> Entry | None:
    """The record at the file's position, or None where it is not whole."""
    at = file.tell()
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, time_ns, length = _HEADER.unpack(header)
    if length > MOST_PAYLOAD_BYTES:
        return None
    rest = file.read(length + _CRC.size)
    if len(rest) < length + _CRC.size:
        return None
    payload = rest[:length]
    whole = _CRC.unpack(rest[length:])[0] == zlib.crc32(payload, zlib.crc32(header))
    return Entry(kind, time_ns, payload, at) if whole else None


def _record(kind: int, time_ns: int, payload: bytes) -> bytes:
    header = _HEADER.pack(kind, time_ns, len(payload))
    return header + payload + _CRC.pack(zlib.crc32(payload, zlib.crc32(header)))


def lock(descriptor: int) -> None:
    """Keeps other programs of ours off an open file, until it is closed or the program dies.

    Raises BlockingIOError where another has it. Does nothing where the system, or the file system, has no locks.
    """
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return
