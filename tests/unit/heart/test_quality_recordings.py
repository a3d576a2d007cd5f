"""The gate on real recordings: an expert's judgement is the measure. Counts are a seeded sample of each kind."""

import csv
import random

import pytest
import soundfile

from stetho.heart.quality import QualityGate, usable_over
from stetho.stage import run
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

pytestmark = pytest.mark.slow


def _rows(folder, part, chosen):
    with (folder / part / "manifest.csv").open(newline="", encoding="utf-8") as file:
        paths = [folder / part / row["path"] for row in csv.DictReader(file) if chosen(row)]
    return random.Random(1).sample(paths, min(150, len(paths)))


def _enough(path):
    """Whether three windows of 5 s can be used, one begun each second; None where there are not three."""
    samples, rate_hz = soundfile.read(path, dtype="float32")
    spec = StreamSpec(rate_hz, Origin.FILE)
    gate = QualityGate()
    gate.prepare(spec)
    found = list(run(gate, [Chunk(read_only(samples), spec, 0, 0)]))
    starts = range(int(samples.size / rate_hz) - 4)
    usable = [usable_over(found, Span(start * rate_hz, (start + 5) * rate_hz)) for start in starts]
    return sum(usable) >= 3 if len(usable) >= 3 else None


def _share(paths):
    judged = [enough for enough in map(_enough, paths) if enough is not None]
    assert len(judged) >= 25
    return sum(judged) / len(judged)


def test_what_an_expert_could_judge_passes(data_folder):
    judged = _rows(data_folder, "pcg", lambda row: row["dataset"] == "circor" and row["murmur"] != "unknown")
    doubtful = _rows(data_folder, "pcg", lambda row: row["dataset"] == "circor" and row["murmur"] == "unknown")
    assert _share(judged) >= 0.93
    assert _share(doubtful) < _share(judged)


def test_bad_recordings_fail_more_often_than_good_ones(data_folder):
    good = _share(_rows(data_folder, "pcg", lambda row: (row["dataset"], row["sqi"]) == ("physionet2016", "1.0")))
    bad = _share(_rows(data_folder, "pcg", lambda row: (row["dataset"], row["sqi"]) == ("physionet2016", "0.0")))
    assert good >= 0.88
    assert bad <= good - 0.1


@pytest.mark.parametrize(("kind", "most"), [("speech_digits", 0.15), ("lung_manikin", 0.15)])
def test_other_sounds_seldom_pass(data_folder, kind, most):
    assert _share(_rows(data_folder, "noise", lambda row: row["kind"] == kind)) <= most
