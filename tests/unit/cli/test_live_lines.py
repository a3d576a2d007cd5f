"""Live events as lines."""

from dataclasses import replace

import numpy as np
import pytest

from stetho.cli.live_lines import LINK_BACK, LinePrinter, said
from stetho.events import LinkEvent, QualityEvent, RateEvent, VerdictEvent, WaveEvent
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


def test_a_link_is_no_line_unless_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    show = LinePrinter()
    streaming, lost = LinkState.STREAMING, LinkState.LOST
    for state in (streaming, streaming, lost, lost, LinkState.RESUMED, streaming, lost, streaming, LinkState.ENDED):
        show(LinkEvent(1.0, state, DEVICE, LinkStatistics()))
    gone = "link: signal lost, trying again"
    assert capsys.readouterr().out.splitlines() == [gone, LINK_BACK, gone, LINK_BACK]


def test_a_replayed_recording_is_marked_as_one() -> None:
    assert said(verdict("replayed", final=False)).startswith("REPLAYED · take 1")


def test_a_device_that_puts_samples_off_is_said_to_have_a_slow_link() -> None:
    slow = LinkEvent(1.0, LinkState.STREAMING, DEVICE, LinkStatistics(overflows=1, samples_overflowed=1600))
    assert said(slow) == "link: streaming (the link is too slow, the device put off 1600 samples)"


def test_a_final_verdict_says_of_how_much_good_sound_it_is_made() -> None:
    quality = {"usable": True, "score": 0.9, "reasons": [], "good_s": 18.5, "best_s": [3.0, 8.0]}
    line = said(replace(verdict("device", final=True), quality=quality))
    assert line.endswith("does not rule out heart disease.; 18 s of good sound, best 3-8 s (caution: age unknown)")


def test_what_spoils_the_signal_is_said_once_and_when_it_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    show = LinePrinter()
    advice = "Voices are heard: ask for silence, calm the child."
    for words in (None, advice, advice, None, None, advice):
        show(QualityEvent(1.0, words is None, 0.5, (), 1.0, cause=None if words is None else "speech", advice=words))
    assert capsys.readouterr().out.splitlines() == [f"signal: {advice}", "signal: good again", f"signal: {advice}"]


def test_a_rate_is_said_where_it_is_sure_and_has_moved(capsys: pytest.CaptureFixture[str]) -> None:
    show = LinePrinter()
    for bpm, confidence in ((None, 0.0), (80.0, 0.4), (81.0, 0.9), (84.0, 0.9), (87.0, 0.9), (60.0, 0.3)):
        show(RateEvent(1.0, bpm, confidence, words="beat intervals vary; check the pulse or an ECG"))
    assert capsys.readouterr().out.splitlines() == ["heart rate: 81 bpm", "heart rate: 87 bpm"]


def test_varying_intervals_are_said_where_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    show = LinePrinter(variability=True)
    for words in (None, "beat intervals vary; check the pulse or an ECG"):
        show(RateEvent(1.0, None, 0.0, words=words))
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("beat intervals vary; check the pulse or an ECG (not validated on patients: ")


def test_what_only_a_screen_can_use_is_no_line() -> None:
    assert said(WaveEvent(1.0, np.zeros(3, np.float32), 4000, 0, 0)) == ""
