"""Real hearts, annotated beat by beat: what takes spikes and hum away leaves them alone."""

import csv
import gzip
from collections import defaultdict

import numpy as np
import pytest
import soundfile

from stetho.listening.hum.notch import HumNotch
from stetho.listening.spikes import SpikeRemoval

pytestmark = pytest.mark.slow
HEART_SOUNDS = {"1", "3"}  # S1 and S2 in CirCor's files


@pytest.fixture(scope="module")
def annotated(data_folder):
    """Every fortieth CirCor recording, with its annotated first and second sounds as (start_s, end_s)."""
    sounds = defaultdict(list)
    with gzip.open(data_folder / "pcg" / "circor_segmentation.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["state"] in HEART_SOUNDS:
                sounds[row["recording"]].append((float(row["start_s"]), float(row["end_s"])))
    paths = sorted((data_folder / "pcg" / "audio" / "circor").glob("*.flac"))[::40]
    return [(path, sounds[path.stem]) for path in paths]


def test_hardly_a_heart_sound_is_taken_for_a_spike(annotated, heard):
    touched = beats = 0
    for path, sounds in annotated:
        samples, rate_hz = soundfile.read(path, dtype="float32")
        changed = np.abs(heard(SpikeRemoval(), samples, rate_hz=rate_hz, sizes=(4000,)) - samples) > 1e-6
        for start_s, end_s in sounds:
            part = changed[int(start_s * rate_hz) : int(end_s * rate_hz)]
            beats += 1
            touched += bool(part.any())
    assert beats > 2000
    assert touched / beats < 0.005


def test_real_hearts_without_hum_pass_bit_for_bit(annotated, heard):
    unchanged = 0
    for path, _ in annotated:
        samples, rate_hz = soundfile.read(path, dtype="float32")
        unchanged += np.array_equal(heard(HumNotch(), samples, rate_hz=rate_hz, sizes=(4000,)), samples)
    assert unchanged >= 0.9 * len(annotated)
