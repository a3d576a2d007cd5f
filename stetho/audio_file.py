"""Recordings on disk: whatever libsndfile reads, block by block, as the chest channel of a stream."""

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile

from stetho.errors import InputError
from stetho.holes import without_gaps
from stetho.origin_mark import kept_origin, processing_of, recorded_by_stetho
from stetho.sidecar import SidecarFacts, read_sidecar
from stetho.stream import Chunk, Origin, Samples, StreamSpec, read_only

BLOCK_S = 0.5
_HEADER_CLAIMS = re.compile(r"^\s*(?:data|SSND)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_UNKNOWN_FRAMES = 1 << 62
_UNKNOWN_LENGTH = 0x7FFF_0000  # a writer that could not seek back leaves 0x7FFF_F000, 0x7FFF_FFFF or 0xFFFF_FFFF

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file's header says. `samples` is a count a channel; `encoding` is libsndfile's word, as `PCM_16`."""

    path: Path
    sample_rate_hz: int
    samples: int
    channels: int
    encoding: str
    origin: Origin

    @property
    def duration_s(self) -> float:
        return self.samples / self.sample_rate_hz


class AudioFile:
    """An open recording, read in blocks so that ten minutes of it are never in memory at once.

    Of several channels the first is the chest; a file whose channels differ says so in `notes`. What is there of a
    file cut short is read, and `notes` says so too. Use it as a context manager. Raises InputError on opening (not
    there, no audio, empty, made for listening alone) and while reading (a sample that is no number).
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._sound = _open(self.path)
        self._ours = recorded_by_stetho(self._sound)
        try:
            _refuse_processed(self.path, self._sound)
            self._sidecar = read_sidecar(self.path, expected=self._ours)
        except InputError:
            self._sound.close()
            raise
        self.info = _info(self.path, self._sound, self._sidecar)
        self.notes: list[str] = []
        self._note_cut_header()

    def __enter__(self) -> "AudioFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def spec(self) -> StreamSpec:
        """The stream that `chunks` gives: the chest alone."""
        return StreamSpec(self.info.sample_rate_hz, self.info.origin)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What a result has to say of the file itself: that its loss ledger is gone, and holes may sound like silence."""
        return ("ledger_missing",) if self._ours and self._sidecar is None else ()

    def close(self) -> None:
        """Lets the file go; can be called twice."""
        self._sound.close()

    def blocks(self, block_s: float = BLOCK_S) -> Iterator[Samples]:
        """The chest channel from where reading stands to the end: float32 (n,), full scale, in pieces of `block_s`."""
        frames = max(1, round(block_s * self.info.sample_rate_hz))
        while (block := self._read(frames)).shape[0]:
            if not np.isfinite(block).all():
                raise InputError(f"{self.path} holds samples that are no numbers (NaN or infinite); export it again.")
            if block.shape[1] > 1 and (block[:, 1:] != block[:, :1]).any():
                self._note("its channels differ; the first is taken as the chest.")
            chest = np.ascontiguousarray(block[:, 0])
            chest.flags.writeable = False
            yield chest

    def chunks(self, block_s: float = BLOCK_S) -> Iterator[Chunk]:
        """The same as Chunks of a stream that began at time 0.

        Holes that the recording's sidecar lists are what they were live: short ones marked as concealed, long ones gaps.
        """
        spec, start = self.spec, 0
        missing = () if self._sidecar is None else self._sidecar.missing
        for block in self.blocks(block_s):
            whole = Chunk(read_only(block), spec, start, start * 1_000_000_000 // spec.rate_hz)
            yield from without_gaps(whole, missing)
            start += block.size

    def read(self) -> Samples:
        """All the rest at once: float32 (n,), read-only. For short recordings; `blocks` is for long ones."""
        pieces = list(self.blocks())
        whole = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        whole.flags.writeable = False
        return whole

    def _read(self, frames: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        at = self._sound.tell()
        try:
            block: np.ndarray[tuple[int, int], np.dtype[np.float32]]
            block = self._sound.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            if at == 0:
                raise InputError(
                    f"{self.path} is damaged and nothing of it can be decoded; record it again."
                ) from error
            self._note_cut(at)
            return np.zeros((0, self.info.channels), np.float32)
        if not block.shape[0] and at < self.info.samples:
            self._note_cut(at)
        return block

    def _note_cut_header(self) -> None:
        claim = _HEADER_CLAIMS.search(self._sound.extra_info)
        if claim is None:
            return
        claimed_bytes, held_bytes = int(claim[1]), int(claim[2])
        if held_bytes < claimed_bytes < _UNKNOWN_LENGTH:
            whole_s = self.info.duration_s * claimed_bytes / held_bytes
            self._note(f"it was cut: {self.info.duration_s:.1f} of {whole_s:.1f} s are there, and only these are used.")

    def _note_cut(self, at: int) -> None:
        read_s = at / self.info.sample_rate_hz
        self._note(f"it is cut or damaged: only the first {read_s:.1f} of {self.info.duration_s:.1f} s can be read.")

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)
            _log.warning("%s: %s", self.path, text)


def read_info(path: Path | str) -> AudioInfo:
    """What the file's header says. Raises InputError."""
    with AudioFile(path) as audio:
        return audio.info


def _open(path: Path) -> soundfile.SoundFile:
    if path.is_dir():
        raise InputError(f"{path} is a folder; give the recordings in it.")
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise InputError(f"{path} is not there; check the path.") from None
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}); check its permissions.") from error
    if size == 0:
        raise InputError(f"{path} is empty (0 bytes); record it again.")
    try:
        return soundfile.SoundFile(_name(path))
    except (soundfile.SoundFileError, TypeError, RuntimeError) as error:  # TypeError: a headerless .raw
        raise InputError(f"{path} is no audio that can be read; convert it to WAV or FLAC.") from error


def _refuse_processed(path: Path, sound: soundfile.SoundFile) -> None:
    """What was made for an ear is never scored or processed again."""
    if processing_of(sound) is not None:
        raise InputError(f"{path} was made for listening alone; give the recording that it was made of.")


def _name(path: Path) -> bytes | Path:
    """Bytes where the system's names are bytes: soundfile refuses one that is no Unicode otherwise."""
    return os.fsencode(path) if os.name == "posix" else path


def _info(path: Path, sound: soundfile.SoundFile, sidecar: SidecarFacts | None) -> AudioInfo:
    samples = sound.frames if sound.frames < _UNKNOWN_FRAMES else _count(path)
    if samples <= 0 or sound.samplerate <= 0:
        sound.close()
        raise InputError(f"{path} holds no samples; record it again.")
    origin = kept_origin(sound, None if sidecar is None else sidecar.origin)
    return AudioInfo(path, sound.samplerate, samples, sound.channels, sound.subtype, origin)


def _count(path: Path) -> int:
    """How many samples can be decoded: a FLAC whose writer died doesn't say."""
    counted = 0
    with soundfile.SoundFile(_name(path)) as sound, contextlib.suppress(soundfile.LibsndfileError):
        while found := len(sound.read(sound.samplerate, dtype="int16")):
            counted += found
    return counted
