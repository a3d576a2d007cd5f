"""What a model is, was made of and is for, in a form to be read: nothing here decides anything."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from stetho.artifacts import MANIFEST, NETWORK, ModelFiles
from stetho.inference.manifest import Manifest
from stetho.inference.models import Standing
from stetho.notice import INVESTIGATIONAL
from stetho.printable import printable
from stetho.trust.approval import Approval, approve
from stetho.trust.site_key import SiteKey

CARD = "CARD.md"
SCHEMA = 1
_MOST_LETTERS = 300


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A model's bytes, its manifest, and who trusts it."""

    files: ModelFiles
    manifest: Manifest
    standing: Standing

    @property
    def card(self) -> Path | None:
        path = self.files.folder / CARD
        return path if path.is_file() else None

    def other_card(self) -> str | None:
        """The version in the heading of the card, where it is not the model's: such a card is about another one."""
        if self.card is None:
            return None
        with self.card.open("rb") as file:
            heading = file.readline(_MOST_LETTERS).decode(errors="replace")
        versions = re.findall(r"(?<!\S)v?(\d+(?:\.\d+)+\S*)", heading)
        return printable(versions[0]) if versions and self.manifest.version not in versions else None

    def approved_with(self, key: SiteKey, now: datetime, *, by: str, note: str) -> Approval:
        """The site's signature for these bytes. Raises ConfigError for words that can't be shown in one line."""
        return approve(self.files, (self.manifest.name, self.manifest.version), key, now, by=by, note=note)

    def to_json(self) -> dict[str, Any]:
        """The object of `model show --json` (docs/schemas/model.schema.json)."""
        said = tomllib.loads(self.files.manifest.decode())
        use, training = _table(said, "intended_use"), _table(said, "training")
        exam = self.manifest.exam.thresholds
        approval = self.standing.approval
        return {
            "name": self.manifest.name,
            "version": self.manifest.version,
            "folder": str(self.files.folder),
            "network": _file(NETWORK, self.files.network, self.files.network_sha256),
            "manifest": _file(MANIFEST, self.files.manifest, self.files.manifest_sha256),
            "mel_sha256": self.manifest.mel_sha256,
            "trusted_by": self.standing.by.value,
            "approval": None if approval is None else approval.to_json(),
            "refusal": self.standing.refusal,
            "intended_use": _text(use.get("text")),
            "trained_on": {_text(name) or "": _count(rows) for name, rows in _table(training, "datasets").items()},
            "validated": {
                "ages_years": list(self.manifest.ages_validated_years),
                "devices": [_text(device) for device in self.manifest.devices_validated],
                "sites": _words(use.get("sites")),
            },
            "thresholds": {
                "recording": {"present": self.manifest.recording.present, "unknown": self.manifest.recording.unknown},
                "exam": {"present": exam.present, "unknown": exam.unknown},
            },
            "prevalence": _share(_table(said, "calibration").get("prevalence")),
            "card": None if self.card is None else str(self.card),
            "notice": INVESTIGATIONAL,
            "schema": SCHEMA,
        }


def _file(name: str, content: bytes, sha256: str) -> dict[str, Any]:
    return {"file": name, "sha256": sha256, "bytes": len(content)}


def _table(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str | None:
    """Words of the maker's, as they may go to a screen."""
    return printable(found[:_MOST_LETTERS]) if isinstance(found, str) else None


def _words(found: object) -> list[str | None]:
    return [_text(word) for word in found[:20] if isinstance(word, str)] if isinstance(found, list) else []


def _count(found: object) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _share(found: object) -> float | None:
    return found if isinstance(found, float) and 0.0 <= found <= 1.0 else None
