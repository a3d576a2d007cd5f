"""Results for people."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from firmware_bridge.conform.result import Outcome, Result

_MARKS = {
    Outcome.PASSED: "[green]passed[/green]",
    Outcome.FAILED: "[bold red]FAILED[/bold red]",
    Outcome.SKIPPED: "[dim]skipped[/dim]",
}


def print_results(headline: str, results: Sequence[Result]) -> None:
    """What was tested, a line a check, what failed once more with what was seen, and the sums."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(headline)}[/bold]\n")
    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "outcome"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what the rule asks", ratio=1)
    table.add_column("what was seen, or why it was skipped", ratio=1, style="dim")
    for result in results:
        seen = result.seen if result.outcome is Outcome.PASSED else result.reason or ""
        table.add_row(result.rule, _MARKS[result.outcome], escape(result.title), escape(seen))
    console.print(table)
    for result in results:
        if result.outcome is Outcome.FAILED:
            broken = f"\n[bold red]{result.rule}[/bold red] {escape(result.title)}: {escape(result.reason or '')}"
            console.print(broken, soft_wrap=True)
            if result.seen:
                console.print(f"   seen: {escape(result.seen)}", soft_wrap=True)
    counts = Counter(result.outcome for result in results)
    sums = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome)
    console.print(f"\n{sums}. The rules: docs/protocol.md")
