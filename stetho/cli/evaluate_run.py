"""From a labelled manifest to its evaluation, by the path that `analyze --manifest` takes."""

from collections.abc import Callable, Sequence
from pathlib import Path

from stetho.analysis import ModelId
from stetho.cli.analysis_run import Item, Outcome, analyze_one, item_of, judge_all
from stetho.cli.evaluate_kept import KeptResults
from stetho.cli.progress import progress_over
from stetho.errors import InputError
from stetho.evaluation.labelled import Labelled
from stetho.evaluation.report import Evaluation, evaluated
from stetho.evaluation.requirement import Requirement
from stetho.evaluation.tally import Tally
from stetho.exam.verdict import ExamResult, Policy
from stetho.inference.session import MurmurModel


def run(
    manifest: str,
    labelled: Labelled,
    policy: Policy,
    asked: Sequence[Requirement],
    results: Path | None,
    model: MurmurModel,
    *,
    quiet: bool,
) -> Evaluation:
    """Analyses what is labelled, and judges it. Raises InputError where not one recording could be read."""
    kept = None if results is None else KeptResults(results, model)
    tally = Tally(labelled)
    _take_all(labelled, tally, policy, model, kept or (lambda item: analyze_one(item, model)), quiet=quiet)
    if kept is not None:
        kept.say()
    if not tally.counts().analysed:
        raise InputError(f"No recording of {manifest} could be read; the first: {tally.not_analysed[0].error}")
    told = ModelId(model.manifest.name, model.manifest.version, model.manifest.sha256)
    return evaluated(manifest, labelled, tally, policy, told, asked)


def _take_all(
    labelled: Labelled,
    tally: Tally,
    policy: Policy,
    model: MurmurModel,
    one: Callable[[Item], Outcome],
    *,
    quiet: bool,
) -> None:
    used = labelled.used
    items = [item_of(each.row) for each in used]
    recordings = iter(used)
    # An exam's outcome comes between those of recordings, which come in their order.
    for outcome in progress_over(judge_all(items, policy, model, one), total=len(items), quiet=quiet):
        if isinstance(outcome.result, ExamResult):
            tally.add_exam(outcome.result)
        else:
            tally.add_recording(next(recordings), outcome.result)
