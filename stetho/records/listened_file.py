"""A sound file made for an ear: marked as such, beside a sidecar that says what was done."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from stetho.durable import make_durable
from stetho.errors import RecordError
from stetho.notice import INVESTIGATIONAL
from stetho.origin_mark import processing_of
from stetho.records.loss_ledger import LossLedger
from stetho.records.sound_writer import SUFFIXES, SoundWriter, refuse_path, to_int16
from stetho.sidecar import sidecar_path
from stetho.source import Hole, HoleFate
from stetho.stream import Chunk, Origin, Span, StreamSpec

SCHEMA = 1
PROCESSED = "listening"
MARK = "listened_sha256"
_SILENCE = 65_536


@dataclass(frozen=True, slots=True)
class Listened:
    """What was written, durable; `samples_lost` are silence in it."""

    audio: Path
    sidecar: Path
    origin: Origin
    duration_s: float
    samples_lost: int


class ListenedFile:
    """Writes what is heard to a WAV or FLAC file: silence where samples are missing, so that time is kept.

    Until `finish` it has a name that it will not keep. Raises ConfigError or RecordError for a name that won't do, and
    RecordError where it can't be written. A recording, or the sidecar of one, is never written over, whatever is asked.
    """

    def __init__(self, audio: Path, *, overwrite: bool = False) -> None:
        refuse_path(audio, overwrite=overwrite)
        _refuse_recordings(audio)
        self._audio = audio
        self._unnamed = audio.with_name(audio.name + ".saving")
        self._writer: SoundWriter | None = None
        self._spec: StreamSpec | None = None
        self._ledger = LossLedger()
        self._origin = 0

    def write(self, chunk: Chunk) -> None:
        """Appends what is heard next."""
        writer = self._opened(chunk)
        missing = Span(writer.frames, max(writer.frames, chunk.start - self._origin))
        for at in range(missing.start, missing.stop, _SILENCE):
            writer.write(np.zeros((min(_SILENCE, missing.stop - at), 1), np.int16))
        self._ledger.enter((Hole(missing, HoleFate.LOST), *self._concealed(chunk)))
        writer.write(to_int16(chunk.samples))

    def finish(self, processing: Mapping[str, Any], made_from: Mapping[str, Any]) -> Listened:
        """Makes sound and sidecar durable and gives them their names. Raises RecordError where nothing was heard."""
        if self._writer is None or self._spec is None:
            raise RecordError("Nothing was heard, so nothing was saved; check the device or the recording.")
        try:
            self._writer.seal()
            sidecar = sidecar_path(self._audio)
            sidecar.write_text(
                json.dumps(self._facts(self._spec, self._writer.frames, processing, made_from), indent=1) + "\n",
                encoding="utf-8",
            )
            make_durable(sidecar)
            self._unnamed.replace(self._audio)
            make_durable(self._audio.parent)
        except OSError as error:
            raise RecordError(f"{self._audio} could not be saved ({error.strerror or error}).") from error
        lost = self._ledger.samples(HoleFate.LOST)
        return Listened(self._audio, sidecar, self._spec.origin, self._spec.seconds(self._writer.frames), lost)

    def leave(self) -> None:
        """Removes what was not finished."""
        if self._writer is not None:
            self._writer.discard()
        with suppress(OSError):
            self._unnamed.unlink(missing_ok=True)

    def _opened(self, chunk: Chunk) -> SoundWriter:
        if self._writer is None:
            self._spec, self._origin = chunk.spec, chunk.start
            form = SUFFIXES[self._audio.suffix.lower()]
            self._writer = SoundWriter(self._unnamed, chunk.spec, form, processed=PROCESSED)
        return self._writer

    def _concealed(self, chunk: Chunk) -> Iterator[Hole]:
        for span in chunk.concealed:
            yield Hole(Span(span.start - self._origin, span.stop - self._origin), HoleFate.CONCEALED)

    def _facts(
        self, spec: StreamSpec, samples: int, processing: Mapping[str, Any], made_from: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The contract's object (docs/schemas/listened.schema.json)."""
        with self._unnamed.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {
            "listened": self._audio.name,
            MARK: digest,
            "for": "listening only, never to be scored",
            "processing": dict(processing),
            "made_from": dict(made_from),
            "origin": spec.origin.value,
            "sample_rate_hz": spec.rate_hz,
            "samples": samples,
            "duration_s": round(spec.seconds(samples), 3),
            "samples_lost": self._ledger.samples(HoleFate.LOST),
            "ledger": self._ledger.to_json(),
            "notice": INVESTIGATIONAL,
            "schema": SCHEMA,
        }


def _refuse_recordings(audio: Path) -> None:
    """Raises RecordError where there is a sound or a sidecar of that name that was not made for listening."""
    sidecar = sidecar_path(audio)
    if audio.exists() and not _made_for_listening(audio):
        raise RecordError(f"{audio} was not made for listening and is never written over; choose another name.")
    if sidecar.exists() and MARK not in sidecar.read_text(encoding="utf-8", errors="replace"):
        raise RecordError(f"{sidecar} belongs to something else and is never written over; choose another name.")


def _made_for_listening(audio: Path) -> bool:
    try:
        with soundfile.SoundFile(audio) as sound:
            return processing_of(sound) is not None
    except (soundfile.SoundFileError, OSError):
        return False
