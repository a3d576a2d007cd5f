"""Whether a result holds when it is made again: the contract's rule ("Run again")."""

from collections.abc import Mapping
from typing import Any

from stetho.inference.verdict import Label
from stetho.notice import notice_for
from stetho.reproduce.difference import Difference, differences
from stetho.reproduce.finding import Finding, Outcome, Reason, named

LARGEST_ALLOWED = 0.005
_ROUNDING = 1e-9
FIGURES = ("probability", "unknown_probability")
# Where a result was found and for whom it was made is no part of it; nor is the age, which no result keeps.
_NOT_COMPARED = ("recording", "exam", "site")
_OF_AGE = ("age_unknown", "age_not_validated")
ENVIRONMENT = ("software", "machine")
Json = Mapping[str, Any]


def environment_changes(then: Json, now: Json) -> tuple[Difference, ...]:
    """What of software and machine is another, between two `provenance` objects."""
    was, is_now = ({part: provenance.get(part) for part in ENVIRONMENT} for provenance in (then, now))
    return named(differences(was, is_now))[0]


def held(kind: str, name: str, then: Json, now: Json, environment: tuple[Difference, ...]) -> Finding:
    """The finding on two results of one sound and one model.

    On the same software and machine (no environment differences) only the identical holds. Elsewhere the same label and
    a largest difference of 0.005 do; what else differs is named beside.
    """
    found, more = named(differences(compared(then), compared(now)))
    windows = _largest(_windows(then), _windows(now))
    largest = _largest([then["murmur"]], [now["murmur"]])
    outcome, reason = Outcome.IDENTICAL, None
    if found:
        reason = _why_not(then["murmur"], now["murmur"], largest)
        if reason is None and not environment:
            reason = Reason.SAME_ENVIRONMENT
        outcome = Outcome.REPRODUCED if reason is None else Outcome.NOT_REPRODUCED
    labels = {then["murmur"]["label"], now["murmur"]["label"]}
    return Finding(
        kind,
        name,
        outcome,
        reason,
        largest_difference=largest,
        largest_window_difference=windows,
        differences=found,
        more=more,
        environment=environment,
        notice=notice_for(Label.ABSENT if Label.ABSENT in labels else now["murmur"]["label"]),
    )


def compared(result: Json) -> Json:
    """The part of a result that has to come out again: all of it but where, on what and for whom it was made."""
    kept = {key: value for key, value in result.items() if key not in _NOT_COMPARED}
    if isinstance(codes := kept.get("applicability"), list):
        kept["applicability"] = [code for code in codes if code not in _OF_AGE]
    if isinstance(provenance := kept.get("provenance"), dict):
        kept["provenance"] = {key: value for key, value in provenance.items() if key not in ENVIRONMENT}
        if isinstance(audio := provenance.get("audio"), dict):
            # WAV and FLAC of one sound are two files.
            kept["provenance"]["audio"] = {key: value for key, value in audio.items() if key != "file_sha256"}
    return kept


def _why_not(then: Json, now: Json, largest: float | None) -> Reason | None:
    if then["label"] != now["label"]:
        return Reason.LABEL
    if any((then.get(figure) is None) is not (now[figure] is None) for figure in FIGURES):
        return Reason.PROBABILITY
    return Reason.PROBABILITY if largest is not None and largest > LARGEST_ALLOWED + _ROUNDING else None


def _windows(result: Json) -> list[Any]:
    windows = result.get("provenance", {}).get("windows")
    return windows if isinstance(windows, list) else []


def _largest(then: list[Any], now: list[Any]) -> float | None:
    """The largest difference of a figure between the same things; None where there is none to compare."""
    apart = [
        abs(was[figure] - is_now[figure])
        for was, is_now in zip(then, now, strict=False)
        if isinstance(was, dict)
        for figure in FIGURES
        if _is_chance(was.get(figure)) and _is_chance(is_now[figure])
    ]
    return round(max(apart), 6) if apart else None


def _is_chance(value: Any) -> bool:
    """Whether a value from a stranger's file is a probability."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
