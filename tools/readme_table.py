"""Writes the README's table of speeds from `stetho bench --json`, given on standard input."""

import json
import platform
import sys
from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- bench:begin -->\n", "<!-- bench:end -->"
HEAD = "| row | median, µs | p99, µs | peer | peer, µs | ratio | goal |\n| --- | --: | --: | --- | --: | --: | --- |\n"


def line(row: dict[str, Any]) -> str:
    """One row; a goal that was missed says so."""
    goal = "" if row["goal"] is None else f"{row['goal']} {'✓' if row['met'] else '**missed**'}"
    at_once = f", {row['streams']} at once: age of samples" if "streams" in row else ""
    cells = [
        f"`{row['row']}`{at_once}",
        number(row["ours_us"]),
        number(row["ours_p99_us"]),
        row["peer"] or "",
        number(row["peer_us"]),
        number(row["ratio"]),
        goal,
    ]
    return f"| {' | '.join(cells)} |\n"


def accuracies(row: dict[str, Any]) -> str:
    """Where ours and a peer can be wrong, by how much; below the table."""
    return "".join(
        f"\n`{row['row']}` on {found['on']}: F1 {found['f1']:.3f} against {found['peer_f1']:.3f}, "
        f"rate off by {bpm(found['error_bpm'])} against {bpm(found['peer_error_bpm'])}.\n"
        for found in row.get("accuracy", ())
    )


def bpm(error: float | None) -> str:
    return "an unknown amount" if error is None else f"{error:.1f} bpm"


def number(value: float | None) -> str:
    """Three figures are what a timing is good for."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def processor() -> str:
    """The processor's own name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for text in info.read_text(encoding="utf-8").splitlines():
            if text.startswith("model name"):
                return text.partition(":")[2].strip()
    return platform.machine()


def main() -> None:
    rows = [json.loads(text) for text in sys.stdin]
    if not rows:
        raise SystemExit(
            "No row came on standard input; the table stays as it is. Give it what `stetho bench --json` prints."
        )
    measured = [row for row in rows if row["ours_us"] is not None]
    left_out = [
        f"`{row['row']}` ({row['note'].removeprefix('not measured: ')})" for row in rows if row["ours_us"] is None
    ]
    table = HEAD + "".join(map(line, measured))
    table += "".join(map(accuracies, measured))
    table += f"\nMeasured on {processor()}, Python {platform.python_version()}."
    if left_out:
        table += f" Not here: {'; '.join(left_out)}."
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
