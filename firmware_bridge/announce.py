"""Where a running simulator says that it is there: one small file each in the user's runtime folder."""

import contextlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from getpass import getuser
from pathlib import Path

from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError

_LONGEST_BYTES = 4096
_MOST_FILES = 256
_SCHEMES = frozenset({"serial", "tcp", "ble+sim"})


@dataclass(frozen=True, slots=True)
class Announcement:
    """A simulated device that can be reached at `address` while process `pid` runs."""

    pid: int
    address: str
    serial_number: str


def runtime_folder() -> Path:
    """`$XDG_RUNTIME_DIR/stetho`, or a folder of the user's own among the temporary ones."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "stetho" if runtime else Path(tempfile.gettempdir()) / f"stetho-{getuser()}"


def own_runtime_folder() -> Path:
    """The same, made where it is not there. Raises ConfigError where it is not the user's own, OSError for no room."""
    folder = runtime_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_ours(folder):
        raise ConfigError(f"{folder} belongs to someone else: set XDG_RUNTIME_DIR to a folder of your own.")
    return folder


@contextmanager
def announced(address: str, serial_number: str) -> Iterator[Announcement]:
    """Announces a simulator for as long as the block runs. Raises ConfigError where the folder is not the user's own."""
    folder = own_runtime_folder()
    announcement = Announcement(os.getpid(), address, serial_number)
    handle, name = tempfile.mkstemp(prefix=f"sim-{announcement.pid}-", suffix=".json.new", dir=folder)
    file = Path(name.removesuffix(".new"))
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as text:
            json.dump(asdict(announcement), text)
        Path(name).replace(file)  # never seen half written
        yield announcement
    finally:
        file.unlink(missing_ok=True)


def announcements() -> list[Announcement]:
    """The simulators that run now, by address. Files of dead processes, or with anything odd in them, are passed over."""
    folder = runtime_folder()
    if not _is_ours(folder):
        return []
    found = []
    for file in sorted(folder.glob("sim-*.json"))[:_MOST_FILES]:
        announcement = _read(file)
        if announcement is not None and _runs(announcement.pid):
            found.append(announcement)
    return sorted(found, key=lambda a: a.address)


def _read(file: Path) -> Announcement | None:
    try:
        if not stat.S_ISREG(file.lstat().st_mode) or file.lstat().st_size > _LONGEST_BYTES:
            return None
        said = json.loads(file.read_text(encoding="utf-8"))
        pid, address, serial_number = said["pid"], said["address"], said["serial_number"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    if type(pid) is not int or not 0 < pid < 1 << 31 or not _is_text(address) or not _is_text(serial_number):
        return None
    with contextlib.suppress(ValueError):  # ConfigError, or a bracket that is no IPv6 address
        if DeviceUri.parse(address).scheme in _SCHEMES:
            return Announcement(pid, address, serial_number)
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 256 and value.isprintable()


def _is_ours(folder: Path) -> bool:
    """A folder, no link, that nobody else can write into."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    return sys.platform == "win32" or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # signal 0 would end the process there; a stale file stays until its folder is cleared
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
