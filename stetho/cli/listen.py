"""Writes a sound as it is heard: in a clinician's mode, without hum and spikes, or at half speed.

For listening only: what is written is marked, and never analysed. Playing it through a loudspeaker is not there yet;
any player does.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.address import address_of, with_patience
from stetho.cli.listen_run import ListeningRun
from stetho.cli.options import Json, Quiet
from stetho.cli.output import print_json, status_console
from stetho.cli.wording import INVESTIGATIONAL
from stetho.compiling import compiling_told
from stetho.config import load_config
from stetho.file_source import FileSource, Pace
from stetho.listening.chain import Listening
from stetho.listening.mode import Mode, mode_named
from stetho.records.listened_file import ListenedFile
from stetho.source import Source, open_uri
from stetho.stream import Origin

PREPARING = "Preparing, once: the listening path is compiled for this machine (up to 30 s) ..."


def listen(
    sound: Annotated[
        str | None, typer.Argument(metavar="FILE|URI", show_default=False, help="A recording, or a device's address.")
    ] = None,
    mode: Annotated[
        str, typer.Option(metavar="MODE", help=f"What is heard: {', '.join(mode.word for mode in Mode)}.")
    ] = Mode.WIDE.word,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .wav or .flac file to make; else named after the mode."),
    ] = None,
    gain: Annotated[float, typer.Option(metavar="DB", help="How much louder, -40 to 40 dB; it never clips.")] = 0.0,
    quieter: Annotated[
        bool,
        typer.Option("--quieter", help="Less noise of the room; a murmur that never pauses can get fainter, too."),
    ] = False,
    keep_hum: Annotated[bool, typer.Option("--keep-hum", help="Leave mains hum in.")] = False,
    keep_spikes: Annotated[bool, typer.Option("--keep-spikes", help="Leave spikes of touch and friction in.")] = False,
    half_speed: Annotated[bool, typer.Option("--half-speed", help="Twice as long, at the same pitch.")] = False,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, metavar="N", help="Stop after so many seconds; else at ctrl-c or the end.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Writes a sound as it is heard: in a clinician's mode, without hum and spikes, or at half speed.

    For listening only: what is written is marked, and never analysed. Playing it through a loudspeaker is not there
    yet; any player does.
    """
    wish = Listening(mode_named(mode), gain, not keep_hum, not keep_spikes, quieter)
    source, name = _source(sound)
    file = ListenedFile(output or Path(f"{name}-{wish.mode.word}.wav"), overwrite=force)
    try:
        with compiling_told(lambda: status_console(quiet=quiet).print(PREPARING)):
            end = asyncio.run(ListeningRun(source, file, wish, slowly=half_speed).run(seconds))
    finally:
        file.leave()
    listened = end.listened
    if json:
        print_json(
            {
                "listened": str(listened.audio),
                "sidecar": str(listened.sidecar),
                "origin": listened.origin.value,
                "duration_s": round(listened.duration_s, 3),
                "samples_lost": listened.samples_lost,
                "notice": INVESTIGATIONAL,
                "schema": 1,
            }
        )
    else:
        mark = "SIMULATED. " if listened.origin is Origin.SIMULATED else ""
        print(f"{mark}Saved {listened.audio} ({listened.duration_s:.1f} s) and its sidecar, for listening only.")
        print(INVESTIGATIONAL)
    if end.error is not None:
        raise end.error
    if end.interrupted and seconds is not None:
        raise KeyboardInterrupt  # cut short; without --seconds ctrl-c is the end that was meant


def _source(sound: str | None) -> tuple[Source, str]:
    """What is listened to, and how a file of it may be called. Raises ConfigError, DeviceNotFoundError."""
    if sound is not None and "://" not in sound:
        path = Path(sound)
        return FileSource(path, path.name, Pace(0)), path.stem
    config = load_config().with_flags(device=sound)
    return open_uri(with_patience(address_of(config), config.reconnect_s)), "listen"
