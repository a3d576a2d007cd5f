"""What a check found."""

from dataclasses import dataclass
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. Not `ok` means that stetho can't do its main job; `advice` is what would help."""

    check: str
    ok: bool
    detail: str
    advice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's object (docs/schemas/doctor.schema.json)."""
        return {
            "check": self.check,
            "ok": self.ok,
            "detail": self.detail,
            "advice": self.advice,
            "schema": SCHEMA,
        }
