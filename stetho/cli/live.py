"""Streams from a device and says, live, what is heard: signal, heart rate, quality, murmur."""

import asyncio
from typing import Annotated

import typer

from stetho.cli.address import address_of, with_patience
from stetho.cli.live_run import Shown, run_live
from stetho.cli.options import Address, Json, ModelFolder, Quiet, Variability
from stetho.config import load_config
from stetho.inference.models import chosen_model
from stetho.source import open_uri


def live(
    uri: Address = None,
    json: Json = False,
    reconnect_s: Annotated[
        float | None, typer.Option(metavar="S", help="How long a lost device is looked for. (default: 20)")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, metavar="N", help="End after so many seconds of sound, as q does.")
    ] = None,
    variability: Variability = False,
    model: ModelFolder = None,
    quiet: Quiet = False,
) -> None:
    """Streams from a device and says, live, what is heard: signal, heart rate, quality, murmur."""
    config = load_config().with_flags(device=uri, reconnect_s=reconnect_s, model=model)
    source = open_uri(with_patience(address_of(config), config.reconnect_s))
    shown, loaded = Shown.suiting(json=json), chosen_model(config)
    session = run_live(source, shown, model=loaded, seconds=seconds, variability=variability, quiet=quiet)
    if asyncio.run(session):
        raise KeyboardInterrupt  # said as such once everything else was
