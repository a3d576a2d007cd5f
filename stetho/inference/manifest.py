"""What a model says of itself: `manifest.toml` beside the network, read as strictly as anything from outside."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from stetho.artifacts import MANIFEST, MOST_BYTES, NETWORK, ModelFiles, read_bounded
from stetho.errors import ModelError
from stetho.heart.beats import Durations, StateDuration

SCHEMA = 1
EXAM_RULE = "calibrated_maximum_of_usable_sites"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Calibration:
    """From a network's log-odds to calibrated ones, fitted out of fold (Platt 1999)."""

    slope: float
    intercept: float

    def __call__(self, log_odds: float) -> float:
        return self.slope * log_odds + self.intercept


@dataclass(frozen=True, slots=True)
class Windowing:
    """Window k covers [k * hop_s, k * hop_s + length_s) seconds of a take; `frames` mel frames, `state_frames` states."""

    length_s: int
    hop_s: int
    frames: int
    state_frames: int
    minimum_scored: int
    maximum_concealed_share: float

    @property
    def state_frames_per_hop(self) -> int:
        return self.state_frames * self.hop_s // self.length_s


@dataclass(frozen=True, slots=True)
class Thresholds:
    """At or above `unknown` the label is unknown; else at or above `present` it is present; else absent."""

    present: float
    unknown: float


@dataclass(frozen=True, slots=True)
class ExamRule:
    """How the usable sites of an exam make its two figures and its label.

    present: from the highest log-odds of a murmur at any of them to the exam's; unknown: from the lowest of unknown, to
    which quality_slope times the mean of their quality scores is added: where the sound is poor, experts could not
    judge. thresholds: `present` is one of sites, the same as that of recordings, so that a site called present makes
    the exam present; `unknown` is one of the exam.
    """

    present: Calibration
    unknown: Calibration
    thresholds: Thresholds
    quality_slope: float = 0.0


@dataclass(frozen=True, slots=True)
class TimingRule:
    """When a murmur's timing is said: from the network's log-odds to calibrated ones, and a threshold for each half.

    A half is said when its probability, over the mean of the counted windows' log-odds, is at or above its `certain`:
    the systolic log-odds, and for the diastolic half the diastolic ones less the systolic.
    """

    systolic: Calibration
    diastolic: Calibration
    systolic_certain: float
    diastolic_certain: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """A murmur model: file, front end, windows, calibration, thresholds, and what it was validated on.

    embedding_limit: a window whose embedding's root mean square is above it is unlike all that the model has seen.
    timing: None for a model that was not judged on it; then no timing is said.
    sha256, manifest_sha256: of the network, and of the manifest itself.
    """

    name: str
    version: str
    model_file: str
    sha256: str
    mel_sha256: str
    window: Windowing
    present: Calibration
    unknown: Calibration
    recording: Thresholds
    exam: ExamRule
    embedding_limit: float
    durations: Durations
    ages_validated_years: tuple[float, float]
    devices_validated: tuple[str, ...]
    timing: TimingRule | None = None
    manifest_sha256: str = ""


class _Table:
    """One TOML table, read with a sentence that names the entry when it is missing or of the wrong type."""

    def __init__(self, path: Path, name: str, values: Mapping[str, Any]) -> None:
        self.path, self._name, self._values = path, name, values

    def table(self, key: str) -> "_Table":
        return _Table(self.path, f"{self._name}.{key}".lstrip("."), self.value(key, dict))

    def value(self, key: str, kind: type[T]) -> T:
        found = self._values.get(key)
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self._refusal(key)
        return found

    def number(self, key: str, low: float = -1e9, high: float = 1e9) -> float:
        """A number within its bounds, which no model that can work is outside of; neither infinite nor none."""
        found = self._values.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float) or not low <= found <= high:
            raise self._refusal(key)
        return float(found)

    def share(self, key: str) -> float:
        """A number in 0..1."""
        return self.number(key, 0.0, 1.0)

    def count(self, key: str, high: int) -> int:
        """A whole number from 1 on."""
        if not 1 <= (found := self.value(key, int)) <= high:
            raise self._refusal(key)
        return found

    def word(self, key: str) -> str:
        """One word that can stand in a file's name and on any screen."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", found := self.value(key, str)):
            raise self._refusal(key)
        return found

    def _refusal(self, key: str) -> ModelError:
        where = f"{self._name}.{key}".lstrip(".")
        return ModelError(f"{self.path} has no valid {where}: install the model again.")

    def has(self, key: str) -> bool:
        return key in self._values


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the model in `folder`. Raises ModelError where it is missing, damaged or of a later schema.

    All tables but `[timing]` are required. That one belongs to a network with the output `timing`, float32 (N, 2): the
    independent log-odds of a murmur in systole and of one in diastole. x is the mean over a recording's counted windows,
    of the first, and of the second less the first:

        [timing]
        systolic_slope = 1.0        # P(systolic) = sigmoid(slope * x + intercept)
        systolic_intercept = 0.0
        systolic_certain = 0.5      # said at or above this probability, and only of a murmur that is called present
        diastolic_slope = 1.0
        diastolic_intercept = 0.0
        diastolic_certain = 0.5
    """
    path = folder / MANIFEST
    try:
        return parse_manifest(read_bounded(path, MOST_BYTES[MANIFEST]), path)
    except OSError as error:
        raise ModelError(
            f"The model's manifest {path} can't be read ({error.strerror}): install the model again."
        ) from None


