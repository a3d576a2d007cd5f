"""Puts a simulated stethoscope on a serial or TCP port, until stopped."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import asyncio

    from hw_sim.pace import Pace
    from hw_sim.ports.port import PortDevice
    from hw_sim.recipe import Recipe


def sim(
    scenario: Annotated[
        str, typer.Argument(help="The heart: clear (no murmur), murmur, diastolic, noisy or silence.")
    ] = "clear",
    port: Annotated[
        str, typer.Option(help="pty, tcp (any free port) or tcp:PORT; any is a pty where there is one.")
    ] = "any",
    play: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Play this recording instead of a heart, once, then lift off.")
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Play the recording over and over.")] = False,
    rate: Annotated[
        int | None, typer.Option(metavar="HZ", help="Samples a second. (default: 4000, or the file's own)")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Which heart, and which faults: the same seed, the same bytes.")] = 0,
    rate_bpm: Annotated[float | None, typer.Option(metavar="BPM", help="Heart rate. (default: by seed)")] = None,
    site: Annotated[str | None, typer.Option(help="Where it lies: AV, PV, TV or MV. (default: by seed)")] = None,
    grade: Annotated[int | None, typer.Option(help="The murmur's grade, 1 to 6. (default: by seed)")] = None,
    timing: Annotated[str | None, typer.Option(help="The murmur's phase: systolic or diastolic.")] = None,
    seconds: Annotated[float | None, typer.Option(metavar="S", help="Lift off after that long.")] = None,
    codec: Annotated[str | None, typer.Option(help="The only codec on offer: pcm16 or adpcm. (default: both)")] = None,
    loss: Annotated[float, typer.Option(metavar="SHARE", help="Share of audio packets that are lost, 0 to 1.")] = 0.0,
    faults: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What goes wrong and when: a fault script (docs/ci.md).")
    ] = None,
    replay_wire: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Say again what a device said to `stetho record --wire FILE`.")
    ] = None,
    core: Annotated[
        str,
        typer.Option(help="Its firmware: python, or c, the code of a real device, compiled once (docs/firmware.md)."),
    ] = "python",
    speed: Annotated[
        float, typer.Option(min=0.0, help="How fast the device's time runs; 0 is as fast as it is read.")
    ] = 1.0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line when the device can be reached.")] = False,
) -> None:
    """Puts a simulated stethoscope on a serial or TCP port, until stopped.

    A client that starts it hears the heart, or the recording, from the beginning.
    """
    import asyncio

    from hw_sim.pace import Pace
    from hw_sim.recipe import Recipe, phase_of, site_of

    recipe = Recipe(
        name=scenario,
        seed=seed,
        rate_bpm=rate_bpm,
        site=None if site is None else site_of(site),
        grade=grade,
        timing=None if timing is None else phase_of(timing),
        rate_hz=rate,
        codec=codec,
        loss=loss,
        faults=faults,
        file=play,
        loop=loop,
        seconds=seconds,
        core=core,
    )
    if replay_wire is not None:
        asyncio.run(_replay(replay_wire, port, Pace(speed), json=json))
    else:
        asyncio.run(_simulate(recipe, port, Pace(speed), json=json))


async def _replay(capture: Path, port: str, pace: "Pace", *, json: bool) -> None:
    from hw_sim.replay.device import ReplayedDevice

    device = ReplayedDevice.of(capture, linger_us=50_000)
    await _serve(device, device.serial_number, f"says again what {capture} holds", port, pace, json=json)


async def _simulate(recipe: "Recipe", port: str, pace: "Pace", *, json: bool) -> None:
    device = recipe.device()
    _say_if_converted(recipe)
    what = f"plays {recipe.file}" if recipe.file is not None else f"has the heart {recipe.name!r}, seed {recipe.seed}"
    await _serve(device, device.identity.serial_number, what, port, pace, json=json)


async def _serve(device: "PortDevice", serial_number: str, what: str, port: str, pace: "Pace", *, json: bool) -> None:
    import asyncio

    from hw_sim.commands.patience import slow_start_said
    from hw_sim.ports.choose import port_of
    from hw_sim.warm import warm

    with slow_start_said():
        await asyncio.to_thread(warm)
    stopped = _on_termination()
    async with port_of(port, device, pace) as reached:
        with _announced(reached.address, serial_number):
            _say_ready(what, reached.address, serial_number, json=json)
            await stopped.wait()


def _say_if_converted(recipe: "Recipe") -> None:
    """A file that the device's 16 bits can't hold as it is must not pass for the original."""
    import sys

    from hw_sim.play import Recording

    if recipe.file is None:
        return
    recording = Recording(recipe.file, rate_hz=recipe.rate_hz)
    recording.close()
    if not recording.exact:
        print(f"stetho: {recipe.file} is played rounded to 16 bit, its first channel only.", file=sys.stderr)


def _say_ready(what: str, address: str, serial_number: str, *, json: bool) -> None:
    from stetho.cli.output import print_json

    if json:
        ready = {"ready": True, "address": address, "smp": None, "serial_number": serial_number, "schema": 1}
        print_json(ready)
        return
    print(f"{address}\nSIMULATED stethoscope {serial_number}; it {what}.", flush=True)
    print(f"In another terminal: stetho live {address}. Stop with Ctrl+C.", flush=True)


@contextmanager
def _announced(address: str, serial_number: str) -> Iterator[None]:
    """Lets `stetho devices` list it; where the runtime folder can't be written, it is reached by its address alone."""
    import sys

    from firmware_bridge.announce import announced

    with ExitStack() as stack:
        try:
            stack.enter_context(announced(address, serial_number))
        except OSError as error:
            print(f"stetho: `stetho devices` won't list this device ({error.strerror}).", file=sys.stderr)
        yield


def _on_termination() -> "asyncio.Event":
    """Set by SIGTERM, so that a stopped simulator leaves nothing behind; Ctrl+C ends it as it ends any command."""
    import asyncio
    import contextlib
    import signal

    stopped = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows has no such signals on its loop
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    return stopped
