"""The `[exam]` table of a model's manifest: one rule, named, and no other."""

import re
from pathlib import Path

import pytest

from stetho.artifacts import find_model
from stetho.errors import ModelError
from stetho.inference.manifest import Calibration, ExamRule, Thresholds, read_manifest


def read_with(folder: Path, exam: str) -> ExamRule:
    """The shipped manifest with another `[exam]` table."""
    shipped = (find_model() / "manifest.toml").read_text(encoding="utf-8")
    changed, count = re.subn(r"(?ms)^\[exam\]$.*?(?=^[\[#])", f"[exam]\n{exam}\n\n", shipped)
    assert count == 1
    (folder / "manifest.toml").write_text(changed, encoding="utf-8")
    return read_manifest(folder).exam


def test_the_curves_of_exams_are_read(tmp_path: Path) -> None:
    found = read_with(
        tmp_path,
        'rule = "calibrated_maximum_of_usable_sites"\npresent = 0.2\nunknown = 0.25\npresent_slope = 1.5\n'
        "present_intercept = -0.5\nunknown_slope = 0.5\nunknown_intercept = -1\nunknown_quality_slope = -2.0\n",
    )
    assert found == ExamRule(Calibration(1.5, -0.5), Calibration(0.5, -1.0), Thresholds(0.2, 0.25), -2.0)


@pytest.mark.parametrize(
    ("exam", "sentence"),
    [
        (
            'rule = "maximum_of_usable_sites"\npresent = 0.2\nunknown = 0.25\n',
            "judges exams by 'maximum_of_usable_sites'",
        ),
        ('rule = "mean"\npresent = 0.2\nunknown = 0.25\n', "judges exams by 'mean'"),
        ('rule = "calibrated_maximum_of_usable_sites"\npresent = 0.2\nunknown = 0.25\n', "no valid exam.present_slope"),
    ],
)
def test_another_rule_and_a_rule_without_its_curves_are_refused(tmp_path: Path, exam: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        read_with(tmp_path, exam)
