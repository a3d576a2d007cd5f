"""Each cause has a sentence that fits beside a label on the narrowest screen."""

from pathlib import Path

import pytest

from stetho.cli.live_screen import LABEL_WIDTH
from stetho.heart.advice import ADVICE
from stetho.heart.assessment import Reason

PAGE = Path(__file__).resolve().parents[3] / "docs" / "quality.md"


@pytest.mark.parametrize("reason", Reason)
def test_each_cause_is_one_sentence_and_explained(reason: Reason) -> None:
    sentence = ADVICE[reason]
    assert len(sentence) <= 80 - LABEL_WIDTH
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert sentence.count(".") == 1
    assert f"`{reason.value}`" in PAGE.read_text(encoding="utf-8")
