"""The performance table as people read it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from stetho.bench.row import Row

_MET = {True: "met", False: "MISSED", None: ""}


def print_table(rows: Sequence[Row]) -> None:
    """To standard output; what is missing is said below the table."""
    table = Table(box=None, pad_edge=False)
    table.add_column("row", no_wrap=True)
    for heading in ("median µs", "p99 µs", "peer µs", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("goal")
    table.add_column("", no_wrap=True)
    for r in rows:
        if r.ours is not None:
            peer_us = None if r.peers is None else r.peers.median_us
            ratio = "" if r.ratio is None else f"{r.ratio:.1f}"
            goal = "" if r.goal is None else str(r.goal)
            table.add_row(r.row, _us(r.ours.median_us), _us(r.ours.p99_us), _us(peer_us), ratio, goal, _MET[r.met])
    console = Console(highlight=False)
    console.print(table)
    for r in rows:
        about = r.note or ("" if r.peer is None else f"against {r.peer}")
        if about:
            console.print(f"{r.row}: {about}", style="dim", soft_wrap=True, markup=False)


def _us(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"
