import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.programme import Part, Performance, Programme, Touch


class Counting:
    """Sounds like 0, 1, 2 ... from `first` on; ends after `length` samples."""

    def __init__(self, first: int, length: int) -> None:
        self.rate_hz = 1000
        self._next, self._end = first, first + length

    def read(self, count: int) -> np.ndarray:
        stop = min(self._next + count, self._end)
        piece = np.arange(self._next, stop, dtype=np.int16)
        self._next = stop
        return piece


PROGRAMME = Programme(
    (
        Part(lambda rate: Counting(0, 10_000), seconds=0.1, site="AV"),
        Part(lambda rate: Counting(500, 10_000), seconds=0.05, touching=False),
        Part(lambda rate: Counting(1000, 70), site="MV"),
        Part(lambda rate: Counting(2000, 30), site="TV"),
    ),
    (1000,),
)
TOUCHES = (
    Touch(100, touching=False, site=None),
    Touch(150, touching=True, site="MV"),
    Touch(220, touching=False, site=None),
    Touch(220, touching=True, site="TV"),
    Touch(250, touching=False, site=None),
)
SAMPLES = np.concatenate([np.arange(100), np.arange(500, 550), np.arange(1000, 1070), np.arange(2000, 2030)])


@given(st.lists(st.integers(1, 300), min_size=1, max_size=40))
def test_parts_follow_each_other_however_they_are_read(sizes):
    performance = Performance(PROGRAMME, 1000)
    assert performance.contact == Touch(0, touching=True, site="AV")
    heard, touches = [], []
    for size in [*sizes, 1000, 1]:
        pcm, happened = performance.read(size)
        assert len(pcm) <= size
        heard.append(pcm)
        touches += happened
    assert np.array_equal(np.concatenate(heard), SAMPLES)
    assert tuple(touches) == TOUCHES
    assert performance.contact == TOUCHES[-1]


def test_after_the_end_nothing_comes():
    performance = Performance(PROGRAMME, 1000)
    performance.read(10_000)
    pcm, touches = performance.read(10)
    assert len(pcm) == 0
    assert touches == ()


@pytest.mark.parametrize("touching", [True, False])
def test_a_part_that_touches_nothing_lifts_nothing_off(touching):
    performance = Performance(Programme((Part(lambda rate: Counting(0, 5), touching=touching),)), 1000)
    assert performance.contact.touching == touching
    assert len(performance.read(100)[1]) == (1 if touching else 0)
