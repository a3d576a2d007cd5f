"""The performance table as people read it."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from stetho.bench.row import Row

_MET = {True: "met", False: "MISSED", None: ""}


def print_table(rows: Iterable[Row]) -> None:
    """To standard output."""
    table = Table(box=None, pad_edge=False)
    table.add_column("row")
    for heading in ("median µs", "p99 µs", "peer µs", "ratio"):
        table.add_column(heading, justify="right")
    for heading in ("goal", "", "peer, or why not"):
        table.add_column(heading)
    for r in rows:
        ours = (_us(None), _us(None)) if r.ours is None else (_us(r.ours.median_us), _us(r.ours.p99_us))
        peer_us = _us(None if r.peers is None else r.peers.median_us)
        ratio = "" if r.ratio is None else f"{r.ratio:.1f}"
        goal = "" if r.goal is None else str(r.goal)
        table.add_row(r.row, *ours, peer_us, ratio, goal, _MET[r.met], r.note or r.peer or "")
    Console(highlight=False).print(table)


def _us(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"
