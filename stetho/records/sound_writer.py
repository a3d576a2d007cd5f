"""16-bit audio on its way to the disk: under a temporary name until it was read back and made durable."""

import os
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from stetho.errors import ConfigError, RecordError
from stetho.origin_mark import write_origin
from stetho.stream import Samples, StreamSpec

SUFFIXES = {".wav": "WAV", ".flac": "FLAC"}
FULL_SCALE = 32768
_READ_BACK_FRAMES = 65536


def to_int16(samples: Samples) -> npt.NDArray[np.int16]:
    """Full scale to int16: the exact inverse of value / 32768; what lies beyond full scale is held at its end.

    samples: float32 (channels, n). Gives int16 (n, channels), as audio files are laid out.
    """
    scaled = np.rint(samples.T * np.float32(FULL_SCALE))
    return np.ascontiguousarray(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16))


class SoundWriter:
    """Writes one WAV or FLAC file, by the suffix of `path`. Not for several threads at once.

    Raises ConfigError for another suffix, RecordError where the file is there already (unless `overwrite`), can't be
    written, or reads back otherwise than written.
    """

    def __init__(self, path: Path, spec: StreamSpec, *, overwrite: bool = False) -> None:
        refuse_path(path, overwrite=overwrite)
        self._path = path
        self.part = path.with_name(path.name + ".part")
        self._checksum = 0
        self.frames = 0
        try:
            self._sound = soundfile.SoundFile(
                self.part, "w", spec.rate_hz, len(spec.channels), "PCM_16", format=SUFFIXES[path.suffix.lower()]
            )
        except (soundfile.SoundFileError, OSError, UnicodeError) as error:
            raise RecordError(f"{path} can't be written; choose another name or folder.") from error
        write_origin(spec.origin, self._sound)

    def write(self, block: npt.NDArray[np.int16]) -> None:
        """Appends int16 (n, channels)."""
        try:
            self._sound.write(block)
        except (soundfile.SoundFileError, OSError) as error:
            raise RecordError(f"Writing {self._path} failed, the disk is full or gone.") from error
        self._checksum = zlib.crc32(block.tobytes(), self._checksum)
        self.frames += block.shape[0]

    def finish(self) -> None:
        """Closes, reads back, makes durable, and gives the file its name: after this it is saved."""
        self._sound.close()
        if _checksum_of(self.part) != self._checksum:
            raise RecordError(f"{self.part} reads back otherwise than it was written; the disk is full or failing.")
        make_durable(self.part)
        self.part.replace(self._path)
        make_durable(self._path.parent)

    def leave(self) -> None:
        """Closes and leaves what was written under its temporary name."""
        with suppress(soundfile.SoundFileError, OSError):
            self._sound.close()

    def discard(self) -> None:
        """Closes and removes what was written."""
        self.leave()
        self.part.unlink(missing_ok=True)


def refuse_path(path: Path, *, overwrite: bool) -> None:
    """Raises ConfigError or RecordError where no recording can be made under that name, before a device is started."""
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"A recording is a .wav or .flac file, which {path.name!r} is not; name it so.")
    if not path.parent.is_dir():
        raise RecordError(f"The folder {path.parent} is not there; make it first.")
    if path.exists() and not overwrite:
        raise RecordError(f"{path} is there already and is not overwritten; choose another name, or say --force.")
    if not os.access(path.parent, os.W_OK):
        raise RecordError(f"{path.parent} can't be written to; choose another folder.")


def _checksum_of(path: Path) -> int:
    checksum = 0
    try:
        with soundfile.SoundFile(path) as sound:
            while len(block := sound.read(_READ_BACK_FRAMES, dtype="int16", always_2d=True)):
                checksum = zlib.crc32(block.tobytes(), checksum)
    except (soundfile.SoundFileError, OSError):
        return -1
    return checksum


def make_durable(path: Path) -> None:
    """Asks the disk itself to keep a file, or a folder's entries. A system that can't do folders is left alone."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except PermissionError:
        if path.is_dir():  # Windows opens no folders, and needs none of this
            return
        raise
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
