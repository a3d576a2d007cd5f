"""Whose beats are nearer: pairs within 100 ms, one partner each, and what lies outside of what is known counts for nobody."""

from dataclasses import replace

import numpy as np
import pytest

from hw_sim.bench_segmentation import _moved, _rate_error, found_by_us, matches, simulated
from stetho.audio_array import chunks, whole
from stetho.bench.accuracy import Accuracy, match
from stetho.bench.heart_case import HeartCase, annotated
from stetho.bench.peers.environment import Environment
from stetho.bench.peers.process import Found, running
from stetho.bench.row import Goal, Row
from stetho.bench.timing import Timing
from stetho.errors import ConfigError
from stetho.inference.models import shipped_model
from stetho.inference.segmentation import segment
from stetho.inference.take_analysis import TakeAnalysis

ALL = ((0.0, 10.0),)


@pytest.mark.parametrize(
    ("true_s", "found_s", "f1"),
    [
        ([1, 2, 3], [1, 2, 3], 1.0),
        ([1, 2, 3], [1.09, 1.91, 3.0], 1.0),
        ([1, 2, 3], [1.11, 2, 3], 2 / 3),
        ([1, 2], [1, 1.05, 2], 4 / 5),  # one partner each
        ([1, 2], [], 0.0),
        ([], [1, 2], 0.0),
        ([], [], 0.0),
    ],
)
def test_f1_of_onsets(true_s: list[float], found_s: list[float], f1: float) -> None:
    assert match(true_s, found_s, ALL).f1 == pytest.approx(f1)


def test_what_lies_where_nothing_is_known_counts_for_nobody() -> None:
    assert match([4.0], [4.0, 8.0, 2.95], ((3.0, 5.0),)).f1 == 1.0
    assert match([4.0], [4.0, 4.5], ((3.0, 5.0),)).f1 < 1.0


CASE = HeartCase("x", np.zeros(9, np.float32), 4000, (1.0, 2.0, 3.0), (1.3, 2.3, 3.3), ALL)


def test_a_peer_that_is_late_by_a_constant_is_not_held_to_it() -> None:
    late = Found(0.1, (1.15, 2.15, 3.15), (1.45, 2.45, 3.45), (1.15, 1.45, 2.15, 2.45, 3.15, 3.45), 60.0)
    assert matches(CASE, late).f1 == 0.0
    assert matches(CASE, _moved(late, CASE)).f1 == 1.0


def test_a_peer_that_can_t_tell_s1_from_s2_is_not_asked_to_and_one_that_does_is() -> None:
    alike = Found(0.1, (), (), (1.0, 1.3, 2.0, 2.3, 3.0, 3.3), None)
    exchanged = Found(0.1, CASE.s2_s, CASE.s1_s, alike.sounds_s, None)
    assert matches(CASE, alike).f1 == 1.0
    assert matches(CASE, exchanged).f1 == 0.0
    assert matches(CASE, Found(0.1, (), (), (), None)).f1 == 0.0


def test_a_rate_that_was_not_said_is_counted_and_not_averaged() -> None:
    said, silent = Found(0.1, (), (), (), 63.0), Found(0.1, (), (), (), None)
    assert _rate_error([CASE, CASE], [said, silent]) == (3.0, 1)
    assert _rate_error([CASE], [silent]) == (None, 0)


BETTER = Accuracy("x", 2, 0.9, 0.8, 1.0, 2.0, 2, 2)


@pytest.mark.parametrize(
    ("accuracy", "better"),
    [
        (BETTER, True),
        (replace(BETTER, peer_f1=0.9), False),
        (replace(BETTER, peer_error_bpm=1.0), False),
        (replace(BETTER, error_bpm=None, rates=0), False),
        (replace(BETTER, rates=1), False),
        (replace(BETTER, peer_error_bpm=None, peer_rates=0), True),
    ],
)
def test_faster_alone_does_not_meet_the_goal(accuracy: Accuracy, better: bool, validate) -> None:
    row = Row(
        "x", Timing(1, 1, 9), "y", Timing(200, 1, 9), Goal(ratio=100, more_accurate=True), accuracies=(accuracy, BETTER)
    )
    assert row.met is better
    assert str(row.goal) == ">= 100, more accurate"
    validate("bench", row.to_json())


def test_the_beats_of_a_minute_are_those_of_its_analysis_and_right() -> None:
    heart = simulated()
    part = whole(heart.samples[: 12 * heart.rate_hz], heart.rate_hz)
    analysis = TakeAnalysis(shipped_model(), part.spec, 0)
    for chunk in chunks(part.chest, heart.rate_hz, 0.1):
        list(analysis.process(chunk))
    list(analysis.finish())
    assert tuple(segment(part, shipped_model())) == analysis.summary().segments
    found = found_by_us(part.chest, heart.rate_hz)
    assert matches(replace(heart, spans_s=((0.5, 11.0),)), found).paired >= 30
    assert found.bpm == pytest.approx(heart.bpm, abs=2.0)


@pytest.mark.slow
def test_annotated_recordings_are_each_of_another_person(data_folder) -> None:
    cases = list(annotated(data_folder))
    assert len({case.name.partition("_")[0] for case in cases}) == len(cases) == 10
    for case in cases:
        assert 30 < case.bpm < 200
        assert len(case.s1_s) == pytest.approx(len(case.s2_s), abs=len(case.spans_s))


def test_a_peer_that_is_not_there_says_how_to_get_it_and_nothing_is_downloaded(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Environment, "folder", tmp_path / "none")
    with (
        pytest.raises(ConfigError, match="needs an environment of its own, which `stetho bench --peers` downloads"),
        running(Environment("peer", ("peer==1",), "run_peer.py")),
    ):
        pass
    assert not (tmp_path / "none").exists()


def test_an_environment_of_other_versions_is_not_taken(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Environment, "folder", tmp_path)
    (tmp_path / "stetho-ready").write_text("peer==1", encoding="utf-8")
    assert Environment("peer", ("peer==1",), "x").ready
    assert not Environment("peer", ("peer==2",), "x").ready


def test_a_peer_that_dies_is_said_to(tmp_path, monkeypatch) -> None:
    import sys

    monkeypatch.setattr(Environment, "folder", tmp_path)
    monkeypatch.setattr(Environment, "python", sys.executable)
    (tmp_path / "stetho-ready").write_text("", encoding="utf-8")
    with (
        running(Environment("peer", (), "no_such_script.py")) as peer,
        pytest.raises(ConfigError, match="does not run in its environment here"),
    ):
        peer.segment(np.zeros(9, np.float32), 4000)
