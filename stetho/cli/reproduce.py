"""Makes results of `analyze --json` again, and says of each whether it held.

On the same machine and software a result is identical; elsewhere the label is the same and no probability differs by
more than 0.005; or it is reported as not reproduced. The recordings are looked for as the results name them, and beside
the results, or in the one folder of --audio. Ends with 1 where a result was not reproduced, with 7 where it was made by
another model, so that it was refused.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from stetho.cli.options import Json, ModelFolder, Quiet
from stetho.cli.output import print_json
from stetho.cli.progress import progress_over
from stetho.cli.reproduction_text import finding_lines, summary_line
from stetho.cli.wording import INVESTIGATIONAL
from stetho.config import load_config
from stetho.errors import ArtifactError, ConfigError, InputError
from stetho.inference.models import chosen_model

NOT_REPRODUCED = 1


def reproduce(
    results: Annotated[
        Path | None, typer.Argument(metavar="RESULTS", show_default=False, help="What `stetho analyze --json` printed.")
    ] = None,
    audio: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", file_okay=False, exists=True, help="Look for the recordings in here alone."),
    ] = None,
    model: ModelFolder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Makes results of `analyze --json` again, and says of each whether it held."""
    if results is None:
        raise ConfigError("Name what `analyze --json` printed: `stetho reproduce results.jsonl`.")
    from stetho.reproduce.again import reproduce as made_again
    from stetho.reproduce.finding import Outcome
    from stetho.reproduce.places import Places
    from stetho.reproduce.stored import count_results, read_results

    total = count_results(results)
    scorer = chosen_model(load_config().with_flags(model=model))
    findings = made_again(read_results(results), Places(results, audio), scorer)
    outcomes = Counter[Outcome]()
    if not json:
        print(INVESTIGATIONAL)
    for finding in progress_over(findings, total=total, quiet=quiet):
        outcomes[finding.outcome] += 1
        if json:
            print_json(finding.to_json())
        else:
            print("\n".join(finding_lines(finding)))
            sys.stdout.flush()
    if not json:
        print(summary_line(outcomes))
    if outcomes[Outcome.NOT_REPRODUCED]:
        raise typer.Exit(NOT_REPRODUCED)
    if outcomes[Outcome.UNUSABLE]:
        raise typer.Exit(InputError.exit_code)
    if outcomes[Outcome.REFUSED]:
        raise typer.Exit(ArtifactError.exit_code)
