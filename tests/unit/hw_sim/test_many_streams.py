"""Several devices at once, and the search for how many one machine bears."""

import numpy as np
import pytest

from hw_sim import benchmarks
from hw_sim.many_streams import RATE_HZ, Trial, rendered, shared, tried
from stetho.bench.registry import selected, sized
from stetho.errors import ConfigError


@pytest.mark.slow
def test_two_devices_are_recorded_and_judged_without_a_loss() -> None:
    trial = tried(rendered(3.0), 2)
    assert trial.streams == 2
    assert trial.ages_ms.size == 2 * 50  # one for each 20 ms, from the third second on
    assert trial.lost == 0
    assert 0 < trial.median_ms <= trial.p99_ms


@pytest.mark.parametrize(("streams", "processes"), [(1, 2), (2, 2), (7, 3), (64, 2)])
def test_each_stream_is_in_one_process_and_none_has_many_more(streams: int, processes: int) -> None:
    shares = shared(streams, processes)
    assert sorted(number for share in shares for number in share) == list(range(streams))
    assert len(shares) <= processes
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize(("bears", "most", "found"), [(64, 64, 64), (40, 64, 40), (1, 64, 1), (0, 64, 0), (9, 9, 9)])
def test_the_largest_number_is_found_to_an_eighth(monkeypatch, validate, bears: int, most: int, found: int) -> None:
    runs = []

    def imagined(sound: np.ndarray, streams: int) -> Trial:
        assert sound.size == 12 * RATE_HZ
        runs.append(streams)
        return Trial(streams, 0, np.full(9, 20.0 if streams <= bears else 300.0))

    monkeypatch.setattr(benchmarks, "tried", imagined)
    monkeypatch.setattr(benchmarks, "rendered", lambda seconds: np.zeros(round(seconds * RATE_HZ), np.int16))
    row = benchmarks.largest(most)
    assert row.streams is not None
    assert found - max(1, found // 8) < row.streams <= found
    assert len(runs) <= 9
    assert row.met is (row.streams >= 64)
    validate("bench", row.to_json())
    if found == 0:
        assert row.note is not None
        assert "not even one" in row.note


def test_a_loss_is_as_bad_as_age() -> None:
    assert Trial(2, 0, np.full(9, 20.0)).good
    assert not Trial(2, 1, np.full(9, 20.0)).good
    assert not Trial(2, 0, np.full(9, 100.0)).good


def test_a_number_belongs_to_the_row_of_streams_alone() -> None:
    assert sized("streams", 3).row == "streams"
    with pytest.raises(ConfigError, match="not about how many"):
        sized("wire_decode", 3)
    assert selected(["streams"])[0].of_size is not None
