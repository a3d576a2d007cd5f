"""What comes after the driver, fed with chunks that the bridge made: in virtual time, the same in each run."""

import pytest
from heart_logger.gaps import longest_gap_s

UNPLUGGED = """
[[fault]]
action = "disconnect"
at = "3.2s"
for = "2s"
"""


@pytest.mark.stethoscope(scenario="clear", seed=3, seconds=20)
def test_no_gap(stethoscope_stream):
    pieces = [(chunk.start, chunk.stop) for chunk in stethoscope_stream.chunks()]
    assert longest_gap_s(pieces, 4000) == 0


@pytest.mark.stethoscope(scenario="clear", seed=3, seconds=20, faults=UNPLUGGED)
def test_a_cable_that_was_pulled(stethoscope_stream):
    pieces = [(chunk.start, chunk.stop) for chunk in stethoscope_stream.chunks()]
    assert 2.0 <= longest_gap_s(pieces, 4000) < 3.0
    assert list(stethoscope_stream.recording()) == list(stethoscope_stream.truth.samples(20))
    assert {hole.fate for hole in stethoscope_stream.ledger} == {"resent"}
