"""16-bit audio on its way to the disk, read back and made durable before it is called written."""

import os
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from stetho.durable import make_durable
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
    """Writes one WAV or FLAC file, over whatever was at `path`; `form` is WAV or FLAC. Not for several threads at once.

    processed: one word for what was done to the samples, where they are not as they were recorded.
    Raises RecordError where it can't be written, or reads back otherwise than written.
    """

    def __init__(self, path: Path, spec: StreamSpec, form: str, *, processed: str | None = None) -> None:
        self._path = path
        self._checksum = 0
        self.frames = 0
        try:
            self._sound = soundfile.SoundFile(path, "w", spec.rate_hz, len(spec.channels), "PCM_16", format=form)
        except (soundfile.SoundFileError, OSError, UnicodeError) as error:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise RecordError(f"{path} can't be written; choose another name or folder.") from error
        write_origin(spec.origin, self._sound, processed=processed)

    def write(self, block: npt.NDArray[np.int16]) -> None:
        """Appends int16 (n, channels)."""
        try:
            self._sound.write(block)
        except (soundfile.SoundFileError, OSError) as error:
            raise RecordError(f"Writing {self._path} failed, the disk is full or gone.") from error
        self._checksum = zlib.crc32(block.tobytes(), self._checksum)
        self.frames += block.shape[0]

    def seal(self) -> None:
        """Closes, reads back and makes durable."""
        self._sound.close()
        if checksum_of(self._path) != self._checksum:
            raise RecordError(f"{self._path} reads back otherwise than it was written; the disk is full or failing.")
        make_durable(self._path)

    @property
    def checksum(self) -> int:
        """CRC-32 of the samples written, as `checksum_of` gives it for a file."""
        return self._checksum

    def discard(self) -> None:
        """Closes and removes what was written."""
        with suppress(soundfile.SoundFileError, OSError):
            self._sound.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


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


def checksum_of(path: Path) -> int:
    """CRC-32 of a file's samples as int16, or -1 where it can't be read as audio."""
    checksum = 0
    try:
        with soundfile.SoundFile(path) as sound:
            while len(block := sound.read(_READ_BACK_FRAMES, dtype="int16", always_2d=True)):
                checksum = zlib.crc32(block.tobytes(), checksum)
    except (soundfile.SoundFileError, OSError):
        return -1
    return checksum
