"""A whole evaluation, as it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from stetho.analysis import ModelId
from stetho.evaluation.figure import LEAST_PEOPLE
from stetho.evaluation.intervals import RESAMPLES, SEED
from stetho.evaluation.labelled import Labelled
from stetho.evaluation.level import Level, all_figures
from stetho.evaluation.prevalence import AtPrevalence, at_prevalences
from stetho.evaluation.requirement import EXAM, RECORDING, Judged, Requirement
from stetho.evaluation.subgroups import Subgroup, subgroups
from stetho.evaluation.tally import Counts, NotAnalysed, Tally
from stetho.exam.verdict import Policy
from stetho.notice import INVESTIGATIONAL, NOT_RULED_OUT

SCHEMA = 1
TRAINING = (
    "Figures on recordings that the model was trained on are no accuracy, and whether these were among them can't be "
    "known here: use recordings of your own people."
)
SIMULATED = "SIMULATED recordings are among these: getting them right is no accuracy."
ABSENT_MEANS = f"absent is: no murmur detected by the model. {NOT_RULED_OUT}"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a manifest's recordings and exams say of a model under one policy."""

    manifest: str
    policy: Policy
    model: ModelId
    counts: Counts
    complete_exams: int
    not_analysed: tuple[NotAnalysed, ...]
    applicability: Mapping[str, int]
    unknown_reasons: Mapping[str, Mapping[str, int]]
    levels: Mapping[str, Level]
    subgroups: Mapping[str, tuple[Subgroup, ...]]
    at_prevalence: tuple[AtPrevalence, ...]
    requirements: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        """Whether each requirement is met."""
        return all(judged.met for judged in self.requirements)

    @property
    def warnings(self) -> tuple[str, ...]:
        return (SIMULATED, TRAINING) if self.counts.simulated else (TRAINING,)

    def to_json(self) -> dict[str, Any]:
        """The object of `evaluate --json` (docs/schemas/evaluate.schema.json)."""
        return {
            "manifest": self.manifest,
            "policy": self.policy.value,
            "model": asdict(self.model),
            "counts": asdict(self.counts),
            "not_analysed": [asdict(each) for each in self.not_analysed],
            "applicability": dict(self.applicability),
            "unknown_reasons": {level: dict(reasons) for level, reasons in self.unknown_reasons.items()},
            "exam": self.levels[EXAM].to_json(),
            "recording": self.levels[RECORDING].to_json(),
            "subgroups": {level: [each.to_json() for each in found] for level, found in self.subgroups.items()},
            "at_prevalence": [each.to_json() for each in self.at_prevalence],
            "requirements": [judged.to_json() for judged in self.requirements],
            "intervals": {
                "share": 0.95,
                "proportions": "wilson_rao_scott",
                "others": "bootstrap_by_person",
                "resamples": RESAMPLES,
                "seed": SEED,
                "least_people": LEAST_PEOPLE,
            },
            "warnings": list(self.warnings),
            "notice": f"{ABSENT_MEANS} {INVESTIGATIONAL}",
            "schema": SCHEMA,
        }


def evaluated(
    manifest: str, labelled: Labelled, tally: Tally, policy: Policy, model: ModelId, asked: Sequence[Requirement]
) -> Evaluation:
    """The figures of all results."""
    exams, recordings = tally.exams, tally.recordings
    levels = {
        EXAM: all_figures(exams, challenge=policy is Policy.CHALLENGE),
        RECORDING: all_figures(recordings, challenge=False),
    }
    return Evaluation(
        manifest=manifest,
        policy=policy,
        model=model,
        counts=tally.counts(),
        complete_exams=tally.complete_exams,
        not_analysed=tuple(tally.not_analysed),
        applicability=tally.applicability,
        unknown_reasons=tally.reasons,
        levels=levels,
        subgroups={
            EXAM: tuple(subgroups(exams, labelled.columns)),
            RECORDING: tuple(subgroups(recordings, labelled.columns)),
        },
        at_prevalence=at_prevalences(levels[EXAM]),
        requirements=tuple(requirement.judge(levels) for requirement in asked),
    )
