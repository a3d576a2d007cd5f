"""A rule, and how a device is held to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import NotJudgedError, Outcome, Result, RuleBrokenError
from stetho.errors import DeviceError

_LONGEST_S = 20.0

Body = Callable[[Probe], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a rule asks of a device. A rule may have several checks.

    body: gives what was seen; raises RuleBrokenError or NotJudgedError. greeted: whether it begins in a session.
    """

    rule: str
    title: str
    body: Body
    greeted: bool = True

    async def run(self, probe: Probe) -> Result:
        """Takes at most 20 s. Raises SilentError and DeviceError where the device is gone, and for nothing else."""
        began_ns = probe.clock.monotonic_ns()
        outcome, reason, seen = Outcome.PASSED, None, ""
        try:
            async with asyncio.timeout(_LONGEST_S):
                seen = await self.body(probe)
        except RuleBrokenError as broken:
            outcome, reason, seen = Outcome.FAILED, str(broken), broken.seen
        except NotJudgedError as why:
            outcome, reason = Outcome.SKIPPED, str(why)
        except DeviceError:  # of which one is a TimeoutError
            raise
        except TimeoutError:
            outcome, reason = Outcome.FAILED, f"this took longer than {_LONGEST_S:g} s"
        took_s = (probe.clock.monotonic_ns() - began_ns) / 1e9
        return Result(self.rule, self.title, outcome, reason, seen, took_s)

    def skipped(self, why: str) -> Result:
        """The result where it could not be run."""
        return Result(self.rule, self.title, Outcome.SKIPPED, why)
