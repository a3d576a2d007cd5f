"""Says what works on this machine, and what to do about the rest."""

from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.options import Json, Quiet
from stetho.cli.output import print_json, status_console

FAILED = 1


def doctor(
    bundle: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a redacted archive (.zip) for support.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Says what works on this machine, and what to do about the rest."""
    from stetho.doctor.bundle import write_bundle
    from stetho.doctor.checks import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if json:
            print_json(finding.to_json())
            continue
        print(f"{finding.mark}  {finding.check}: {finding.detail}")
        if finding.advice is not None:
            print(f"      {finding.advice}")
    if bundle is not None:
        write_bundle(bundle, findings)
        status_console(quiet=quiet).print(f"Wrote {bundle}: findings, versions and fault logs; no recordings.")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)
