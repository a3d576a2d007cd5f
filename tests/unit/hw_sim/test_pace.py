import pytest

from hw_sim.pace import Pace


class Hand:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.ns = 5_000_000_000

    def monotonic_ns(self) -> int:
        return self.ns


@pytest.mark.parametrize("speed", [0.5, 1.0, 8.0])
def test_time_runs_in_proportion_and_never_drifts(speed):
    hand = Hand()
    pace = Pace(speed, hand)
    for step in range(1, 1000):
        hand.ns = 5_000_000_000 + step * 1_234_567
        assert pace.now_us() == pytest.approx(step * 1234.567 * speed, abs=1)
    assert pace.seconds_until(pace.now_us() + 1_000_000) == pytest.approx(1 / speed)
    assert pace.seconds_until(0) == 0.0


def test_free_time_jumps_and_never_goes_back():
    pace = Pace(0, Hand())
    assert pace.free
    pace.jump_to(500)
    pace.jump_to(200)
    assert pace.now_us() == 500
    assert pace.seconds_until(10_000) == 0.0


def test_running_time_does_not_jump():
    pace = Pace(1.0, Hand())
    pace.jump_to(1_000_000)
    assert pace.now_us() == 0


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="0"):
        Pace(-1.0)
