"""A batch of recordings on their way to results: one that can't be read doesn't stop the others."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stetho.age import Age
from stetho.analysis import SCHEMA, RecordingResult, analyze
from stetho.config import Config
from stetho.errors import ConfigError, InputError
from stetho.exam.manifest import ManifestRow, read_manifest
from stetho.exam.site import Site
from stetho.exam.verdict import ExamResult, Policy, judge_exam
from stetho.inference.models import chosen_model
from stetho.inference.session import MurmurModel


@dataclass(frozen=True, slots=True)
class Item:
    """One recording to do, by the name it was given; `exam` and `site` where a manifest names them."""

    path: Path
    name: str
    exam: str | None = None
    site: Site | None = None
    age: Age | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one recording, or of one exam."""

    name: str
    result: RecordingResult | ExamResult | InputError
    item: Item | None = None

    def to_json(self, *, segments: bool, variability: bool = False) -> dict[str, Any]:
        """The contract's object; one with `error` for a recording that can't be read.

        A recording of a manifest also says of which exam and site it is.
        """
        match self.result:
            case InputError():
                thing = {"recording": self.name, "error": str(self.result), "schema": SCHEMA}
            case ExamResult():
                return self.result.to_json()
            case _:
                thing = self.result.to_json(segments=segments, variability=variability)
        if self.item is not None and self.item.exam is not None and self.item.site is not None:
            thing |= {"exam": self.item.exam, "site": self.item.site.value}
        return thing


def listed(paths: Iterable[Path]) -> list[Item]:
    """Recordings as they were typed."""
    return [Item(path, str(path)) for path in paths]


def of_manifest(csv: Path) -> list[Item]:
    """The recordings of a manifest. Raises InputError for one that can't be used."""
    return [item_of(row) for row in read_manifest(csv)]


def item_of(row: ManifestRow) -> Item:
    """A manifest's recording."""
    return Item(row.path, row.name, row.exam, row.site, row.age)


def analyze_all(items: Sequence[Item], policy: Policy, config: Config, *, evidence: bool = False) -> Iterator[Outcome]:
    """Results in the order given; an exam's comes after the last of its recordings. evidence: each with its own.

    Raises ModelError before the first when the model can't be trusted.
    """
    model = chosen_model(config)
    yield from judge_all(items, policy, model, lambda item: analyze_one(item, model, evidence=evidence))


def judge_all(
    items: Sequence[Item], policy: Policy, model: MurmurModel, one: Callable[[Item], Outcome]
) -> Iterator[Outcome]:
    """The same of results that `one` gives, which may have been kept."""
    open_exams: dict[str, list[tuple[Site, RecordingResult]]] = {}
    last_of = {item.exam: index for index, item in enumerate(items) if item.exam is not None}
    for index, item in enumerate(items):
        outcome = one(item)
        yield outcome
        if item.exam is None:
            continue
        takes = open_exams.setdefault(item.exam, [])
        if item.site is not None and isinstance(outcome.result, RecordingResult):
            takes.append((item.site, outcome.result))
        if last_of[item.exam] == index:
            exam = judge_exam(item.exam, open_exams.pop(item.exam), policy, model.manifest.exam)
            yield Outcome(item.exam, exam)


def analyze_one(item: Item, model: MurmurModel, *, evidence: bool = False) -> Outcome:
    """One recording's result; what is wrong with it is a result, too."""
    try:
        result = analyze(item.path, age=item.age, model=model, evidence=evidence)
        return Outcome(item.name, replace(result, recording=item.name), item)
    except InputError as error:
        return Outcome(item.name, error, item)
    except ConfigError as error:  # a stage that can't work on such a stream: a rate below 2 kHz
        return Outcome(item.name, InputError(f"{item.path} can't be analysed: {error}"), item)
