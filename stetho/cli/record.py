"""Records a device without loss: a WAV or FLAC file and a sidecar with its loss ledger."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.address import address_of, with_patience
from stetho.cli.options import Address, Json, Quiet
from stetho.cli.output import print_json
from stetho.cli.record_run import RecordingRun
from stetho.cli.wording import INVESTIGATIONAL
from stetho.config import load_config
from stetho.records.recorder import Recorder
from stetho.source import open_uri


def record(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="A .wav or .flac file to make.")],
    uri: Address = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, metavar="N", help="Stop after so many seconds; else at ctrl-c or the end.")
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Where it was taken: AV, PV, TV, MV, ...")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Records a device without loss: a WAV or FLAC file and a sidecar with its loss ledger."""
    config = load_config().with_flags(device=uri)
    source = open_uri(with_patience(address_of(config), config.reconnect_s))
    recorder = Recorder(output, overwrite=force)
    end = asyncio.run(RecordingRun(source, recorder, seconds, site).run(quiet=quiet))
    saved = end.saved
    if json:
        print_json(saved.to_json())
    else:
        print(f"Saved {saved.audio} ({saved.duration_s:.1f} s, {saved.samples_lost} samples lost) and its sidecar.")
        print(INVESTIGATIONAL)
    if end.error is not None:
        raise end.error
    if end.interrupted and seconds is not None:
        raise KeyboardInterrupt  # cut short; without --seconds ctrl-c is the end that was meant
