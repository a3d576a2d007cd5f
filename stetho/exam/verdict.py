"""One verdict over the sites of an exam, under one of two policies that share code and thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

from stetho.analysis import RecordingResult
from stetho.exam.site import STANDARD_SITES, Site
from stetho.inference.manifest import ExamRule, Thresholds
from stetho.inference.verdict import Label, LogOdds
from stetho.notice import notice_for
from stetho.stream import Origin

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
    """What is said of an exam; `sites` names the recordings at each site.

    probability: chance that an expert who can judge the exam hears a murmur at one of its sites; unknown_probability:
    chance that the expert could not judge it. Both whenever one of its recordings has them.
    applicability, origins: all that is said of any of its recordings.
    """

    exam: str
    policy: Policy
    label: Label
    probability: float | None
    unknown_probability: float | None
    reason: str | None
    loudest_site: Site | None
    sites: Mapping[Site, tuple[str, ...]]
    applicability: tuple[str, ...]
    origins: tuple[Origin, ...]

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
            "applicability": list(self.applicability),
            "origins": [origin.value for origin in self.origins],
            "notice": notice_for(self.label),
            "schema": SCHEMA,
        }


@dataclass(frozen=True, slots=True)
class _SiteFinding:
    """The one take that speaks for a site."""

    site: Site
    label: Label
    odds: LogOdds
    quality: float


def judge_exam(
    exam: str, recordings: Sequence[tuple[Site, RecordingResult]], policy: Policy, rule: ExamRule
) -> ExamResult:
    """The verdict over an exam's recordings. rule: the model manifest's.

    The most suspicious usable site speaks for a murmur, and the clearest for being able to judge, together with how
    good the sound is on average (the manifest's rule `calibrated_maximum_of_usable_sites`): a murmur is often heard at
    one site alone, and how many there are is no feature.
    """
    sites: dict[Site, list[RecordingResult]] = {}
    for site, result in recordings:
        sites.setdefault(site, []).append(result)
    names = {site: tuple(result.recording for result in takes) for site, takes in sites.items()}
    findings = [found for site, takes in sites.items() if (found := _finding(site, takes)) is not None]
    usable = [found for found in findings if found.label is not Label.UNKNOWN]
    odds = _odds(usable or findings, rule)
    label, reason = _label(policy, usable, sites, odds, rule.thresholds)
    results = [result for _, result in recordings]
    return ExamResult(
        exam=exam,
        policy=policy,
        label=label,
        probability=None if odds is None else odds.probability,
        unknown_probability=None if odds is None else odds.unknown_probability,
        reason=None if reason is None else reason.value,
        loudest_site=_loudest(usable) if label is Label.PRESENT else None,
        sites=names,
        applicability=tuple(dict.fromkeys(code for result in results for code in result.applicability)),
        origins=tuple(sorted({result.spec.origin for result in results})),
    )


_BEST_FIRST = (Label.PRESENT, Label.ABSENT, Label.UNKNOWN)


def _finding(site: Site, takes: Sequence[RecordingResult]) -> _SiteFinding | None:
    """A site speaks by its best usable take; a usable take called present is never outvoted by an absent one."""
    best = min(takes, key=lambda take: (_BEST_FIRST.index(take.label), -take.quality.score))
    odds = best.murmur.log_odds
    return None if odds is None else _SiteFinding(site, best.label, odds, best.quality.score)


def _odds(findings: Sequence[_SiteFinding], rule: ExamRule) -> LogOdds | None:
    """The exam's own calibrated log-odds."""
    if not findings:
        return None
    poor = rule.quality_slope * fmean(found.quality for found in findings)
    return LogOdds(
        rule.present(max(found.odds.present for found in findings)),
        rule.unknown(min(found.odds.unknown for found in findings)) + poor,
    )


def _label(
    policy: Policy,
    usable: Sequence[_SiteFinding],
    sites: Mapping[Site, object],
    odds: LogOdds | None,
    thresholds: Thresholds,
) -> tuple[Label, ExamDoubt | None]:
    """The label, and for an unknown its reason."""
    if odds is None or not usable:
        return Label.UNKNOWN, ExamDoubt.NO_USABLE_SITE
    if any(found.label is Label.PRESENT or found.odds.probability >= thresholds.present for found in usable):
        return Label.PRESENT, None  # no exam is said to be without a murmur that one of its sites has
    if odds.unknown_probability >= thresholds.unknown:
        return Label.UNKNOWN, ExamDoubt.EXPERT_COULD_NOT_JUDGE
    doubt = _incomplete(sites, usable) if policy is Policy.CLINICAL else None
    return (Label.ABSENT, None) if doubt is None else (Label.UNKNOWN, doubt)


def _incomplete(sites: Mapping[Site, object], usable: Sequence[_SiteFinding]) -> ExamDoubt | None:
    """Why a clinical exam is not complete enough to say absent, or None."""
    good = {found.site for found in usable}
    if any(site not in sites for site in STANDARD_SITES):
        return ExamDoubt.SITE_MISSING
    return ExamDoubt.SITE_UNKNOWN if any(site not in good for site in STANDARD_SITES) else None


def _loudest(usable: Sequence[_SiteFinding]) -> Site | None:
    """The site that leads the others clearly, or None: it is named only where that is justified."""
    ranked = sorted(usable, key=lambda found: -found.odds.present)
    first, *others = ranked
    if others and first.odds.probability - others[0].odds.probability < JUSTIFIED_LEAD:
        return None
    return first.site