def manifest_of(files: ModelFiles) -> Manifest:
    """The manifest of a model that was read. Raises ModelError."""
    return parse_manifest(files.manifest, files.folder / MANIFEST)


def parse_manifest(content: bytes, path: Path) -> Manifest:
    """The manifest of which these are the bytes; path: where they were read, for the sentence of a ModelError."""
    try:
        root = _Table(path, "", tomllib.loads(content.decode()))
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, a number too long, too deep
        raise ModelError(f"The model's manifest {path} can't be read ({error}): install the model again.") from error
    if root.value("schema", int) != SCHEMA:
        raise ModelError(f"{path} is written in a later form than this version of stetho reads: update stetho.")
    return replace(_manifest(root), manifest_sha256=hashlib.sha256(content).hexdigest())


def network_of(files: ModelFiles, manifest: Manifest) -> bytes:
    """The network's bytes, if they are those that the manifest names. Raises ModelError for any others."""
    if manifest.model_file != NETWORK:
        raise ModelError(f"The model's {files.folder / MANIFEST} names another network than {NETWORK}: rename both.")
    if files.network_sha256 != manifest.sha256:
        raise ModelError(
            f"The model {files.folder / NETWORK} is damaged or was swapped (its hash differs): install it again."
        )
    return files.network


def _manifest(root: _Table) -> Manifest:
    file, calibration, use = root.table("file"), root.table("calibration"), root.table("intended_use")
    return Manifest(
        name=root.word("name"),
        version=root.word("version"),
        model_file=file.value("model", str),
        sha256=file.value("sha256", str),
        mel_sha256=root.table("front_end").value("mel_sha256", str),
        window=_windowing(root.table("window")),
        present=Calibration(calibration.number("present_slope"), calibration.number("present_intercept")),
        unknown=Calibration(calibration.number("unknown_slope"), calibration.number("unknown_intercept")),
        recording=_thresholds(root.table("thresholds")),
        exam=_exam_rule(root.table("exam")),
        embedding_limit=root.table("embedding").number("limit", 0.0),
        durations=_durations(root.table("durations")),
        ages_validated_years=_ages(root.path, use.value("ages_validated_years", list)),
        devices_validated=tuple(str(device) for device in use.value("devices", list)),
        timing=_timing(root.table("timing")) if root.has("timing") else None,
    )


def _ages(path: Path, years: Sequence[object]) -> tuple[float, float]:
    match years:
        case [int() | float() as youngest, int() | float() as oldest] if 0 <= youngest <= oldest <= 150:
            return float(youngest), float(oldest)
    raise ModelError(f"{path} has no valid intended_use.ages_validated_years: install the model again.")


def _windowing(table: _Table) -> Windowing:
    length_s = table.count("length_s", 60)
    return Windowing(
        length_s,
        table.count("hop_s", length_s),
        table.count("frames", 100 * length_s),
        table.count("state_frames", 100 * length_s),
        table.count("minimum_scored", 100),
        table.share("maximum_concealed_share"),
    )


def _timing(table: _Table) -> TimingRule:
    systolic, diastolic = (
        Calibration(table.number(f"{half}_slope"), table.number(f"{half}_intercept"))
        for half in ("systolic", "diastolic")
    )
    return TimingRule(systolic, diastolic, table.share("systolic_certain"), table.share("diastolic_certain"))


def _thresholds(table: _Table) -> Thresholds:
    return Thresholds(table.share("present"), table.share("unknown"))


def _exam_rule(table: _Table) -> ExamRule:
    """The one rule: the exam's own curves, and quality's part."""
    rule = table.value("rule", str)
    if rule != EXAM_RULE:
        raise ModelError(f"The model judges exams by {rule!r}, which this version of stetho can't: update stetho.")
    return ExamRule(
        Calibration(table.number("present_slope"), table.number("present_intercept")),
        Calibration(table.number("unknown_slope"), table.number("unknown_intercept")),
        _thresholds(table),
        table.number("unknown_quality_slope"),
    )


def _durations(table: _Table) -> Durations:
    return Durations(*(_duration(table.table(state)) for state in ("S1", "systole", "S2", "diastole")))


def _duration(table: _Table) -> StateDuration:
    numbers = [table.number(name) for name in ("mean_s", "sd_s", "min_s", "max_s")]
    try:
        return StateDuration(*numbers)
    except ValueError as error:
        raise ModelError(f"The model's durations can't be used: {error} Install the model again.") from error
