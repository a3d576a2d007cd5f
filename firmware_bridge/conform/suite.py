"""All checks in the order of the document, and their run against one device."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.not_testable import NOT_TESTABLE, not_tested
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import Outcome, Result, SilentError
from firmware_bridge.conform.rules import (
    audio,
    clock,
    events,
    frames,
    links,
    resend,
    session,
    stream,
    stream_end,
    versions,
)
from stetho.errors import (
    ConfigError,
    ConnectionLostError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnavailableError,
)

CHAPTERS = (frames, versions, session, stream, stream_end, audio, resend, events, clock, links)
CHECKS: tuple[Check, ...] = tuple(check for chapter in CHAPTERS for check in chapter.CHECKS)
RULES: frozenset[str] = frozenset(check.rule for check in CHECKS) | NOT_TESTABLE.keys()

LONGEST_S = 60.0
_OUT_OF_TIME = f"The device answers so slowly that {LONGEST_S:g} s did not do"
_LETTERS = "FVBSTARLECW"


def selected(wanted: Sequence[str]) -> tuple[Check, ...]:
    """The checks of those rules: `R3`, or `R` for the chapter; all without any. Raises ConfigError."""
    names = {name.upper() for name in wanted}
    for name in sorted(names - RULES - set(_LETTERS)):
        rules = ", ".join(sorted(RULES, key=_place))
        raise ConfigError(f"There is no rule {name}; choose a chapter ({', '.join(_LETTERS)}) or one of {rules}.")
    return tuple(check for check in CHECKS if not names or names & {check.rule, check.rule[0]})


def untested(wanted: Sequence[str]) -> list[Result]:
    """What can't be tested of those rules, each with the reason."""
    names = {name.upper() for name in wanted}
    return [not_tested(rule) for rule in NOT_TESTABLE if not names or names & {rule, rule[0]}]


def _place(rule: str) -> tuple[int, int]:
    return _LETTERS.index(rule[0]), int(rule[1:])


@dataclass(slots=True)
class Suite:
    """One run. The probe is not yet open; who made it closes it."""

    probe: Probe
    checks: Sequence[Check]

    async def results(self) -> AsyncGenerator[Result, None]:
        """Each check's result as it is there.

        Raises DeviceError where the device can't be had, does not speak the protocol at all, or is lost.
        """
        until_ns = self.probe.clock.monotonic_ns() + int(LONGEST_S * 1e9)
        await self.probe.open()
        greeted = await self._greeted()
        failed: Result | None = None
        for check in self.checks:
            out_of_time = self.probe.clock.monotonic_ns() > until_ns
            if out_of_time and failed is None:
                raise DeviceTimeoutError(f"{_OUT_OF_TIME}: choose rules with --rule.")
            if out_of_time:
                result = check.skipped(_OUT_OF_TIME)
            elif greeted:
                result, greeted = await self._judged_by_what_follows(await self._run(check))
            elif not check.greeted:
                result = await self._run(check)
            elif failed is None:
                raise self._no_hello()
            else:
                result = check.skipped(f"the device answers no HELLO: see {failed.rule}")
            if result.outcome is Outcome.FAILED:
                failed = result
            yield result

    async def _greeted(self) -> bool:
        """The first session. Without one there is nothing to judge, but the frames that came instead."""
        try:
            await self.probe.greet()
        except SilentError:
            if self.probe.link.bytes_received == 0:
                raise self._no_hello() from None
            return False
        return True

    def _no_hello(self) -> DeviceError:
        where = self.probe.uri.text
        if self.probe.link.bytes_received == 0:
            return DeviceNotFoundError(
                f"No stetho device answers at {where}: check that it is switched on, "
                "or find its address with `stetho devices`."
            )
        return DeviceUnavailableError(
            f"What answers at {where} never answers HELLO by CAPABILITIES: see docs/protocol.md, rules F1 to F3 and S1.",
            reason="protocol",
        )

    async def _run(self, check: Check) -> Result:
        try:
            return await check.run(self.probe)
        except SilentError:
            return replace(check.skipped(""), outcome=Outcome.FAILED, reason="the device answers no HELLO any more")
        except DeviceError as error:
            raise self._lost(check.rule, check.title, error) from error

    async def _judged_by_what_follows(self, result: Result) -> tuple[Result, bool]:
        """The result, and a new session for the next check; a device that grants none was undone by this one."""
        if self.probe.undisturbed:
            return result, True
        try:
            await self.probe.greet()
        except SilentError:
            reason = "after it the device answers no HELLO any more"
            if result.outcome is Outcome.FAILED:
                reason = f"{result.reason}; {reason}"
            return replace(result, outcome=Outcome.FAILED, reason=reason), False
        except DeviceError as error:
            raise self._lost(result.rule, result.title, error) from error
        return result, True

    def _lost(self, rule: str, title: str, why: DeviceError) -> ConnectionLostError:
        where = self.probe.uri.text
        return ConnectionLostError(
            f"The link to {where} was lost in rule {rule} ({title}), and did not come back: {why}"
        )
