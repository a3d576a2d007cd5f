"""Where a recording's samples came from, and what was done to them, in the audio file's own tags: no copy loses it."""

import re
from typing import Protocol

from stetho.stream import Origin

_TAG = re.compile(r"\bstetho origin=([a-z]+)")
_PROCESSED = re.compile(r"\bstetho origin=[a-z]+ processed=([a-z]+)")


class Tagged(Protocol):
    """An open audio file with a comment and a title, as soundfile gives it."""

    comment: str
    title: str


def write_origin(origin: Origin, tagged: Tagged, *, processed: str | None = None) -> None:
    """Marks an audio file that is being written, before its samples.

    processed: one word for what was done to them, where they are no longer raw: then nobody may score them.
    """
    tagged.comment = f"stetho origin={origin.value}" + ("" if processed is None else f" processed={processed}")
    titles = (
        "SIMULATED heart sound, of no patient" if origin is Origin.SIMULATED else "",
        "" if processed is None else "for listening only",
    )
    if any(titles):
        tagged.title = "; ".join(filter(None, titles))


def processing_of(tagged: Tagged) -> str | None:
    """What was done to a file's samples, in one word; None where they are as they were recorded."""
    found = _PROCESSED.search(tagged.comment or "")
    return found[1] if found else None


def kept_origin(tagged: Tagged, sidecar: Origin | None) -> Origin:
    """The origin that a file keeps when it is read again.

    Simulated stays simulated and replayed stays replayed, whichever of tag and sidecar says so: neither can be washed
    off by losing the other. All the rest is a file.
    """
    found = _TAG.search(tagged.comment or "")
    marks = {found[1] if found else None, sidecar.value if sidecar is not None else None}
    for kept in (Origin.SIMULATED, Origin.REPLAYED):
        if kept.value in marks:
            return kept
    return Origin.FILE


def recorded_by_stetho(tagged: Tagged) -> bool:
    """Whether the file is one of our recordings, which have a sidecar."""
    return _TAG.search(tagged.comment or "") is not None
