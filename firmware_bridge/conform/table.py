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


def print_results(headline: str, results: Sequence[Result], *, whole: bool = True) -> None:
    """What was tested, a line a check, what failed once more with what was seen, and the sums.

    whole: whether the run came to its end.
    """
    console = Console(highlight=False)
    console.print(f"[bold]{escape(headline)}[/bold]\n")
    table = Table(box=None, pad_edge=False)
    table.add_column("rule", max_width=5)
    table.add_column("outcome", no_wrap=True)
    table.add_column("what the rule asks", ratio=1)
    table.add_column("what was seen, or why it was skipped", ratio=1, style="dim")
    for rules, result in _rows(results):
        seen = result.seen if result.outcome is Outcome.PASSED else result.reason or ""
        table.add_row(" ".join(rules), _MARKS[result.outcome], escape(result.title), escape(seen))
    console.print(table)
    for result in results:
        if result.outcome is Outcome.FAILED:
            broken = f"\n[bold red]{result.rule}[/bold red] {escape(result.title)}: {escape(result.reason or '')}"
            console.print(broken, soft_wrap=True)
            if result.seen:
                console.print(f"   seen: {escape(result.seen)}", soft_wrap=True)
    counts = Counter(result.outcome for result in results)
    sums = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome)
    console.print(f"\n{sums}{'' if whole else '; the run did not come to its end'}. The rules: docs/protocol.md")


def _rows(results: Sequence[Result]) -> list[tuple[list[str], Result]]:
    """A row a check; rules that are skipped alike and for the same reason share one."""
    rows: dict[tuple[str, str | None], tuple[list[str], Result]] = {}
    for result in results:
        rules, _ = rows.setdefault((result.title, result.reason), ([], result))
        rules.append(result.rule)
    return list(rows.values())
