"""Which sound a result is about: a hash of the samples themselves, so that WAV and FLAC of one recording are one."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stetho.stream import Chunk, Span


@dataclass(frozen=True, slots=True)
class AudioIdentity:
    """samples: how many were heard. sha256: of the rate and the samples. holes_sha256: of where some were lost; None
    where none were.
    """

    samples: int
    sha256: str
    holes_sha256: str | None

    def to_json(self) -> dict[str, Any]:
        return {"samples": self.samples, "sha256": self.sha256, "holes_sha256": self.holes_sha256}


class AudioHash:
    """Hashes the chest channel of a take, chunk by chunk; how it was cut, and where its stream began, don't matter.

    The samples: a line with the rate in Hz, then each sample as a little-endian float32 in full scale. The holes: a line
    `KIND START STOP` each, KIND being `concealed` or `gap`, in samples of the take. What lies in a gap was not heard and
    is not hashed.
    """

    def __init__(self, rate_hz: int) -> None:
        self._sound = hashlib.sha256(f"{rate_hz}\n".encode())
        self._samples = 0
        self._start: int | None = None
        self._stop = 0
        self._concealed: list[Span] = []
        self._gaps: list[Span] = []

    def add(self, chunk: Chunk) -> None:
        """The next chunk of the take."""
        if self._start is None:
            self._start = self._stop = chunk.start
        if chunk.start > self._stop:
            self._gaps.append(Span(self._stop, chunk.start))
        self._concealed.extend(chunk.concealed)
        self._sound.update(np.ascontiguousarray(chunk.chest, "<f4").tobytes())
        self._samples += len(chunk)
        self._stop = chunk.stop

    def identity(self) -> AudioIdentity:
        """Of all that came so far."""
        return AudioIdentity(self._samples, self._sound.hexdigest(), self._holes_sha256())

    def _holes_sha256(self) -> str | None:
        if not (self._concealed or self._gaps):
            return None
        start = self._start or 0
        lines = [
            f"{kind} {hole.start - start} {hole.stop - start}\n"
            for kind, holes in (("concealed", _merged(self._concealed)), ("gap", self._gaps))
            for hole in holes
        ]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def _merged(spans: list[Span]) -> list[Span]:
    """In order, and those that touch made one: a hole that a cut went through is still one hole."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].stop:
            merged[-1] = Span(merged[-1].start, max(merged[-1].stop, span.stop))
        else:
            merged.append(span)
    return merged


def file_sha256(path: Path) -> str | None:
    """What `sha256sum` says of the file as it lies there; None where it can't be read any more."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
