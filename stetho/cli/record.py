"""Records a device without loss: a WAV or FLAC file and a sidecar with its loss ledger."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.address import address_of, with_patience
from stetho.cli.options import Address, Json, Quiet
from stetho.cli.output import print_json
from stetho.cli.record_run import RecordingRun
from stetho.cli.saved_text import saved_lines
from stetho.cli.wording import INVESTIGATIONAL
from stetho.config import load_config
from stetho.errors import ConfigError
from stetho.exam.site import Site, site_named
from stetho.records.cut_off import find_cut_off, saved_by
from stetho.records.recorder import Recorder
from stetho.source import Source, WiredSource, open_uri

_log = logging.getLogger(__name__)


def record(
    uri: Address = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A .wav or .flac file to make; needed.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, metavar="N", help="Stop after so many seconds; else at ctrl-c or the end.")
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="SITE", help=f"Where it was taken: {', '.join(Site)}.")] = None,
    wire: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also keep every byte of the link, for `stetho sim --replay-wire`."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Records a device without loss: a WAV or FLAC file and a sidecar with its loss ledger."""
    if output is None:
        raise ConfigError(
            f"Say with -o where to save it: `{' '.join(('stetho record', *filter(None, (uri,))))} -o heart.wav`."
        )
    place = None if site is None else site_named(site)
    config = load_config().with_flags(device=uri)
    source = open_uri(with_patience(address_of(config), config.reconnect_s))
    recorder = Recorder(output, overwrite=force)
    try:
        _remind(output.parent)
        if wire is not None:
            _capture_wire(source, wire)
        end = asyncio.run(RecordingRun(source, recorder, seconds, place).run(quiet=quiet))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None  # SIGTERM, before there was anything to save
    finally:
        recorder.leave()
    saved = end.saved
    if json:
        print_json(saved.to_json())
    else:
        print("\n".join(saved_lines(saved)))
        print(INVESTIGATIONAL)
    if end.error is not None:
        raise end.error
    if end.interrupted and seconds is not None:
        raise KeyboardInterrupt  # cut short; without --seconds it is the end that was meant


def _remind(folder: Path) -> None:
    """Says of recordings that a crash cut off that they can be had: whoever lost one may not know."""
    for journal in find_cut_off(folder):
        _log.warning("%s is a recording that was cut off; %s.", journal, saved_by(journal))


def _capture_wire(source: Source, wire: Path) -> None:
    """Raises ConfigError where there is no wire, RecordError where the file can't be made."""
    if not isinstance(source, WiredSource):
        raise ConfigError("There is no wire behind this address; leave --wire out.")
    source.capture_wire(wire)
