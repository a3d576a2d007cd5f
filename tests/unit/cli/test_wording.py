"""What is said to people: never more than was found."""

import itertools
from pathlib import Path

import pytest

import stetho.cli
from stetho.cli.wording import reason_words, verdict_words
from stetho.exam.verdict import ExamDoubt
from stetho.heart.quality import Reason
from stetho.inference.phase_certainty import PhaseDoubt
from stetho.inference.verdict import Doubt


def test_no_murmur_never_comes_without_what_it_does_not_rule_out() -> None:
    words = verdict_words({"label": "absent", "reason": None})
    assert words == "No murmur detected by the model. This does not rule out heart disease."


def test_a_murmur_is_suspected_and_not_found() -> None:
    assert verdict_words({"label": "present", "reason": None}) == "Murmur suspected"


def test_a_timing_that_is_withheld_is_said_to_be() -> None:
    words = verdict_words({"label": "present", "reason": None, "timing": None, "timing_reason": "beats_uncertain"})
    assert words == "Murmur suspected; timing not said: S1 and S2 are not told apart surely"


@pytest.mark.parametrize("code", sorted({str(code) for code in itertools.chain(Doubt, ExamDoubt, PhaseDoubt, Reason)}))
def test_every_reason_has_words_of_its_own(code: str) -> None:
    words = reason_words(code)
    assert words != code.replace("_", " ") or code == "too_noisy"
    assert verdict_words({"label": "unknown", "reason": code}) == f"Unknown: {words}"


def test_a_reason_of_a_later_version_is_said_as_it_is() -> None:
    assert reason_words("moon_phase") == "moon phase"
    assert reason_words(None) == "no reason was given"


def test_the_forbidden_word_is_in_no_text_of_the_command_line() -> None:
    for path in Path(stetho.cli.__file__).parent.glob("*.py"):
        assert "normal" not in path.read_text(encoding="utf-8").lower(), path.name
