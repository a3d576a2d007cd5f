import json

import pytest

from hw_sim.commands.demo import _programme
from hw_sim.programme import Performance


def test_hearts_without_and_with_a_murmur_take_turns():
    programme = _programme(seed=7, take_s=0.5, takes=4)
    pcm, touches = Performance(programme, 2000).read(100_000)
    assert len(pcm) == 4 * (1000 + 2000)
    assert [touch.touching for touch in touches] == [False, *[True, False] * 3]
    assert [touch.sample for touch in touches if touch.touching] == [3000, 6000, 9000]


@pytest.mark.slow
@pytest.mark.parametrize("port", ["any", "tcp"])
def test_headless_judges_both_and_says_what_was_played(run, port, capsys, validate):
    assert run(["demo", "--headless", "--seconds", "20", "--speed", "5", "--json", "--port", port]) == 0
    out, err = capsys.readouterr()
    events = [json.loads(line) for line in out.splitlines()]
    for event in events:
        validate("live", event)
    finals = [event["murmur"]["label"] for event in events if event["event"] == "verdict" and event["final"]]
    assert finals == ["absent", "present"]
    assert "played a heart without a murmur, found absent" in err
    assert "played a heart with a murmur, found present" in err
    assert "This does not rule out heart disease." in err
    assert "Investigational software." in err
