"""Options that several verbs share, so that each means and says the same everywhere."""

import logging
from pathlib import Path
from typing import Annotated, Any

import typer


def _said_anywhere(ctx: typer.Context, own: bool) -> bool:
    """`stetho --quiet analyze` and `stetho analyze --quiet` are one."""
    root: Any = ctx.find_root()
    quiet = own or bool(root.params.get("quiet"))
    if quiet:
        logging.getLogger().setLevel(logging.ERROR)
    return quiet


Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", callback=_said_anywhere, help="Say nothing but results and errors.")
]
ModelFolder = Annotated[
    Path | None,
    typer.Option(
        "--model", metavar="FOLDER", help="A model of this site's own, which `stetho model approve` has signed for."
    ),
]
Variability = Annotated[
    bool,
    typer.Option(
        "--variability",
        help="Say where beat intervals vary. Not validated on patients: a child's rhythm follows the breath.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print machine-readable results, one JSON object a line.")]
Address = Annotated[
    str | None,
    typer.Argument(
        metavar="URI",
        show_default=False,
        help="The device: serial:///dev/ttyACM0, tcp://host:port, sim://murmur, ...",
    ),
]
