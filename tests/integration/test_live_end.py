"""However `live` is ended, its last words are the final verdict."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")

LIVE = (sys.executable, "-m", "stetho", "live", "--json", "sim://murmur?seed=7&speed=4")
Live = tuple["subprocess.Popen[str]", list[dict[str, Any]]]


@pytest.fixture
def live() -> Iterator[Live]:
    """A running `live --json` that has said its first verdict or quality, and what it said."""
    with subprocess.Popen(LIVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        events = []
        while not events or events[-1]["event"] != "quality":
            events.append(json.loads(running.stdout.readline()))
        yield running, events
        running.kill()


def last_words(events: list[dict[str, Any]]) -> tuple[list[str], dict[str, Any]]:
    """The states that the link had, and the last verdict."""
    states = [event["state"] for event in events if event["event"] == "link"]
    return states, [event for event in events if event["event"] == "verdict"][-1]


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_ends_the_take_with_its_final_verdict(live: Live, how: signal.Signals, code: int) -> None:
    running, events = live
    running.send_signal(how)
    running.send_signal(how)  # at once again: as `timeout` does, which signals the process and its group
    out, err = running.communicate(timeout=120)
    events += map(json.loads, out.splitlines())
    states, verdict = last_words(events)
    assert running.returncode == code
    assert states[-1] == "ended"
    assert verdict["final"]
    assert err == ""


def test_seconds_end_it_as_q_does(command: Callable[..., Any]) -> None:
    said = command("live", "--json", "sim://murmur?seed=7", "--seconds", "1.5")
    events = [json.loads(line) for line in said.out.splitlines()]
    states, verdict = last_words(events)
    assert (said.code, said.err) == (0, "")
    assert states[-1] == "ended"
    assert verdict["final"]
    assert 1.5 <= verdict["t_s"] < 4.0
