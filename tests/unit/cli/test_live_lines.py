"""Live events as lines."""

import numpy as np

from stetho.cli.live_lines import said
from stetho.events import LinkEvent, VerdictEvent, WaveEvent
from stetho.link_statistics import LinkStatistics
from stetho.notice import INVESTIGATIONAL
from stetho.source import DeviceInfo, LinkState
from stetho.stream import Origin

DEVICE = DeviceInfo("tcp://h:1", "d", "p", "h", "f", "s", Origin.DEVICE, "pcm16", 4000, ("chest",), True)
ABSENT = {"label": "absent", "probability": 0.1, "unknown_probability": 0.1, "evidence_s": None, "reason": None}


def verdict(origin: str, *, final: bool) -> VerdictEvent:
    return VerdictEvent(1.0, 1, "i", None, not final, final, 1.0, ABSENT, ("age_unknown",), origin, INVESTIGATIONAL)


def test_a_verdict_says_where_it_stands_and_that_it_is_simulated() -> None:
    sentence = "No murmur detected by the model. This does not rule out heart disease."
    assert said(verdict("simulated", final=False)) == f"SIMULATED · take 1, provisional: {sentence}"
    assert said(verdict("device", final=True)) == f"take 1, final: {sentence} (caution: age unknown)"


def test_a_lost_link_says_why() -> None:
    lost = LinkEvent(1.0, LinkState.LOST, DEVICE, LinkStatistics(), reason="unplugged")
    assert said(lost) == "link: signal lost, trying again (unplugged)"


def test_a_replayed_recording_is_marked_as_one() -> None:
    assert said(verdict("replayed", final=False)).startswith("REPLAYED · take 1")


def test_a_device_that_puts_samples_off_is_said_to_have_a_slow_link() -> None:
    slow = LinkEvent(1.0, LinkState.STREAMING, DEVICE, LinkStatistics(overflows=1, samples_overflowed=1600))
    assert said(slow) == "link: streaming (the link is too slow, the device put off 1600 samples)"


def test_what_only_a_screen_can_use_is_no_line() -> None:
    assert said(WaveEvent(1.0, np.zeros(3, np.float32), 4000, 0, 0)) == ""
