"""Where a recording's samples came from, written so that no copy loses it: in the audio file's tags and the sidecar."""

import json
import re
from pathlib import Path
from typing import Protocol

from stetho.stream import Origin

_TAG = re.compile(r"\bstetho origin=([a-z]+)")


class Tagged(Protocol):
    """An open audio file with a comment and a title, as soundfile gives it."""

    comment: str
    title: str


def sidecar_path(audio: Path) -> Path:
    """The recording's sidecar: `a.wav` has `a.json`, in the same folder."""
    return audio.with_suffix(".json")


def write_origin(origin: Origin, tagged: Tagged) -> None:
    """Marks an audio file that is being written, before its samples."""
    tagged.comment = f"stetho origin={origin.value}"
    if origin is Origin.SIMULATED:
        tagged.title = "SIMULATED heart sound, of no patient"


def read_origin(audio: Path, tagged: Tagged) -> Origin:
    """The origin that a file keeps when it is read again.

    Simulated stays simulated and replayed stays replayed, whichever of tag and sidecar says so: neither can be washed
    off by losing the other. All the rest is a file.
    """
    marks = {_tag_mark(tagged), _sidecar_mark(sidecar_path(audio))}
    for kept in (Origin.SIMULATED, Origin.REPLAYED):
        if kept.value in marks:
            return kept
    return Origin.FILE


def _tag_mark(tagged: Tagged) -> str | None:
    found = _TAG.search(tagged.comment or "")
    return found[1] if found else None


def _sidecar_mark(sidecar: Path) -> str | None:
    """The sidecar's own word, or None where there is none that can be read: a stranger's .json may lie beside."""
    try:
        content = json.loads(sidecar.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    origin = content.get("origin") if isinstance(content, dict) else None
    return origin if isinstance(origin, str) else None
