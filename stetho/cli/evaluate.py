"""Judges the model on your own labelled recordings: sensitivity, specificity, unknown, AUROC, with intervals.

Results come the same way as those of `analyze --manifest`. A recording that can't be read is in no figure and the
command then ends with exit code 2; with 1 where a `--require` is not met.
"""

from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.evaluate_run import run
from stetho.cli.evaluate_text import print_evaluation
from stetho.cli.options import Json, ModelFolder, Quiet
from stetho.cli.output import print_json
from stetho.config import load_config
from stetho.errors import InputError
from stetho.evaluation.labelled import read_labelled
from stetho.evaluation.requirement import parse_requirement
from stetho.exam.verdict import Policy
from stetho.inference.models import chosen_model

MISSED = 1


def evaluate(
    manifest: Annotated[
        Path,
        typer.Option(metavar="CSV", help="Labelled recordings: columns path, exam, site, murmur.", show_default=False),
    ],
    policy: Annotated[
        Policy,
        typer.Option(help="When an exam is called absent: with every standard site good, or from what there is."),
    ] = Policy.CLINICAL,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Subgroups by this column, too; can be given again.", show_default=False),
    ] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIGURE=LIMIT",
            help="Ends with exit code 1 where a figure of exams misses its limit, as sensitivity=0.85; can be given again.",
            show_default=False,
        ),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Keeps results here, and uses those again that are kept.", show_default=False
        ),
    ] = None,
    model: ModelFolder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judges the model on your own labelled recordings: sensitivity, specificity, unknown, AUROC, with intervals."""
    asked = [parse_requirement(text, policy) for text in require or ()]
    labelled = read_labelled(manifest, by or ())
    evaluation = run(
        str(manifest),
        labelled,
        policy,
        asked,
        results,
        chosen_model(load_config().with_flags(model=model)),
        quiet=quiet,
    )
    if json:
        print_json(evaluation.to_json())
    else:
        print_evaluation(evaluation)
    if evaluation.not_analysed:
        raise typer.Exit(InputError.exit_code)
    if not evaluation.passed:
        raise typer.Exit(MISSED)
