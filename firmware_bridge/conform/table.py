"""Results for people: each in one line, whole, so that `grep` finds all of it."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from firmware_bridge.conform.not_testable import UNTESTABLE
from firmware_bridge.conform.result import Outcome, Result
from stetho.printable import printable

_MARKS = {
    Outcome.PASSED: "[green]passed [/green]",
    Outcome.FAILED: "[bold red]FAILED [/bold red]",
    Outcome.SKIPPED: "[dim]skipped[/dim]",
}


def print_results(headline: str, results: Sequence[Result], *, whole: bool = True, every: bool = False) -> None:
    """What was tested, what was skipped and why, what failed, and the sums.

    whole: whether the run came to its end. every: also what passed, and why each rule can't be tested from outside.
    """
    console = Console(highlight=False)
    lines = [f"[bold]{escape(headline)}[/bold]", ""]
    if every:
        lines += [_line(result) for result in results if result.outcome is Outcome.PASSED]
    skipped = [result for result in results if result.outcome is Outcome.SKIPPED]
    lines += [_line(result) for result in skipped if every or result.title != UNTESTABLE]
    rules = [result.rule for result in skipped if result.title == UNTESTABLE]
    if rules and not every:
        lines.append(f"{_MARKS[Outcome.SKIPPED]}  {' '.join(rules)}  {UNTESTABLE} (--all says why)")
    lines += [_line(result) for result in results if result.outcome is Outcome.FAILED]
    for line in lines:
        console.print(line, soft_wrap=True)
    counts = Counter(result.outcome for result in results)
    sums = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome)
    gap = "\n" if lines[-1] else ""
    console.print(f"{gap}{sums}{'' if whole else '; the run did not come to its end'}. The rules: docs/protocol.md")


def _line(result: Result) -> str:
    """Outcome, rule, what the rule asks, why it failed or was skipped, what was seen: what a device said breaks no line."""
    said = [result.reason or "", f"seen: {result.seen}" if result.reason and result.seen else result.seen]
    words = f"{result.title}: {'; '.join(filter(None, said))}".removesuffix(": ")
    return f"{_MARKS[result.outcome]}  {result.rule:<3}  {escape(printable(words))}"
