"""Stored results made again, by the code that made them: `analyze` for a recording, `judge_exam` for an exam."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from stetho.analysis import RecordingResult, analyze
from stetho.errors import ConfigError, InputError
from stetho.exam.site import Site
from stetho.exam.verdict import judge_exam
from stetho.inference.session import MurmurModel
from stetho.provenance.record import ModelHashes
from stetho.reproduce.difference import Difference
from stetho.reproduce.finding import Finding, Outcome, Reason
from stetho.reproduce.held import environment_changes, held
from stetho.reproduce.places import Places
from stetho.reproduce.stored import NoResult, Stored, StoredExam, StoredFailure, StoredRecording

RECORDING, EXAM, LINE = "recording", "exam", "line"


@dataclass(slots=True)
class _OpenExam:
    """The recordings of an exam so far; `lost` are the findings on those that could not be made again."""

    takes: list[tuple[Site, RecordingResult]] = field(default_factory=list)
    environment: tuple[Difference, ...] = ()
    lost: list[Finding] = field(default_factory=list)


def reproduce(results: Iterable[Stored], places: Places, model: MurmurModel) -> Iterator[Finding]:
    """A finding on each stored result, in order."""
    exams: dict[str, _OpenExam] = {}
    for stored in results:
        match stored:
            case StoredRecording():
                finding, result = _recording(stored, places, model)
                if stored.exam is not None and stored.site is not None:
                    _note(exams.setdefault(stored.exam, _OpenExam()), stored.site, finding, result)
                yield finding
            case StoredFailure():
                if stored.exam is not None:
                    exams.setdefault(stored.exam, _OpenExam())
                yield Finding(RECORDING, stored.name, Outcome.NOTHING, Reason.WAS_NOT_READ)
            case StoredExam():
                yield _exam(stored, exams.pop(stored.name, None), model)
            case NoResult():
                yield Finding(LINE, str(stored.line), Outcome.UNUSABLE, Reason.NO_RESULT, stored.sentence)


def _note(exam: _OpenExam, site: Site, finding: Finding, result: RecordingResult | None) -> None:
    if result is None:
        exam.lost.append(finding)
        return
    # An exam needs none of these, and may wait long.
    exam.takes.append((site, replace(result, segments=(), provenance=None, evidence=None)))
    exam.environment = exam.environment or finding.environment


def _recording(stored: StoredRecording, places: Places, model: MurmurModel) -> tuple[Finding, RecordingResult | None]:
    """The finding, and what was made again: None where nothing comparable was."""
    name, then = stored.name, stored.provenance
    if then is None:
        return Finding(RECORDING, name, Outcome.NOT_REPRODUCED, Reason.NO_PROVENANCE), None
    if (other := _other_model(then["model"], model)) is not None:
        return Finding(RECORDING, name, Outcome.REFUSED, Reason.OTHER_MODEL, other), None
    path = places.find(name)
    if path is None:
        return Finding(RECORDING, name, Outcome.NOT_REPRODUCED, Reason.NOT_FOUND), None
    try:
        result = replace(analyze(path, model=model, evidence="evidence" in stored.result), recording=name)
    except (InputError, ConfigError) as error:
        return Finding(RECORDING, name, Outcome.NOT_REPRODUCED, Reason.UNREADABLE, str(error)), None
    now = result.to_json(segments="segments" in stored.result, variability="variability" in stored.result)
    if (reason := _incomparable(then, now["provenance"])) is not None:
        refused = reason is Reason.OTHER_CALIBRATION
        return Finding(RECORDING, name, Outcome.REFUSED if refused else Outcome.NOT_REPRODUCED, reason), None
    return held(RECORDING, name, stored.result, now, environment_changes(then, now["provenance"])), result


def _other_model(then: dict[str, Any], model: MurmurModel) -> str | None:
    """Both models in words, where they are not one byte by byte."""
    here = ModelHashes.of(model.manifest)
    if (then.get("network_sha256"), then.get("manifest_sha256")) == (here.network_sha256, here.manifest_sha256):
        return None
    made_by = f"{then.get('name')} {then.get('version')} ({str(then.get('network_sha256'))[:12]})"
    return f"it was made by {made_by[:200]}; here runs {here.name} {here.version} ({here.network_sha256[:12]})"


def _incomparable(then: dict[str, Any], now: dict[str, Any]) -> Reason | None:
    """Why the two are not about one sound."""
    if then["audio"].get("sha256") != now["audio"]["sha256"]:
        return Reason.OTHER_AUDIO
    if then["audio"].get("holes_sha256") != now["audio"]["holes_sha256"]:
        return Reason.OTHER_HOLES
    return Reason.OTHER_CALIBRATION if then.get("calibration_id") != now["calibration_id"] else None


def _exam(stored: StoredExam, found: _OpenExam | None, model: MurmurModel) -> Finding:
    """An exam is made again of recordings that were; one that is missing could have decided it."""
    if found is None or found.lost:
        lost = [] if found is None else found.lost
        refused = bool(lost) and all(finding.outcome is Outcome.REFUSED for finding in lost)
        return Finding(EXAM, stored.name, Outcome.REFUSED if refused else Outcome.NOT_REPRODUCED, Reason.ITS_RECORDINGS)
    now = judge_exam(stored.name, found.takes, stored.policy, model.manifest.exam).to_json()
    return held(EXAM, stored.name, stored.result, now, found.environment)
