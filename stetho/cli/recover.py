"""Saves recordings that a crash, a full disk or a power loss cut off."""

from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.options import Json
from stetho.cli.output import print_json
from stetho.cli.saved_text import saved_lines
from stetho.cli.wording import INVESTIGATIONAL
from stetho.errors import ConfigError, RecordError
from stetho.records.cut_off import find_cut_off
from stetho.records.cut_off import recover as recover_one
from stetho.records.saving import SavedRecording


def recover(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE|FOLDER]...", help="heart.wav.part, or where to look. (default: this folder)"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Another name for the one recording.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Saves recordings that a crash, a full disk or a power loss cut off."""
    journals = list(_journals(paths or [Path()]))
    if output is not None and len(journals) != 1:
        raise ConfigError(f"--output names one recording, and there are {len(journals)}; name one of them.")
    failed: list[RecordError] = []
    for journal in journals:
        try:
            _say(recover_one(journal, output, overwrite=force), json=json)
        except RecordError as error:
            failed.append(error)
    if failed:
        raise RecordError(" ".join(map(str, failed)))
    if not json:
        print(INVESTIGATIONAL if journals else "No recording here was cut off.")


def _journals(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found.extend(find_cut_off(path) if path.is_dir() else (path,))
    return found


def _say(saved: SavedRecording, *, json: bool) -> None:
    if json:
        print_json(saved.to_json())
        return
    print("\n".join(saved_lines(saved)))
