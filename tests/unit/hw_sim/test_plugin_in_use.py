"""What somebody's tests are like that use our fixtures; test_plugin lays this file where no conftest of ours is."""

import socket

import pytest


@pytest.mark.stethoscope("murmur", seed=12, port="tcp")
def test_mine(stethoscope):
    assert stethoscope.serial_number == "SIM-0012"
    host, _, port = stethoscope.address.removeprefix("tcp://").rpartition(":")
    socket.create_connection((host, int(port)), 10).close()


def test_without_a_mark(stethoscope):
    assert stethoscope.address.startswith("tcp://127.0.0.1:")


UNPLUGGED = """
[[fault]]
action = "disconnect"
at = "3s"
for = "18s"
"""


@pytest.mark.stethoscope(scenario="murmur", seed=4, seconds=40, faults=UNPLUGGED)
def test_a_stream_in_virtual_time(stethoscope_stream):
    chunks = list(stethoscope_stream.chunks())
    assert chunks[-1].stop == 160_000
    assert 40 <= stethoscope_stream.now_s < 45
    truth = stethoscope_stream.truth
    assert (stethoscope_stream.recording() == truth.samples(40)).all()
    assert 20 < len(truth.beats(40)) < 100
    assert stethoscope_stream.statistics().samples_resent >= 72_000
    assert stethoscope_stream.info.serial_number == "SIM-0004"


@pytest.mark.stethoscope(sead=4)
@pytest.mark.xfail(reason="the mark is wrong", strict=True)
def test_a_wrong_mark(stethoscope_stream):
    pass


@pytest.mark.stethoscope(faults="clipping.toml", speed=20)
def test_a_script_beside_the_test(stethoscope):
    assert stethoscope.truth.samples(1.0).max() == 32_767
