"""What the longer commands found of a release, kept beside the networks with what it was found of.

A report shows it where it is of the very network and rule that are released, and says plainly that nothing was measured where not.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from figures import Goal
from metrics import Figure
from takes import product_hash

NOT_A_HEART, ROBUSTNESS = "not_a_heart.json", "robustness.json"
COMMANDS = {
    NOT_A_HEART: "python models/recipes/not_a_heart.py --model models/murmur/{version}",
    ROBUSTNESS: "python models/recipes/robustness.py --model models/murmur/{version}",
}
NOT_MEASURED = (
    "Not measured for this release. `{command}` measures it; the command above, run again, then shows it here."
)
PRODUCT_CHANGED = "(Measured on {date}; the product's signal path has changed since, and may judge otherwise now.)"


@dataclass(frozen=True)
class Aim:
    """Something that was aimed at, and what was found."""

    what: str
    goal: Goal
    figure: Figure

    @property
    def met(self) -> bool:
        """By the value, whatever the interval."""
        return self.goal.met(self.figure.value)


@dataclass(frozen=True)
class Measured:
    """``of``: hashes of all that was judged, by name. ``product``: of the code that judged."""

    of: Mapping[str, str]
    product: str
    date: str
    command: str
    markdown: str
    aims: tuple[Aim, ...]

    def text(self) -> str:
        """The command with its options, the tables, and whether the product is still the one that made them."""
        changed = self.product != product_hash()
        tables = f"`{self.command}` found:\n\n{self.markdown}"
        return f"{tables}\n\n{PRODUCT_CHANGED.format(date=self.date)}" if changed else tables


def sha256_of(file: Path) -> str:
    """Of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def keep(work: Path, name: str, of: Mapping[str, str], markdown: str, aims: Sequence[Aim]) -> None:
    """Write ``work/name``."""
    content = {
        "of": dict(of),
        "product": product_hash(),
        "date": datetime.now(UTC).date().isoformat(),
        "command": " ".join(["python", f"models/recipes/{Path(sys.argv[0]).name}", *sys.argv[1:]]),
        "markdown": markdown.strip(),
        "aims": [
            {
                "what": aim.what,
                "sign": aim.goal.sign,
                "bound": aim.goal.bound,
                "figure": [aim.figure.value, aim.figure.low, aim.figure.high],
            }
            for aim in aims
        ],
    }
    work.mkdir(parents=True, exist_ok=True)
    (work / name).write_text(json.dumps(content, indent=1), encoding="utf-8")


def kept(work: Path, name: str, of: Mapping[str, str]) -> Measured | None:
    """What ``work/name`` holds, if it is of the same files."""
    file = work / name
    if not file.exists():
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    if content["of"] != dict(of):
        return None
    aims = tuple(Aim(one["what"], Goal(one["sign"], one["bound"]), Figure(*one["figure"])) for one in content["aims"])
    return Measured(content["of"], content["product"], content["date"], content["command"], content["markdown"], aims)


def text_of(found: Measured | None, name: str, version: str) -> str:
    """For a report."""
    command = COMMANDS[name].format(version=version)
    return NOT_MEASURED.format(command=command) if found is None else found.text()
