"""`CARD.md`: what the network is for, what it was made of, how good it is, and where it is not. `REPORT.md`: all the rest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from manifest import COMMAND, Training
from metrics import RESAMPLES
from release_figures import ReleaseFigures
from runs import SEEDS
from timing_figures import MOST_FALSE
from verdicts import MOST_UNKNOWN, PRESENT

CARD = Path(__file__).with_name("card.template.md")
REPORT = Path(__file__).with_name("report.template.md")
ROBUSTNESS = "robustness.md"
NO_ROBUSTNESS = (
    "Not made for this version: `python models/recipes/robustness.py --model models/murmur/{version} > WORK/robustness.md`, "
    "then the command above again."
)


def write_card(folder: Path, figures: ReleaseFigures, tables: Mapping[str, str], training: Training) -> None:
    """Write ``folder/CARD.md``."""
    _write(folder / "CARD.md", CARD, tables, _facts(folder, figures, training))


def write_report(
    folder: Path, figures: ReleaseFigures, tables: Mapping[str, str], training: Training, work: Path
) -> None:
    """Write ``folder/REPORT.md``, with the robustness report that ``work`` holds, if any."""
    kept = work / ROBUSTNESS
    robustness = (
        kept.read_text(encoding="utf-8").strip() if kept.exists() else NO_ROBUSTNESS.format(version=folder.name)
    )
    _write(folder / "REPORT.md", REPORT, {**tables, "robustness": robustness}, _facts(folder, figures, training))


def _write(file: Path, template: Path, tables: Mapping[str, str], facts: Mapping[str, str]) -> None:
    text = template.read_text(encoding="utf-8")
    for name, fact in facts.items():
        text = text.replace(f"{{{name}}}", fact)
    for name, table in tables.items():
        text = text.replace(f"<!-- {name} -->", table)
    file.write_text(text, encoding="utf-8")


def _facts(folder: Path, figures: ReleaseFigures, training: Training) -> dict[str, str]:
    rule, timing = figures.evaluation.rule, figures.evaluation.timing_rule
    diastolic = [row for row in figures.evaluation.seeds[0].rows if row.diastolic and row.site_label == "present"]
    return {
        "version": folder.name,
        "command": COMMAND.format(version=folder.name),
        "resamples": f"{RESAMPLES:,}",
        "rows": f"{sum(training.rows.values()):,}",
        "people": str(training.people),
        "unlocked": str(training.unlocked),
        "locked": str(training.people - training.unlocked),
        "seeds": str(len(SEEDS)),
        "present_cost": f"{PRESENT:.3f}",
        "most_unknown": f"{MOST_UNKNOWN:.0%}",
        "present_threshold": f"{rule.recording.present:.3f}",
        "unknown_threshold": f"{rule.recording.unknown:.2f}",
        "exam_unknown_threshold": f"{rule.exam.unknown:.2f}",
        "exam_prevalence": f"{rule.exam_calibration.prevalence:.3f}",
        "most_false": f"{MOST_FALSE:.0%}",
        "systolic_certain": f"{timing.certain[0]:.3f}",
        "diastolic_certain": f"{timing.certain[1]:.3f}",
        "diastolic_recordings": str(len(diastolic)),
        "diastolic_people": str(len({row.group for row in diastolic})),
        "distance_limit": f"{figures.distance_limit:.2f}",
        "split": training.split_sha256[:16],
        "lock_date": figures.lock.date,
        "lock_visits": str(figures.lock.visits),
        "lock_people": str(figures.lock.people),
        "lock_network": figures.lock.network_sha256[:16],
        "parameters": f"{_parameters(folder):,}",
    }


def _parameters(folder: Path) -> int:
    """Numbers in the float network, constants of the front end's normalisation among them."""
    import onnx

    graph = onnx.load(str(folder / "model.fp32.onnx")).graph
    return sum(int(_count(tensor.dims)) for tensor in graph.initializer)


def _count(dims: list[int]) -> int:
    count = 1
    for size in dims:
        count *= size
    return count
