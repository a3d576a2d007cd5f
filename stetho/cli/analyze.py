"""Analyses recordings: murmur, heart rate, quality, one result each.

Reads WAV, FLAC and whatever else libsndfile reads, at any rate. A recording that can't be read is said so in its place
and the rest is still done; the command then ends with exit code 2.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.analysis_run import analyze_all, listed, of_manifest
from stetho.cli.analysis_table import Tables
from stetho.cli.analysis_text import print_outcome
from stetho.cli.options import Json, ModelFolder, Quiet, Variability
from stetho.cli.output import print_json
from stetho.cli.progress import progress_over
from stetho.cli.wording import INVESTIGATIONAL
from stetho.config import load_config
from stetho.errors import ConfigError, InputError
from stetho.exam.verdict import Policy


def analyze(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH...", show_default=False)] = None,
    manifest: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Recordings of exams: columns path, exam, site.")
    ] = None,
    policy: Annotated[
        Policy,
        typer.Option(help="When an exam is called absent: with every standard site good, or from what there is."),
    ] = Policy.CLINICAL,
    json: Json = False,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the results as a table, too, row by row.")
    ] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="Add S1, systole, S2, diastole with their times.")
    ] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Add what the verdict rests on: window, average beat, parts of the beat.")
    ] = False,
    variability: Variability = False,
    model: ModelFolder = None,
    quiet: Quiet = False,
) -> None:
    """Analyses recordings: murmur, heart rate, quality, one result each."""
    if bool(paths) == (manifest is not None):
        raise ConfigError("Give recordings (stetho analyze a.wav b.flac) or one --manifest CSV.")
    work = of_manifest(manifest) if manifest is not None else listed(paths or ())
    tables = Tables(csv) if csv is not None else None
    failed = noticed = False
    config = load_config().with_flags(model=model)
    outcomes = progress_over(analyze_all(work, policy, config, evidence=evidence), total=len(work), quiet=quiet)
    for outcome in outcomes:
        failed = failed or isinstance(outcome.result, InputError)
        if json:
            print_json(outcome.to_json(segments=segments, variability=variability))
        else:
            if not (noticed or isinstance(outcome.result, InputError)):
                print(INVESTIGATIONAL)  # before the first result, so that a batch that is cut short has said it
                noticed = True
            print_outcome(outcome, variability=variability)
            sys.stdout.flush()
        if tables is not None:
            tables.add(outcome)
    if failed:
        raise typer.Exit(InputError.exit_code)
