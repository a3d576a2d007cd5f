"""What a check found."""

from dataclasses import dataclass
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. Not `ok` means that stetho can't do its main job; `advice` is what would help.

    looked_at: False where another finding stood in the way, so that it is not known to be `ok`, nor to be wrong.
    """

    check: str
    ok: bool
    detail: str
    advice: str | None = None
    looked_at: bool = True

    @property
    def mark(self) -> str:
        """What a row begins with, four letters wide."""
        return "ok  " if self.ok else "FAIL" if self.looked_at else "-   "

    def to_json(self) -> dict[str, Any]:
        """The contract's object (docs/schemas/doctor.schema.json)."""
        return {
            "check": self.check,
            "ok": self.ok,
            "detail": self.detail,
            "advice": self.advice,
            "schema": SCHEMA,
        }
