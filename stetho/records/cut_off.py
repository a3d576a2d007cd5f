"""Recordings that a crash cut off: where they lie, and how they become recordings again."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from stetho.errors import RecordError
from stetho.records.journal import SUFFIX
from stetho.records.journal_reader import JournalReader
from stetho.records.saving import SavedRecording, save
from stetho.records.sound_writer import SUFFIXES


def journal_path(audio: Path) -> Path:
    """Where `audio` is while it is being recorded: `heart.wav.part`."""
    return audio.with_name(audio.name + SUFFIX)


def saved_by(journal: Path) -> str:
    """What saves it, in words for its user."""
    return f"`stetho recover {shlex.quote(str(journal))}` saves it"


def find_cut_off(folder: Path) -> Iterator[Path]:
    """The journals of a folder that hold sound and that nobody is writing, by name."""
    for suffix in SUFFIXES:
        yield from (path for path in sorted(folder.glob(f"*{suffix}{SUFFIX}")) if _is_cut_off(path))


def _is_cut_off(path: Path) -> bool:
    with suppress(RecordError), JournalReader(path) as journal:
        return journal.has_sound
    return False


def make_room(journal: Path) -> None:
    """Makes sure that a journal can be begun there. Raises RecordError where one with sound, or in use, is there."""
    if not journal.exists():
        return
    with JournalReader(journal) as reader:
        if reader.has_sound:
            raise RecordError(
                f"{journal} is a recording that was cut off: {saved_by(journal)}; or choose another name."
            )
    journal.unlink(missing_ok=True)


def recover(journal: Path, audio: Path | None = None, *, overwrite: bool = False) -> SavedRecording:
    """Saves what a crash cut off, as `audio` or under the name that it was recorded for. Raises RecordError."""
    if journal.suffix != SUFFIX:
        raise RecordError(f"{journal} is not cut off; such a recording is named like heart.wav{SUFFIX}.")
    with JournalReader(journal) as reader:
        try:
            return save(reader, audio or journal.with_suffix(""), overwrite=overwrite)
        except RecordError as error:
            raise RecordError(f"{error} {journal} still holds what there is.") from error
