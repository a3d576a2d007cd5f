"""What a model says of itself: `manifest.toml` beside the network, read as strictly as anything from outside."""

import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from stetho.artifacts import MANIFEST, MOST_BYTES, NETWORK, ModelFiles, read_bounded
from stetho.errors import ModelError
from stetho.heart.beats import Durations, StateDuration
from stetho.inference.strict_table import StrictTable

SCHEMA = 1
EXAM_RULE = "calibrated_maximum_of_usable_sites"
FRAMES_PER_S = 50
"""The front end's, of which a window is made."""
FEWEST_SCORED = 3
MOST_CONCEALED = 0.05
"""No model may be judged on less than three windows, nor on windows more of which was filled in: below that the answer is
unknown, whoever made the model."""
STEEPEST, FARTHEST, LARGEST_LIMIT = 100.0, 20.0, 1000.0
"""Bounds of a calibration's slope and intercept, and of the embedding's limit, beyond which they'd decide by themselves: log-odds
of 20 are a chance of one in 500 million."""


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
        root = StrictTable(path, "", tomllib.loads(content.decode()))
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


def _manifest(root: StrictTable) -> Manifest:
    file, calibration, use = root.table("file"), root.table("calibration"), root.table("intended_use")
    recording = _thresholds(root.table("thresholds"))
    return Manifest(
        name=root.word("name"),
        version=root.word("version"),
        model_file=file.value("model", str),
        sha256=file.value("sha256", str),
        mel_sha256=root.table("front_end").value("mel_sha256", str),
        window=_windowing(root.table("window")),
        present=_calibration(calibration, "present"),
        unknown=_calibration(calibration, "unknown"),
        recording=recording,
        exam=_exam_rule(root.table("exam"), recording),
        embedding_limit=root.table("embedding").positive("limit", LARGEST_LIMIT),
        durations=_durations(root.table("durations")),
        ages_validated_years=use.range("ages_validated_years", 0.0, 150.0),
        devices_validated=tuple(str(device) for device in use.value("devices", list)),
        timing=_timing(root.table("timing")) if "timing" in root else None,
    )


def _windowing(table: StrictTable) -> Windowing:
    length_s = table.count("length_s", 1, 60)
    hop_s = table.count("hop_s", 1, length_s)
    states = table.count("state_frames", 1, 100 * length_s)
    if states * hop_s % length_s:
        raise table.refusal("state_frames", "whole frames a hop")
    return Windowing(
        length_s,
        hop_s,
        table.count("frames", FRAMES_PER_S * length_s, FRAMES_PER_S * length_s),
        states,
        table.count("minimum_scored", FEWEST_SCORED, 100),
        table.number("maximum_concealed_share", 0.0, MOST_CONCEALED),
    )


def _calibration(table: StrictTable, of: str) -> Calibration:
    """A slope that isn't above 0 would take the network at the opposite of its word, or not at all."""
    return Calibration(table.positive(f"{of}_slope", STEEPEST), table.number(f"{of}_intercept", -FARTHEST, FARTHEST))


def _timing(table: StrictTable) -> TimingRule:
    return TimingRule(
        _calibration(table, "systolic"),
        _calibration(table, "diastolic"),
        table.positive("systolic_certain", 1.0),
        table.positive("diastolic_certain", 1.0),
    )


def _thresholds(table: StrictTable) -> Thresholds:
    return Thresholds(table.threshold("present"), table.threshold("unknown"))


def _exam_rule(table: StrictTable, recording: Thresholds) -> ExamRule:
    """The one rule: the exam's own curves, and quality's part. A site that is called present makes the exam present."""
    rule = table.value("rule", str)
    if rule != EXAM_RULE:
        raise ModelError(f"The model judges exams by {rule!r}, which this version of stetho can't: update stetho.")
    present, unknown = _calibration(table, "present"), _calibration(table, "unknown")
    thresholds = _thresholds(table)
    if thresholds.present > recording.present:
        raise table.refusal("present", f"at most {recording.present:g}, that of recordings")
    return ExamRule(present, unknown, thresholds, table.number("unknown_quality_slope", -STEEPEST, 0.0))


def _durations(table: StrictTable) -> Durations:
    return Durations(*(_duration(table.table(state)) for state in ("S1", "systole", "S2", "diastole")))


def _duration(table: StrictTable) -> StateDuration:
    numbers = [table.number(name, 0.0, 10.0) for name in ("mean_s", "sd_s", "min_s", "max_s")]
    try:
        return StateDuration(*numbers)
    except ValueError as error:
        raise ModelError(f"The model's durations can't be used: {error} Install the model again.") from error
