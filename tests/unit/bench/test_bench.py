"""The performance table: the arithmetic of a row, and a method that measures what it says."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest

from stetho.bench.registry import all_benchmarks, run_all, selected
from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.timing import Timing, time_both, time_call
from stetho.cli.bench_table import print_table
from stetho.errors import ConfigError
from stetho.extras import require

CONTRACT = {
    "bandpass_chunk_20ms",
    "logmel_frame",
    "logmel_frame_numpy",
    "chain_chunk_20ms",
    "live_chunk_20ms",
    "spectrogram_chunk_20ms",
    "envelope_chunk_20ms",
    "inference_window",
    "inference_window_fp32",
    "wire_decode",
    "segmentation_60s_pypcg",
    "segmentation_60s_neurokit2",
    "streams",
}


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal(ratio=20), True),
        (Goal(ratio=21), False),
        (Goal(median_us=2.0), True),
        (Goal(median_us=1.9), False),
        (Goal(p99_us=5.0), True),
        (Goal(median_us=2.0, p99_us=4.9), False),
        (None, None),
    ],
)
def test_a_goal_is_met_or_missed_by_what_was_measured(
    goal: Goal | None, met: bool | None, validate: Callable[[str, Any], None]
) -> None:
    row = Row("x", Timing(2.0, 5.0, 100), "peer", Timing(40.0, 50.0, 100), goal)
    assert row.met is met
    assert row.ratio == 20
    validate("bench", row.to_json())


def test_a_goal_against_a_peer_that_is_missing_is_not_judged(validate: Callable[[str, Any], None]) -> None:
    row = Row("x", Timing(2.0, 5.0, 100), "peer", None, Goal(ratio=20), note="needs scipy")
    assert row.met is None
    validate("bench", row.to_json())


def test_a_goal_is_written_as_the_contract_writes_it() -> None:
    assert str(Goal(ratio=20)) == ">= 20"
    assert str(Goal(median_us=60, p99_us=1000)) == "median <= 60 us, p99 <= 1000 us"


def test_every_row_of_the_contract_is_there_once() -> None:
    names = [benchmark.row for benchmark in all_benchmarks()]
    assert set(names) >= CONTRACT
    assert len(names) == len(set(names))


def test_a_row_that_does_not_exist_is_refused_and_the_others_are_named() -> None:
    with pytest.raises(ConfigError, match="'moon' is no row; there are bandpass_chunk_20ms"):
        selected(["moon"])


def test_a_benchmark_that_misses_an_extra_says_so_and_the_next_is_run() -> None:
    def missing() -> Row:
        require("no_such_module", "lab")
        raise AssertionError

    rows = list(run_all((Benchmark("a", missing), Benchmark("b", lambda: Row("b", None)))))
    assert rows[0].note == "This needs no_such_module, which is not installed: pip install 'stetho[lab]'."
    assert rows[1].row == "b"


def test_a_sleep_takes_as_long_as_it_sleeps() -> None:
    timing = time_call(lambda: time.sleep(0.002), budget_s=0.05)
    assert timing.median_us >= 2000
    assert timing.median_us <= timing.p99_us * 1.5
    assert timing.calls >= 3


def test_ours_and_the_peer_are_measured_in_turns() -> None:
    calls: list[str] = []
    time_both(lambda: calls.append("ours"), lambda: calls.append("peer"), budget_s=0.5)
    turns = sum(a != b for a, b in itertools.pairwise(calls))
    assert turns >= 5  # two rounds at least, in half a second of rounds of 20 ms


def test_the_table_says_why_a_row_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(
        [Row("streams", None, note="not measured yet"), Row("x", Timing(1.0, 2.0, 3), goal=Goal(median_us=0.5))]
    )
    said = capsys.readouterr().out
    assert "streams: not measured yet" in said
    assert "MISSED" in said
