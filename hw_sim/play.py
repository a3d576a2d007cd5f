"""A recording as what the microphone hears."""

from pathlib import Path

import numpy as np

from hw_sim.sound import Pcm
from stetho.errors import InputError
from stetho.origin_mark import kept_origin, processing_of, recorded_by_stetho
from stetho.sidecar import read_sidecar

_LEAST_HZ, _MOST_HZ = 500, 48_000
_BLOCK_FRAMES = 65_536


class Recording:
    """A sound file, played once or over and over; its first channel, where it has several.

    A 16-bit file is played sample for sample (`exact`); any other is rounded to 16 bit. `rate_hz` is the file's own
    unless another is given: then it is played faster or slower, not resampled.
    Raises InputError for what can't be read or is empty.
    """

    def __init__(self, path: Path, *, loop: bool = False, rate_hz: int | None = None) -> None:
        import soundfile

        try:
            self._file = soundfile.SoundFile(path)
        except (OSError, RuntimeError) as error:
            reason = "it does not exist" if not path.exists() else str(error).partition(": ")[2] or str(error)
            raise InputError(f"{path} can't be played: {reason}.") from None
        self.path = path
        self.exact = self._file.subtype == "PCM_16" and self._file.channels == 1
        if processing_of(self._file) is not None:
            raise InputError(f"{path} can't be played: it was made for listening alone; play what it was made of.")
        sidecar = read_sidecar(path, expected=recorded_by_stetho(self._file))
        self.origin = kept_origin(self._file, None if sidecar is None else sidecar.origin)
        self._rate_hz = rate_hz or self._file.samplerate
        self._loop = loop
        if self._file.frames == 0:
            raise InputError(f"{path} can't be played: it holds no sound.")
        if not _LEAST_HZ <= self._rate_hz <= _MOST_HZ:
            raise InputError(
                f"{path} can't be played at {self._rate_hz} Hz; give --rate from {_LEAST_HZ} to {_MOST_HZ}."
            )

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    @property
    def frames(self) -> int:
        """How many samples it has, played once."""
        return int(self._file.frames)

    def read(self, count: int) -> Pcm:
        pieces: list[Pcm] = []
        while count:
            piece = self._block(min(count, _BLOCK_FRAMES))
            if not len(piece):
                if not self._loop:
                    break
                self._file.seek(0)
                continue
            pieces.append(piece)
            count -= len(piece)
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

    def _block(self, count: int) -> Pcm:
        if self._file.subtype == "PCM_16":
            return np.asarray(self._file.read(count, dtype="int16", always_2d=True)[:, 0])
        wide = np.nan_to_num(self._file.read(count, dtype="float64", always_2d=True)[:, 0])
        return np.clip(np.floor(wide * 32768.0 + 0.5), -32768, 32767).astype(np.int16)

    def close(self) -> None:
        self._file.close()
