"""The `.json` beside a recording, as it is read again: where the samples came from and which never came."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stetho.errors import InputError
from stetho.stream import Origin, Span

NOT_THE_DEVICES_OWN = {"lost", "concealed"}


@dataclass(frozen=True, slots=True)
class SidecarFacts:
    """What a reader needs. missing: spans of the file's samples that never came, in order."""

    origin: Origin
    missing: tuple[Span, ...]
    calibration_id: str | None


MARK = "audio_sha256"
"""The field that only a sidecar of ours has."""


def sidecar_path(audio: Path) -> Path:
    """The recording's sidecar: `a.wav` has `a.json`, in the same folder."""
    return audio.with_suffix(".json")


def read_sidecar(audio: Path, *, expected: bool = False) -> SidecarFacts | None:
    """The facts of the recording's own sidecar; None where there is none, or a stranger's .json lies there.

    expected: the audio file says that it is one of ours. A renamed recording is known by its hash. Raises InputError for a sidecar of ours that can't be read whole: its
    ledger is what tells a hole from a sound.
    """
    path = sidecar_path(audio)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(audio, path) from error
    try:
        content = json.loads(text)
    except ValueError as error:
        if expected or MARK in text:
            raise _unreadable(audio, path) from error
        return None
    if not isinstance(content, dict) or MARK not in content:
        return None
    if content.get("recording") != audio.name and content.get(MARK) != _sha256(audio):
        return None
    try:
        missing = sorted(_spans(content["ledger"]))
        calibration_id = content["calibration"]["id"]
        origin = Origin(content["origin"])
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(audio, path) from error
    return SidecarFacts(origin, tuple(missing), None if calibration_id is None else str(calibration_id))


def _unreadable(audio: Path, sidecar: Path) -> InputError:
    return InputError(
        f"{sidecar}, which says what of {audio.name} was lost, is damaged: restore it, or move it away to analyse the "
        "sound without it."
    )


def _sha256(audio: Path) -> str | None:
    try:
        with audio.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _spans(ledger: list[dict[str, Any]]) -> list[Span]:
    return [Span(int(hole["start"]), int(hole["stop"])) for hole in ledger if hole["fate"] in NOT_THE_DEVICES_OWN]
