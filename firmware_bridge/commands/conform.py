"""Holds a device to each rule of the protocol, and says which it breaks."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stetho.cli.address import address_of
from stetho.cli.options import Address, Json, Quiet
from stetho.config import load_config

if TYPE_CHECKING:
    from firmware_bridge.conform.check import Check
    from firmware_bridge.conform.probe import Probe
    from firmware_bridge.conform.result import Result


def conform(
    uri: Address = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Only this rule (R3) or chapter (R); can be given again."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show what passed, too, and why some rules can't be tested from outside.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML, which CI systems read.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Holds a device to each rule of the protocol (docs/protocol.md), and says which it breaks.

    It takes about half a minute and tries the device hard: noise, floods, requests that make no sense. Exit code 1:
    a rule is broken.
    """
    from firmware_bridge.conform.report import Report
    from firmware_bridge.conform.suite import selected, untested
    from stetho.cli.output import print_json
    from stetho.cli.progress import progress_over

    checks = selected(rule or ())
    probe = _probe(address_of(load_config().with_flags(device=uri)))
    report = Report(probe.uri.text)
    try:
        run = progress_over(_results(probe, checks), total=len(checks), quiet=quiet)
        for result in chain(run, untested(rule or ())):
            report.add(result)
            if json:
                print_json(result.to_json())
    except BaseException as error:
        report.broken_off = str(error) or "interrupted"
        raise
    finally:
        report.device = probe.capabilities
        if junit is not None:
            report.write_junit(junit)
        if not json:
            report.print(every=every)
    if json:
        print_json(report.to_json())
    if report.failed:
        raise typer.Exit(1)


def _probe(address: str) -> "Probe":
    """Raises ConfigError for an address of nobody's, or of something that does not speak the protocol."""
    from firmware_bridge.conform.probe import Probe
    from firmware_bridge.source import BridgeSource
    from stetho.device_uri import DeviceUri
    from stetho.errors import ConfigError
    from stetho.source import open_uri

    source = open_uri(address)
    if not isinstance(source, BridgeSource):
        raise ConfigError(f"{address} is no device that speaks the protocol: `stetho devices` lists what is here.")
    return Probe(source.opener, DeviceUri.parse(address), simulated=_is_simulated(address))


def _is_simulated(address: str) -> bool:
    from firmware_bridge.announce import announcements

    scheme, _, _ = address.partition("://")
    bare, _, _ = address.partition("?")
    return "sim" in scheme.split("+") or any(known.address == bare for known in announcements())


def _results(probe: "Probe", checks: "Sequence[Check]") -> "Iterator[Result]":
    """Runs the suite, a step for each result that is asked for."""
    from firmware_bridge.conform.suite import Suite
    from firmware_bridge.wire import warm

    with asyncio.Runner() as runner:
        runner.run(asyncio.to_thread(warm))
        results = Suite(probe, checks).results()
        try:
            while (result := runner.run(_next(results))) is not None:
                yield result
        finally:
            runner.run(_end(results, probe))


async def _next(results: "AsyncGenerator[Result, None]") -> "Result | None":
    return await anext(results, None)


async def _end(results: "AsyncGenerator[Result, None]", probe: "Probe") -> None:
    await results.aclose()
    await probe.close()
