"""Lays a trained states network down as the product loads it.

    python models/recipes/beats/build.py --out models/beats/1.0.0 [--work .cache/beats]

Writes ``network.npz``, ``manifest.toml``, ``golden.npz``; ``evaluate.py`` writes the report that the card tells of.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the recipes' own modules

import numpy as np
from causal_network import DILATIONS, LOOK_AHEAD
from dataset import data_folder, recordings, state_intervals
from durations import durations
from features import build_features
from folds import FOLDS, assign_folds, split_hash
from lock import unlocked
from scored import weights_of
from train import RELEASE, WORK, Schedule, chosen_rows

from stetho.dsp.mel import log_mel, mel_sha256
from stetho.heart.online.network import CausalStates

GOLDEN_S = 12
GOLDEN_SEED = 7


def golden_sound() -> np.ndarray:
    """Made sound at 2 kHz, float32: two damped tones a beat in noise. Whose heart it is matters to nobody."""
    random = np.random.default_rng(GOLDEN_SEED)
    t = np.arange(2000 * GOLDEN_S) / 2000
    sound = random.normal(0.0, 0.002, t.size)
    for onset_s in np.arange(0.3, GOLDEN_S, 0.8):
        for delay_s, level in ((0.0, 0.2), (0.3, 0.15)):
            since = np.maximum(0.0, t - onset_s - delay_s)
            sound += level * np.sin(2 * np.pi * 50 * since) * np.exp(-since / 0.03)
    return sound.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with np.load(given.work / f"{RELEASE}.npz") as arrays:
        halves = {name: arrays[name].astype(np.float16) for name in arrays.files}
    np.savez(given.out / "network.npz", **halves)
    sound = golden_sound()
    logits = CausalStates(weights_of(given.work / f"{RELEASE}.npz")).process(log_mel(sound))
    np.savez_compressed(given.out / "golden.npz", samples=sound, logits=logits)
    folder = data_folder()
    rows, intervals = recordings(folder), state_intervals(folder)
    build_features(rows, intervals, given.work / "features", lambda line: print(line, file=sys.stderr))
    heard = [index for index in chosen_rows(rows, RELEASE) if rows[index].name in intervals]
    annotated_s = sum(stop - start for index in heard for start, stop, _ in intervals[rows[index].name])
    lasting = durations(intervals, [rows[index].name for index in heard])
    states = "\n".join(
        f"{state} = {{ mean_s = {one.mean_s}, sd_s = {one.sd_s}, min_s = {one.min_s}, max_s = {one.max_s} }}"
        for state, one in lasting.items()
    )
    network = given.out / "network.npz"
    (given.out / "manifest.toml").write_text(
        f"""schema = 1
name = "beats"
version = "{given.out.name}"

[file]
network = "network.npz"
sha256 = "{hashlib.sha256(network.read_bytes()).hexdigest()}"
bytes = {network.stat().st_size}

[front_end]
rate_hz = 2000
n_mels = 40
mel_sha256 = "{mel_sha256()}"

# Causal convolutions of three taps over time; what is said of a frame of 20 ms is said look_ahead_frames later.
[network]
dilations = {list(DILATIONS)}
look_ahead_frames = {LOOK_AHEAD}
states = ["S1", "systole", "S2", "diastole"]

# Of the annotated heart sounds of people aged 0-21; the upper bounds are wider, so that an adult's slow rhythm fits.
[durations]
{states}

[intended_use]
text = "Investigational. Marks where S1 and S2 begin in heart sounds, and the rate of the beats. Not for diagnosis."
ages_validated_years = [0, 21]
devices = ["Littmann 3200"]

[training]
recordings = {len(heard)}
people = {len({rows[index].group for index in heard})}
annotated_s = {annotated_s:.0f}
split_sha256 = "{split_hash(assign_folds(unlocked(rows)))}"
folds = {FOLDS}
steps = {Schedule().steps}
seed = {Schedule().seed}
command = "python models/recipes/beats/train.py && python models/recipes/beats/build.py --out models/beats/{given.out.name}"
"""
    )


if __name__ == "__main__":
    main()
