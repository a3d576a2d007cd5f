"""From a journal to a recording: an audio file and its sidecar, both durable before either has its name."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stetho.durable import make_durable
from stetho.errors import RecordError
from stetho.records.journal_reader import JournalReader
from stetho.records.sidecar import SCHEMA, Sidecar, write_sidecar
from stetho.records.sound_writer import SUFFIXES, SoundWriter, checksum_of, refuse_path
from stetho.records.tape import Tape
from stetho.sidecar import sidecar_path
from stetho.source import DeviceInfo, HoleFate
from stetho.stream import StreamSpec

UNNAMED = ".saving"


@dataclass(frozen=True, slots=True)
class SavedRecording:
    """A recording that is durable: audio, sidecar and folder were flushed to the disk."""

    audio: Path
    sidecar: Path
    duration_s: float
    samples_lost: int
    cut_off: bool
    site: str | None = None
    device_site: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What `record --json` and `recover --json` print."""
        return {
            "saved": str(self.audio),
            "sidecar": str(self.sidecar),
            "duration_s": round(self.duration_s, 3),
            "samples_lost": self.samples_lost,
            "cut_off": self.cut_off,
            "site": self.site,
            "device_site": self.device_site,
            "schema": SCHEMA,
        }


def save(journal: JournalReader, audio: Path, *, overwrite: bool = False, samples: int | None = None) -> SavedRecording:
    """Makes `audio` and its sidecar of a journal, and removes the journal when they are durable.

    A crash at any moment leaves the journal, or the whole recording: the same call then goes on. A file at `audio` with
    the very same samples is taken for that; any other is left alone unless `overwrite`. samples: how many there must
    be, where that is known. Raises RecordError.
    """
    refuse_path(audio, overwrite=True)
    if journal.stream is None:
        raise RecordError(f"{journal.path} holds no sound; there is nothing to save.")
    spec = journal.stream.spec
    unnamed = audio.with_name(audio.name + UNNAMED)
    unnamed_sidecar = sidecar_path(audio).with_name(sidecar_path(audio).name + UNNAMED)
    writer = SoundWriter(unnamed, spec, SUFFIXES[audio.suffix.lower()])
    try:
        tape = Tape(writer, spec)
        for block in journal.blocks():
            tape.append(block)
        writer.seal()
        if samples is not None and (writer.frames != samples or not journal.ended):
            raise RecordError(f"{journal.path} reads back otherwise than it was written; the disk is failing.")
        if audio.exists() and not overwrite and checksum_of(audio) != writer.checksum:
            raise RecordError(f"{audio} is there already and is another recording; name a new one, or say --force.")
        sidecar = _sidecar(journal, tape, audio.name, unnamed)
        write_sidecar(unnamed_sidecar, sidecar)
        _name(audio, unnamed, unnamed_sidecar)
    except (OSError, RecordError) as error:
        writer.discard()
        with suppress(OSError):
            unnamed_sidecar.unlink(missing_ok=True)
        if isinstance(error, RecordError):
            raise
        raise RecordError(f"{audio} could not be saved ({error.strerror or error}).") from error
    with suppress(OSError):  # it is saved; a journal that stays will be found again, and found to be this recording
        journal.remove()
    lost = tape.ledger.samples(HoleFate.LOST)
    return SavedRecording(
        audio, sidecar_path(audio), tape.duration_s, lost, sidecar.cut_off, sidecar.site, sidecar.device_site
    )


def _name(audio: Path, unnamed: Path, unnamed_sidecar: Path) -> None:
    """Gives the names, so that whoever looks in between finds no sound without its own ledger."""
    audio.unlink(missing_ok=True)
    unnamed_sidecar.replace(sidecar_path(audio))
    unnamed.replace(audio)
    make_durable(audio.parent)


def _sidecar(journal: JournalReader, tape: Tape, name: str, written: Path) -> Sidecar:
    assert journal.stream is not None  # noqa: S101  # `save` looked
    spec = journal.stream.spec
    with written.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Sidecar(
        recording=name,
        audio_sha256=digest,
        device=journal.device or _unknown(spec),
        spec=spec,
        samples=tape.writer.frames,
        started=journal.stream.started,
        measured=tape.measured_rate(),
        site=journal.site,
        ledger=tape.ledger,
        cut_off=not journal.ended,
        device_site=journal.device_site,
    )


def _unknown(spec: StreamSpec) -> DeviceInfo:
    """A crash came before the device's name was written, or nobody gave one."""
    return DeviceInfo(
        address="",
        driver="unknown",
        product="unknown",
        hardware="unknown",
        firmware="unknown",
        serial_number="unknown",
        origin=spec.origin,
        codec="unknown",
        rate_hz=spec.rate_hz,
        channels=spec.channels,
        has_contact_sensor=False,
    )
