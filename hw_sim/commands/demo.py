"""Shows the whole product without a device: a simulated stethoscope, a real serial port, the live view."""

from typing import TYPE_CHECKING, Annotated

import typer

from stetho.cli.options import ModelFolder

if TYPE_CHECKING:
    from hw_sim.pace import Pace
    from hw_sim.programme import Programme
    from stetho.events import VerdictEvent
    from stetho.inference.session import MurmurModel

_LIFTED_S = 1.0
_ON_SCREEN = 100  # takes, alternating; nobody watches longer


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="No screen: two takes, then the end.")] = False,
    seconds: Annotated[
        float, typer.Option(min=18.0, metavar="S", help="How long two takes last together, one without a murmur first.")
    ] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="Which hearts are played.")] = 7,
    port: Annotated[str, typer.Option(help="pty, tcp or tcp:PORT; any is a pty where there is one.")] = "any",
    speed: Annotated[float, typer.Option(min=0.1, max=20.0, help="How fast time runs.")] = 1.0,
    json: Annotated[bool, typer.Option("--json", help="Print the events of `live --json`; no screen.")] = False,
    model: ModelFolder = None,
) -> None:
    """Shows the whole product without a device: a simulated stethoscope, a real serial port, the live view.

    A heart without a murmur and one with a murmur are heard in turn. Without a screen each is heard once, what was
    played is said on standard error beside what was found, and exit code 0 says that both were judged.
    """
    import asyncio
    import sys

    from hw_sim.commands.patience import slow_start_said
    from hw_sim.pace import Pace
    from stetho.config import load_config
    from stetho.inference.models import chosen_model

    chosen = chosen_model(load_config().with_flags(model=model))
    screen = sys.stdout.isatty() and not (headless or json)
    programme = _programme(seed, seconds / 2 - _LIFTED_S, _ON_SCREEN if screen else 2)
    with slow_start_said():  # once, though the simulator and the signal path are compiled one after the other
        interrupted = asyncio.run(_play(programme, seed, port, Pace(speed), chosen, screen=screen, json=json))
    if interrupted:
        raise KeyboardInterrupt  # said as such once everything else was


def _programme(seed: int, take_s: float, takes: int) -> "Programme":
    """Hearts without and with a murmur in turn, the chest piece lifted between them."""
    from dataclasses import replace

    from hw_sim.programme import Programme
    from hw_sim.recipe import Recipe

    parts = []
    for take in range(takes):
        name = ("clear", "murmur")[take % 2]
        heart = Recipe(name, seed + take // 2, seconds=take_s).programme()
        lifted = Recipe("silence", seed + take, seconds=_LIFTED_S).programme()
        parts += [*heart.parts, *(replace(part, touching=False) for part in lifted.parts)]
    return Programme(tuple(parts))


async def _play(
    programme: "Programme", seed: int, port: str, pace: "Pace", model: "MurmurModel", *, screen: bool, json: bool
) -> bool:
    """True where ctrl-c ended it."""
    import asyncio
    import sys

    from hw_sim.device import Device
    from hw_sim.identity import Identity
    from hw_sim.ports.choose import port_of
    from hw_sim.warm import warm
    from stetho.cli.live_run import Shown, run_live
    from stetho.cli.wording import INVESTIGATIONAL
    from stetho.source import open_uri

    device = Device(Identity.of_seed(seed), programme)
    await asyncio.to_thread(warm)
    async with port_of(port, device, pace) as reached:
        if screen:
            return await run_live(open_uri(reached.address), Shown.SCREEN, model=model)
        print(f"Two synthetic hearts, SIMULATED, through {reached.address}. {INVESTIGATIONAL}", file=sys.stderr)
        return await _judge(reached.address, model, json=json)


async def _judge(address: str, model: "MurmurModel", *, json: bool) -> bool:
    """Prints the events, then what was played beside what was found; True where ctrl-c ended it.

    Raises StethoError for a take without an end.
    """
    import sys

    from stetho.cli.live_end import LiveEnd
    from stetho.cli.live_lines import LinePrinter
    from stetho.cli.live_run import print_event
    from stetho.engine import Engine
    from stetho.errors import StethoError
    from stetho.events import Event, VerdictEvent
    from stetho.source import open_uri

    finals: list[VerdictEvent] = []
    show = print_event if json else LinePrinter()

    def take(event: Event) -> None:
        show(event)
        if isinstance(event, VerdictEvent) and event.final:
            finals.append(event)

    end, source = LiveEnd(), open_uri(address)
    async with Engine(source, model=model) as engine:
        await end.listen(engine, source, take)
    for played, final in zip(("without a murmur", "with a murmur"), finals, strict=False):
        print(f"take {final.take}: played a heart {played}, found {_found(final)}", file=sys.stderr)
    if len(finals) != 2 and not end.interrupted:
        raise StethoError(f"Only {len(finals)} of 2 takes ended with a final verdict: try again with more --seconds.")
    return end.interrupted


def _found(final: "VerdictEvent") -> str:
    from stetho.cli.wording import verdict_words

    return f"{final.murmur['label']} ({verdict_words(final.murmur)})"
