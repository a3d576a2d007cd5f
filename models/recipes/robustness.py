"""How the product fares when the same hearts come over a lossy link, from a noisy room, or through another chest piece.

    python models/recipes/robustness.py [--work FOLDER] [--model FOLDER] [--limit N] [--jobs N]

Every change is made to the waveform, and what comes of it takes the product's own path: quality gate, front end, eight-bit
network, verdict. Each person is judged by the network of a fold that has never heard them; locked people are left out.
Progress goes to standard error, the report to standard output; it is kept in ``--work`` too, for the report of the release.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

import noises
from conditions import Condition, conditions
from dataset import REPOSITORY, Recording, data_folder, recordings
from figures import Goal
from heard import Visit, model_of, visit
from measured import ROBUSTNESS, Aim, keep, sha256_of
from native_rate import native_changes
from robustness_figures import Robustness, report
from robustness_tables import robustness_markdown

from stetho.artifacts import find_model
from stetho.inference.manifest import Manifest, read_manifest
from stetho.inference.session import MurmurModel

WORK = REPOSITORY / ".cache" / "murmur"
ENOUGH = 500  # recordings: a loss of 0.005 over the link is told from none
SEED = 11
EVERY_S = 20.0


@dataclass(frozen=True)
class Networks:
    """The eight-bit network of each fold, the fold of each person, and the manifest whose thresholds they are used with."""

    files: Mapping[int, Path]
    folds: Mapping[str, int]
    manifest: Manifest
    rooms_heard: bool


def networks_of(rows: Sequence[Recording], work: Path, model: Path, seed: int | None = None) -> Networks:
    """Those of the recipe's runs of one seed, the first if none is given, under the manifest in ``model``."""
    from folds import FOLDS, assign_folds
    from lock import unlocked
    from runs import SEEDS, fold_run  # torch comes with it: not in every process

    chosen = SEEDS[0] if seed is None else seed
    return Networks(
        {fold: work / f"{fold_run(fold, chosen).name}.int8.onnx" for fold in range(FOLDS)},
        assign_folds(unlocked(rows)),
        read_manifest(model),
        noises.rooms_were_heard(data_folder(), work),
    )


def robustness(rows: Sequence[Recording], networks: Networks, limit: int = ENOUGH, jobs: int = 1) -> Robustness:
    """The whole report, of people whom ``networks`` have never heard. ``limit``: about so many recordings, of whole visits;
    0 is all."""
    known = [row for row in rows if row.group in networks.folds]
    found = report(list(_visits(sampled(known, limit), networks, jobs)), _all_conditions())
    changes = native_changes(data_folder(), known, _Listener(networks).model)
    return replace(found, changes=changes, notes=_notes(networks))


def sampled(rows: Sequence[Recording], limit: int) -> list[tuple[Recording, ...]]:
    """Visits that the expert could judge, in a seeded order, each label in its share of the whole."""
    visits: dict[str, list[Recording]] = defaultdict(list)
    for row in rows:
        if row.dataset == "circor" and row.visit_label != "unknown":
            visits[row.visit].append(row)
    strata: dict[str, list[tuple[Recording, ...]]] = defaultdict(list)
    for name in sorted(visits):
        strata[visits[name][0].visit_label].append(tuple(visits[name]))
    share = min(1.0, limit / max(1, sum(map(len, visits.values())))) if limit else 1.0
    chosen = []
    for label, stratum in sorted(strata.items()):
        random.Random(f"{SEED}:{label}").shuffle(stratum)
        chosen += stratum[: round(share * len(stratum))]
    random.Random(SEED).shuffle(chosen)
    return chosen


def _all_conditions() -> tuple[Condition, ...]:
    return conditions(noises.recorded(data_folder()), noises.made())


class _Listener:
    """One process: its own networks and noises."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._models: dict[int, MurmurModel] = {}

    def model(self, row: Recording) -> MurmurModel:
        """One that has never heard the owner of ``row``."""
        fold = self._networks.folds[row.group]
        if fold not in self._models:
            self._models[fold] = model_of(self._networks.files[fold], self._networks.manifest)
        return self._models[fold]

    def visit(self, rows: Sequence[Recording]) -> Visit:
        """All conditions of one visit."""
        return visit(rows, self.model(rows[0]), self._conditions)

    @cached_property
    def _conditions(self) -> tuple[Condition, ...]:
        return _all_conditions()


_listeners: list[_Listener] = []  # of a worker process: the one that it was started with


def _listen(networks: Networks) -> None:
    _listeners.append(_Listener(networks))


def _visit(rows: Sequence[Recording]) -> Visit:
    return _listeners[0].visit(rows)


def _visits(chosen: Sequence[tuple[Recording, ...]], networks: Networks, jobs: int) -> Iterator[Visit]:
    if jobs == 1:
        yield from _with_progress(map(_Listener(networks).visit, chosen), chosen)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _listen, (networks,)) as pool:
        yield from _with_progress(pool.map(_visit, chosen), chosen)


def _with_progress(visits: Iterator[Visit], chosen: Sequence[tuple[Recording, ...]]) -> Iterator[Visit]:
    started = said = time.monotonic()
    total, done = sum(map(len, chosen)), 0
    for one in visits:
        done += len(one.rows)
        now = time.monotonic()
        if now - said > EVERY_S:
            left_s = (now - started) / done * (total - done)
            print(f"robustness: {done} of {total} recordings, {left_s / 60:.0f} min left", file=sys.stderr, flush=True)
            said = now
        yield one


def _notes(networks: Networks) -> tuple[str, ...]:
    manifest = networks.manifest
    rooms = (
        "The networks were, or may have been, trained among the recorded rooms (not the speech, not the lungs) that judge "
        "them here: their rows flatter."
        if networks.rooms_heard
        else "No network has heard any of the recorded noises that judge it."
    )
    rules = f"the manifest of {manifest.name} {manifest.version}, with the network of a fold in place of its own."
    return (
        f"Calibration, thresholds and limits: {rules}",
        rooms,
        "Intervals: 95 %, by person; lost: as recorded less now, paired.",
    )


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK, help="folder of the folds' networks")
    parser.add_argument(
        "--model", type=Path, help="folder of the manifest to judge by; the pinned model's if not given"
    )
    parser.add_argument("--seed", type=int, help="of the folds' networks; the recipe's first if not given")
    parser.add_argument("--limit", type=int, default=ENOUGH, help="about so many recordings; 0 is all")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    arguments = parser.parse_args()
    rows, model = recordings(data_folder()), arguments.model or find_model()
    networks = networks_of(rows, arguments.work, model, arguments.seed)
    of = judged_of(networks, model)  # before: an hour later they may be others
    found = robustness(rows, networks, arguments.limit, arguments.jobs)
    markdown = robustness_markdown(found)
    print(markdown, flush=True)
    aims = [Aim(f"robustness, {asked.what}", Goal("<=", asked.most), asked.figure) for asked in found.goals]
    keep(arguments.work, ROBUSTNESS, of, markdown, aims)


def judged_of(networks: Networks, model: Path) -> dict[str, str]:
    """What is judged: the networks, and the manifest that they are used with."""
    own = {f"fold{fold}": sha256_of(file) for fold, file in networks.files.items()}
    return {**own, "manifest.toml": sha256_of(model / "manifest.toml")}


if __name__ == "__main__":
    main()
