"""`manifest.toml` of a model: every number that the product needs beside the network itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from durations import Duration
from features import STATE_FRAMES, WINDOW_FRAMES
from platt import Platt
from timing_rule import TimingRule
from verdicts import Rule

from stetho.dsp.mel import FLOOR, FMAX_HZ, FMIN_HZ, HOP, N_FFT, N_MELS, RATE_HZ, mel_sha256
from stetho.heart.beats import Durations
from stetho.inference import manifest as product
from stetho.inference.manifest import EXAM_RULE, Manifest, Windowing

NETWORK = "model.int8.onnx"
AGES, DEVICES = (0, 21), ("Littmann 3200",)
WINDOW = Windowing(
    length_s=5, hop_s=1, frames=WINDOW_FRAMES, state_frames=STATE_FRAMES, minimum_scored=3, maximum_concealed_share=0.05
)
COMMAND = "python models/recipes/build.py --out models/murmur/{version}"


@dataclass(frozen=True)
class Judgement:
    """How logits become words."""

    rule: Rule
    timing: TimingRule


@dataclass(frozen=True)
class Training:
    """What the weights were made of. ``people``: with an expert's labels; ``unlocked``: those of them whom experiments saw."""

    rows: Mapping[str, int]
    people: int
    unlocked: int
    split_sha256: str
    folds: int
    seeds: tuple[int, ...]


def write_manifest(
    folder: Path,
    judgement: Judgement,
    durations: Mapping[str, Duration],
    training: Training,
    embedding_limit: float,
) -> None:
    """Write ``folder/manifest.toml`` for ``folder/model.int8.onnx``; the folder's name is the version."""
    network = (folder / "model.int8.onnx").read_bytes()
    version = folder.name
    rule, timing = judgement.rule, judgement.timing
    curves, exam = rule.calibration, rule.exam_calibration
    systolic, diastolic = timing.curves
    command = COMMAND.format(version=version)
    states = "\n".join(_duration(name, duration) for name, duration in durations.items())
    rows = "\n".join(f"{dataset} = {count}" for dataset, count in training.rows.items())
    (folder / "manifest.toml").write_text(
        f"""schema = 1
name = "murmur"
version = "{version}"

[file]
model = "model.int8.onnx"
sha256 = "{hashlib.sha256(network).hexdigest()}"
bytes = {len(network)}

[front_end]
rate_hz = {RATE_HZ}
n_fft = {N_FFT}
hop_samples = {HOP}
n_mels = {N_MELS}
fmin_hz = {FMIN_HZ}
fmax_hz = {FMAX_HZ}
floor = {FLOOR}
mel_sha256 = "{mel_sha256()}"

[window]
length_s = {WINDOW.length_s}
hop_s = {WINDOW.hop_s}
frames = {WINDOW.frames}
state_frames = {WINDOW.state_frames}
minimum_scored = {WINDOW.minimum_scored}
maximum_concealed_share = {WINDOW.maximum_concealed_share}

[labels]
murmur = ["present", "unknown", "absent"]
states = ["S1", "systole", "S2", "diastole"]

# probability = sigmoid(slope * x + intercept). x of present: the mean over a recording's windows of
# logit_present - logit_absent. x of unknown: the mean of logit_unknown - logsumexp(logit_present, logit_absent).
[calibration]
present_slope = {curves.present.slope:.5f}
present_intercept = {curves.present.intercept:.5f}
unknown_slope = {curves.unknown.slope:.5f}
unknown_intercept = {curves.unknown.intercept:.5f}
# Share of recordings in which the expert heard a murmur, among those that the expert could judge.
prevalence = {curves.prevalence:.4f}

# unknown_probability >= unknown: "unknown"; else probability >= present: "present"; else "absent".
[thresholds]
present = {rule.recording.present:.3f}
unknown = {rule.recording.unknown:.3f}

# A site is usable unless its recording is unknown. An exam without a usable site is unknown. Else: "present" where the probability of a
# usable site is >= present; else "unknown" where the exam's unknown_probability is >= unknown; else "absent". The exam's own figures:
# sigmoid(slope * x + intercept), x of present the highest and x of unknown the lowest calibrated log-odds of the usable sites; to that of
# unknown, unknown_quality_slope times their mean quality score is added. Where a site's probability is `present`, the exam's is one in
# six. How many sites there are has no part in it.
[exam]
rule = "{EXAM_RULE}"
present = {rule.exam.present:.3f}
unknown = {rule.exam.unknown:.3f}
present_slope = {exam.present.slope:.5f}
present_intercept = {exam.present.intercept:.5f}
unknown_slope = {exam.unknown.slope:.5f}
unknown_intercept = {exam.unknown.intercept:.5f}
unknown_quality_slope = {rule.quality_slope:.5f}
# Share of exams with a murmur, among those that the expert could judge.
prevalence = {exam.prevalence:.4f}

# The root mean square of a window's embedding; above the limit, the window is unlike all that the model was trained on.
[embedding]
limit = {embedding_limit:.3f}

# Of the annotated heart sounds of people aged 0-21; the upper bounds are wider, so that an adult's slow rhythm fits.
[durations]
{states}

[intended_use]
text = "Investigational. Flags recordings of the chest in which a trained listener would hear a murmur, for review by a clinician. Not for diagnosis."
ages_validated_years = {list(AGES)}
devices = {json.dumps(DEVICES)}
sites = ["AV", "PV", "TV", "MV"]

[training]
rows = {sum(training.rows.values())}
split_sha256 = "{training.split_sha256}"
folds = {training.folds}
seeds = [{", ".join(str(seed) for seed in training.seeds)}]
command = "{command}"

[training.datasets]
{rows}

# Probability of each half of the beat, said of what is present, from `certain` on. x of systolic: the mean of its logit over a
# recording's windows; of diastolic: the mean of its logit less the systolic one.
[timing]
systolic_slope = {systolic.slope:.5f}
systolic_intercept = {systolic.intercept:.5f}
systolic_certain = {timing.certain[0]:.3f}
diastolic_slope = {diastolic.slope:.5f}
diastolic_intercept = {diastolic.intercept:.5f}
diastolic_certain = {timing.certain[1]:.3f}
""",
        encoding="utf-8",
    )


def in_force(rule: Rule, embedding_limit: float, durations: Durations) -> Manifest:
    """The product's manifest of a rule, for a network that isn't released; it says no timing."""
    curves, exam = rule.calibration, rule.exam_calibration
    return Manifest(
        name="murmur",
        version="0",
        model_file=NETWORK,
        sha256="",
        mel_sha256=mel_sha256(),
        window=WINDOW,
        present=_curve(curves.present),
        unknown=_curve(curves.unknown),
        recording=product.Thresholds(rule.recording.present, rule.recording.unknown),
        exam=product.ExamRule(
            _curve(exam.present),
            _curve(exam.unknown),
            product.Thresholds(rule.exam.present, rule.exam.unknown),
            rule.quality_slope,
        ),
        embedding_limit=embedding_limit,
        durations=durations,
        ages_validated_years=AGES,
        devices_validated=DEVICES,
    )


def _curve(curve: Platt) -> product.Calibration:
    return product.Calibration(curve.slope, curve.intercept)


def _duration(name: str, duration: Duration) -> str:
    fields = (f"{key} = {value}" for key, value in vars(duration).items())
    return f"{name} = {{ {', '.join(fields)} }}"
