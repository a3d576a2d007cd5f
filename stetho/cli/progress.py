"""Progress of long work, on standard error: how much is done, how fast, and the time left."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from stetho.cli.output import status_console

T = TypeVar("T")


def progress_over(items: Iterable[T], *, total: int, quiet: bool) -> Iterator[T]:
    """Gives the items on; shows a bar on a terminal while they come, and nothing elsewhere or for a single one."""
    console = status_console(quiet=quiet)
    if quiet or total < 2 or not console.is_terminal:
        yield from items
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    # rich would send what is printed meanwhile to this console, and so out of a pipe that waits for it.
    both_shown = sys.stdout.isatty()
    with Progress(*columns, console=console, transient=True, redirect_stdout=both_shown) as bar:
        task = bar.add_task("", total=total, rate="")
        for item in items:
            bar.advance(task)
            speed = bar.tasks[0].speed
            bar.update(task, rate="" if speed is None else f"{speed:.1f}/s")
            yield item
