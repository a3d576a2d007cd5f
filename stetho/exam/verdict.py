"""One verdict over the sites of an exam, under one of two policies that share code and thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from stetho.analysis import RecordingResult
from stetho.exam.site import STANDARD_SITES, Site
from stetho.inference.manifest import Thresholds
from stetho.inference.verdict import Label

SCHEMA = 1
JUSTIFIED_LEAD = 0.1
"""The loudest site is named only where its probability leads the next by this much."""


class Policy(StrEnum):
    """`clinical` says absent only when every standard site was good; `challenge` says absent from what there is."""

    CLINICAL = "clinical"
    CHALLENGE = "challenge"


class ExamDoubt(StrEnum):
    """Why an exam can't be judged."""

    NO_USABLE_SITE = "no_usable_site"
    SITE_MISSING = "site_missing"
    SITE_UNKNOWN = "site_unknown"
    EXPERT_COULD_NOT_JUDGE = "expert_could_not_judge"


@dataclass(frozen=True, slots=True)
class ExamResult:
    """What is said of an exam; `sites` names the recordings at each site."""

    exam: str
    policy: Policy
    label: Label
    probability: float | None
    unknown_probability: float | None
    reason: str | None
    loudest_site: Site | None
    sites: Mapping[Site, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """The contract's exam object of `analyze --manifest --json`."""
        return {
            "exam": self.exam,
            "policy": self.policy.value,
            "murmur": {
                "label": self.label.value,
                "probability": self.probability,
                "unknown_probability": self.unknown_probability,
                "reason": self.reason,
            },
            "loudest_site": None if self.loudest_site is None else self.loudest_site.value,
            "sites": {site.value: list(names) for site, names in self.sites.items()},
            "schema": SCHEMA,
        }


@dataclass(frozen=True, slots=True)
class _SiteFinding:
    """The one take that speaks for a site."""

    site: Site
    label: Label
    probability: float
    unknown_probability: float


def judge_exam(
    exam: str, recordings: Sequence[tuple[Site, RecordingResult]], policy: Policy, thresholds: Thresholds
) -> ExamResult:
    """The verdict over an exam's recordings. thresholds: the model manifest's, at exam level.

    The most suspicious usable site decides: a murmur is often heard at one site alone. How many sites there are is no
    feature.
    """
    sites: dict[Site, list[RecordingResult]] = {}
    for site, result in recordings:
        sites.setdefault(site, []).append(result)
    names = {site: tuple(result.recording for result in takes) for site, takes in sites.items()}
    findings = [found for site, takes in sites.items() if (found := _finding(site, takes)) is not None]
    if not findings:
        return ExamResult(exam, policy, Label.UNKNOWN, None, None, ExamDoubt.NO_USABLE_SITE.value, None, names)
    usable = [found for found in findings if found.label is not Label.UNKNOWN]
    probability = max(found.probability for found in usable or findings)
    unknown = min(found.unknown_probability for found in usable or findings)
    label, reason = _label(usable, probability, unknown, thresholds)
    if label is Label.ABSENT and policy is Policy.CLINICAL and (doubt := _incomplete(sites, usable)) is not None:
        label, reason = Label.UNKNOWN, doubt
    loudest = _loudest(usable) if label is Label.PRESENT else None
    return ExamResult(exam, policy, label, probability, unknown, None if reason is None else reason.value, loudest, names)


def _finding(site: Site, takes: Sequence[RecordingResult]) -> _SiteFinding | None:
    """A site speaks by its best usable take; a usable take called present is never outvoted by an absent one."""
    scored = [take for take in takes if take.murmur.probability is not None]
    if not scored:
        return None
    order = {Label.PRESENT: 2, Label.ABSENT: 1, Label.UNKNOWN: 0}
    best = max(scored, key=lambda take: (order[take.label], take.quality.score))
    return _SiteFinding(site, best.label, best.murmur.probability or 0.0, best.murmur.unknown_probability or 0.0)


def _label(
    usable: Sequence[_SiteFinding], probability: float, unknown: float, thresholds: Thresholds
) -> tuple[Label, ExamDoubt | None]:
    if not usable:
        return Label.UNKNOWN, ExamDoubt.NO_USABLE_SITE
    if probability >= thresholds.present or any(found.label is Label.PRESENT for found in usable):
        return Label.PRESENT, None
    if unknown >= thresholds.unknown:
        return Label.UNKNOWN, ExamDoubt.EXPERT_COULD_NOT_JUDGE
    return Label.ABSENT, None


def _incomplete(sites: Mapping[Site, object], usable: Sequence[_SiteFinding]) -> ExamDoubt | None:
    good = {found.site for found in usable}
    if any(site not in sites for site in STANDARD_SITES):
        return ExamDoubt.SITE_MISSING
    return ExamDoubt.SITE_UNKNOWN if any(site not in good for site in STANDARD_SITES) else None


def _loudest(usable: Sequence[_SiteFinding]) -> Site | None:
    ranked = sorted(usable, key=lambda found: -found.probability)
    if len(ranked) > 1 and ranked[0].probability - ranked[1].probability < JUSTIFIED_LEAD:
        return None
    return ranked[0].site
