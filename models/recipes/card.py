"""`CARD.md`: what the network is for, what it was made of, how good it is, and where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluate import Evaluation
from manifest import COMMAND, Training
from metrics import RESAMPLES
from other_sources import MadeFigure, SourceFigure
from out_of_range import Distances
from speed import Speed
from tables import out_of_fold_tables, release_tables

TEMPLATE = Path(__file__).with_name("card.template.md")


@dataclass(frozen=True)
class Card:
    """All figures of a release: those made out of fold, and those of the network that ships."""

    evaluation: Evaluation
    check: Sequence[SourceFigure]
    distances: Sequence[Distances]
    distance_limit: float
    made: Sequence[MadeFigure]
    speed: Sequence[Speed]
    training: Training


def write_card(folder: Path, card: Card) -> None:
    """Write ``folder/CARD.md`` and print its figures."""
    tables = out_of_fold_tables(card.evaluation) | release_tables(card)
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, table in tables.items():
        print(f"{name}\n{table}\n", flush=True)
        text = text.replace(f"<!-- {name} -->", table)
    facts = {
        "version": folder.name,
        "command": COMMAND.format(version=folder.name),
        "resamples": f"{RESAMPLES:,}",
        "rows": f"{sum(card.training.rows.values()):,}",
        "present_threshold": f"{card.evaluation.rule.recording.present:.2f}",
        "unknown_threshold": f"{card.evaluation.rule.recording.unknown:.2f}",
        "distance_limit": f"{card.distance_limit:.2f}",
        "split": card.training.split_sha256[:16],
    }
    for name, fact in facts.items():
        text = text.replace(f"{{{name}}}", fact)
    (folder / "CARD.md").write_text(text, encoding="utf-8")
