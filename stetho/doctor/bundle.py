"""An archive for support: findings, versions and fault logs, without anything that names a person or a recording."""

import getpass
import json
import platform
import zipfile
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

from stetho.config import data_folder
from stetho.doctor.finding import Finding
from stetho.errors import ExportError

MOST_LOGS = 20


def write_bundle(path: Path, findings: Iterable[Finding]) -> None:
    """Writes a zip file. Recordings, sidecars and settings stay out. Raises ExportError."""
    lines = [json.dumps(finding.to_json(), ensure_ascii=False) for finding in findings]
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("findings.jsonl", redacted("\n".join(lines) + "\n"))
            archive.writestr("packages.txt", "\n".join(_packages()) + "\n")
            for log in sorted((data_folder() / "faults").glob("*.log"))[-MOST_LOGS:]:
                archive.writestr(f"faults/{log.name}", redacted(log.read_text(encoding="utf-8", errors="replace")))
    except OSError as error:
        raise ExportError(f"The archive {path} could not be written ({error.strerror}).") from error


def redacted(text: str) -> str:
    """Without the user's home, name and computer."""
    names = {str(Path.home()): "<home>", _user(): "<user>", platform.node(): "<computer>"}
    for name, mark in names.items():
        if len(name) > 2 and name != "root":
            text = text.replace(name, mark)
    return text


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user id, as in a container
        return ""


def _packages() -> list[str]:
    return sorted({f"{d.metadata['Name']} {d.version}" for d in distributions()})
