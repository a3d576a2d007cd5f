"""`CARD.md`: what the network is for, what it was made of, how good it is, and where it is not. `REPORT.md`: all the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from lock_log import Opening
from manifest import COMMAND, Training
from metrics import RESAMPLES
from release_figures import ReleaseFigures
from runs import SEEDS
from targets import Emphasis
from timing_figures import MOST_FALSE
from train import Recipe
from verdicts import MOST_UNKNOWN, PRESENT, STEP, UNKNOWN, Rule

CARD = Path(__file__).with_name("card.template.md")
REPORT = Path(__file__).with_name("report.template.md")

DROWNED = " Where that fills the band that a murmur is heard in, the label moves to unknown: nobody could judge."


def write_card(folder: Path, figures: ReleaseFigures, tables: Mapping[str, str], training: Training) -> None:
    """Write ``folder/CARD.md``."""
    _write(folder / "CARD.md", CARD, tables, _facts(folder, figures, training))


def write_report(folder: Path, figures: ReleaseFigures, tables: Mapping[str, str], training: Training) -> None:
    """Write ``folder/REPORT.md``."""
    _write(folder / "REPORT.md", REPORT, tables, _facts(folder, figures, training))


def _write(file: Path, template: Path, tables: Mapping[str, str], facts: Mapping[str, str]) -> None:
    """Raises SystemExit where the template asks for what nothing gives."""
    text = template.read_text(encoding="utf-8")
    asked = set(re.findall(r"\{(\w+)\}", text)) - set(facts) | set(re.findall(r"<!-- (\w+) -->", text)) - set(tables)
    if asked:
        raise SystemExit(f"{template.name} asks for {', '.join(sorted(asked))}, which nothing gives.")
    for name, fact in facts.items():
        text = text.replace(f"{{{name}}}", fact)
    for name, table in tables.items():
        text = text.replace(f"<!-- {name} -->", table)
    file.write_text(text, encoding="utf-8")


def _facts(folder: Path, figures: ReleaseFigures, training: Training) -> dict[str, str]:
    rule, timing = figures.evaluation.rule, figures.evaluation.timing_rule
    variety = Recipe().variety
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
        "exam_unknown_why": _exam_unknown(rule),
        "exam_prevalence": f"{rule.exam_calibration.prevalence:.3f}",
        "most_false": f"{MOST_FALSE:.0%}",
        "systolic_certain": f"{timing.certain[0]:.3f}",
        "diastolic_certain": f"{timing.certain[1]:.3f}",
        "diastolic_recordings": str(len(diastolic)),
        "diastolic_people": str(len({row.group for row in diastolic})),
        "unusable": _unusable(Recipe().emphasis),
        "noise_share": f"{variety.noise_share:.0%}",
        "noise_db": f"{variety.noise_db[0]:g} to {variety.noise_db[1]:g} dB",
        "drowned": DROWNED if variety.drowning else "",
        "distance_limit": f"{figures.distance_limit:.2f}",
        "split": training.split_sha256[:16],
        "lock_date": figures.lock.date,
        "lock_visits": str(figures.lock.visits),
        "lock_people": str(figures.lock.people),
        "lock_network": figures.lock.judge.network_sha256[:16],
        "lock_rule": figures.lock.judge.rule_sha256[:16],
        "lock_times": _times(figures.lock),
        "parameters": f"{_parameters(folder):,}",
    }


def _unusable(emphasis: Emphasis) -> str:
    """What the recordings of 2016 that its experts could not use teach."""
    if emphasis.unusable > 0.0:
        return "unusable recordings as unknown; diagnoses of disease are no murmur label and teach none"
    return "unusable recordings, and diagnoses of disease, which are no murmur label, teach nothing"


def _exam_unknown(rule: Rule) -> str:
    """How the threshold of an exam's unknown came about."""
    if rule.exam.unknown <= UNKNOWN:
        return f"what the costs ask for; with it, no more than {MOST_UNKNOWN:.0%} of the visits that the expert could judge are unknown"
    return (
        f"the costs ask for {UNKNOWN:.2f}, and it was raised from there in steps of {STEP:g} until no more than {MOST_UNKNOWN:.0%} of the visits "
        "that the expert could judge were unknown, out of fold"
    )


def _times(lock: Opening) -> str:
    """Whether these people were judged more than once for the version."""
    return "once" if lock.number == 1 else f"for the {lock.number}. time, under another rule ({lock.why})"


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
