"""A site's approval of one model: a statement about its exact bytes, signed, in a file beside it.

Nothing in that file is believed because it is there: it counts where the key that signed it stands in the settings.
The file has one form, byte by byte (sorted keys, two spaces, ASCII), so that there is nothing in it that the signature
doesn't cover.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stetho.artifacts import ModelFiles, read_bounded
from stetho.durable import make_durable
from stetho.errors import ConfigError, ModelError, RecordError
from stetho.trust.public_key import PublicKey
from stetho.trust.site_key import SiteKey

FILE = "approval.json"
SCHEMA = 1
MOST_BYTES = 10_000
MOST_LETTERS = 500
_DATE = "%Y-%m-%dT%H:%M:%SZ"
_SIGNED_FOR = b"stetho model approval 1\n"
"""Before what is signed: a signature that the same key gave for another purpose is none here."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a site says: this model, these bytes, by whom (`by`, in words), when, and why.

    network_sha256, manifest_sha256: 64 small hexadecimal digits. date: UTC, `2026-11-24T15:00:00Z`. by, note: one line of at
    most 500 printable letters. key: the public one, as `PublicKey` is written.
    """

    name: str
    version: str
    network_sha256: str
    manifest_sha256: str
    date: str
    by: str
    note: str
    key: str

    def signed_bytes(self) -> bytes:
        """What the signature is of: its purpose in a line, then the fields in the file's one form (ASCII)."""
        return _SIGNED_FOR + _canonical(asdict(self))


@dataclass(frozen=True, slots=True)
class Approval:
    """A statement with the signature, 64 bytes, of the key that it names."""

    statement: Statement
    signature: bytes

    @property
    def key(self) -> PublicKey:
        return PublicKey.parse(self.statement.key)

    def words(self) -> str:
        """Who approved it and when, in one line."""
        by = f" ({self.statement.by})" if self.statement.by else ""
        return f"approved by {self.statement.key}{by} on {self.statement.date[:10]}"

    def to_json(self) -> dict[str, str]:
        """What was said, as `model show --json` gives it; whether it counts is said elsewhere."""
        said = self.statement
        return {"key": said.key, "date": said.date, "by": said.by, "note": said.note}

    def to_bytes(self) -> bytes:
        """The file."""
        whole = {"schema": SCHEMA, "signature": self.signature.hex(), "statement": asdict(self.statement)}
        return _canonical(whole)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Approval":
        """Reads the file's one form; the signature is not checked here. Raises ModelError for anything else."""
        try:
            whole = json.loads(content)
            approval = cls(Statement(**whole["statement"]), bytes.fromhex(whole["signature"]))
            fields = asdict(approval.statement).values()
            sound = all(isinstance(value, str) for value in fields) and approval.to_bytes() == content
            PublicKey.parse(approval.statement.key)
            sound = sound and _is_date(approval.statement.date)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # ConfigError is a ValueError
            sound = False
        if not sound or not all(_one_line(text) for text in (approval.statement.by, approval.statement.note)):
            raise ModelError(f"its {FILE} is no approval in the form that stetho writes; approve the model again")
        return approval


def approve(
    files: ModelFiles, model: tuple[str, str], key: SiteKey, now: datetime, *, by: str = "", note: str = ""
) -> Approval:
    """Signs for the bytes in `files`. Raises ConfigError for words that can't be shown in one line."""
    for option, text in (("--by", by), ("--note", note)):
        if not _one_line(text):
            raise ConfigError(f"{option} must be one line of at most {MOST_LETTERS} printable letters.")
    statement = Statement(
        name=model[0],
        version=model[1],
        network_sha256=files.network_sha256,
        manifest_sha256=files.manifest_sha256,
        date=now.astimezone(UTC).strftime(_DATE),
        by=by,
        note=note,
        key=str(key.public),
    )
    return Approval(statement, key.sign(statement.signed_bytes()))


def write_approval(folder: Path, approval: Approval) -> Path:
    """Lays the approval beside the model, whole or not at all, and durable. Raises RecordError where that can't be done."""
    path, fresh = folder / FILE, folder / f"{FILE}.new"
    try:
        fresh.unlink(missing_ok=True)
        with fresh.open("xb") as file:
            file.write(approval.to_bytes())
        make_durable(fresh)
        fresh.replace(path)
        make_durable(folder)  # else a power loss would take the name
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise RecordError(f"The approval {path} could not be saved ({error.strerror}).") from None
    return path


def refuse_approved(folder: Path) -> None:
    """Raises ConfigError where an approval lies in `folder`, whoever gave it: another would take its place and its words."""
    try:
        found = read_approval(folder)
        said = None if found is None else f"The model in {folder} is already {found.words()}"
    except ModelError:
        said = f"There is a file {folder / FILE} already, which can't be read as an approval"
    if said is not None:
        raise ConfigError(f"{said}: --replace puts a new approval in its place.")


def read_approval(folder: Path) -> Approval | None:
    """The approval beside a model, unchecked; None where there is none. Raises ModelError for a file that is not one."""
    try:
        return Approval.from_bytes(read_bounded(folder / FILE, MOST_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(f"its {FILE} can't be read ({error.strerror})") from None


def check(approval: Approval, files: ModelFiles, model: tuple[str, str], trusted: Iterable[PublicKey]) -> None:
    """Passes where a trusted key signed for exactly these bytes, and for this name and version.

    Raises ModelError, whose words go on after "The model ... is refused: ".
    """
    statement = approval.statement
    if approval.key not in set(trusted):
        raise ModelError(f"its approval is signed by {statement.key}, which the settings here don't name under [trust]")
    if not approval.key.verifies(approval.signature, statement.signed_bytes()):
        raise ModelError("its approval is forged, or was altered after it was signed; approve the model again")
    if model != (statement.name, statement.version):
        raise ModelError(f"its approval is for {statement.name} {statement.version}; approve this one")
    for part, found, approved in (
        ("network", files.network_sha256, statement.network_sha256),
        ("manifest", files.manifest_sha256, statement.manifest_sha256),
    ):
        if found != approved:
            raise ModelError(f"its {part} is not the one that was approved; restore it, or approve the model again")


def _canonical(thing: Mapping[str, Any]) -> bytes:
    return (json.dumps(thing, sort_keys=True, indent=2, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def _is_date(text: str) -> bool:
    return datetime.strptime(text, _DATE).replace(tzinfo=UTC).strftime(_DATE) == text


def _one_line(text: str) -> bool:
    return len(text) <= MOST_LETTERS and text.isprintable()
