"""The `.json` beside a recording, as it is read again: where the samples came from and which never came."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stetho.stream import Origin, Span

NOT_THE_DEVICES_OWN = {"lost", "concealed"}


@dataclass(frozen=True, slots=True)
class SidecarFacts:
    """What a reader needs. missing: spans of the file's samples that never came, in order."""

    origin: Origin | None
    missing: tuple[Span, ...]
    calibration_id: str | None


NOTHING_KNOWN = SidecarFacts(None, (), None)


def sidecar_path(audio: Path) -> Path:
    """The recording's sidecar: `a.wav` has `a.json`, in the same folder."""
    return audio.with_suffix(".json")


def read_sidecar(audio: Path) -> SidecarFacts:
    """The facts of the recording's own sidecar; nothing known where there is none, or a stranger's .json lies there."""
    try:
        content = json.loads(sidecar_path(audio).read_text(encoding="utf-8"))
        if content["recording"] != audio.name:
            return NOTHING_KNOWN
        missing = sorted(_spans(content["ledger"]))
        calibration_id = content["calibration"]["id"]
        origin = Origin(content["origin"])
    except (OSError, ValueError, KeyError, TypeError):
        return NOTHING_KNOWN
    return SidecarFacts(origin, tuple(missing), None if calibration_id is None else str(calibration_id))


def _spans(ledger: list[dict[str, Any]]) -> list[Span]:
    return [Span(int(hole["start"]), int(hole["stop"])) for hole in ledger if hole["fate"] in NOT_THE_DEVICES_OWN]
