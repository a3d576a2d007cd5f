"""Measures how fast stetho is on this machine, beside what one would use otherwise."""

from typing import Annotated

import typer

from stetho.cli.bench_table import print_table
from stetho.cli.options import Json, Quiet
from stetho.cli.output import print_json
from stetho.cli.progress import progress_over

MISSED = 1


def bench(
    json: Json = False,
    check: Annotated[bool, typer.Option("--check", help="End with exit code 1 when a goal is missed.")] = False,
    row: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this row; can be given again.")] = None,
    streams: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=1000, help="Only the row streams, with up to N streams at once."),
    ] = None,
    peers: Annotated[
        bool, typer.Option("--peers", help="First download the peers that need an environment of their own (~1 GB).")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Measures how fast stetho is on this machine, beside what one would use otherwise."""
    from stetho.bench.registry import fetch_all, run_all, selected, sized

    chosen = selected(row or ()) if streams is None else (sized("streams", streams),)
    if peers:
        fetch_all(chosen)
    rows = []
    for measured in progress_over(run_all(chosen), total=len(chosen), quiet=quiet):
        rows.append(measured)
        if json:
            print_json(measured.to_json())
    if not json:
        print_table(rows)
    if check and any(measured.met is False for measured in rows):
        raise typer.Exit(MISSED)
