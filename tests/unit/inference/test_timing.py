"""When in the beat a murmur lies: said only of one that is present, by a model that was judged on it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.heart import Heart, Phase, Wish, scenario
from stetho.analysis import analyze
from stetho.artifacts import find_model
from stetho.errors import ModelError
from stetho.inference import session
from stetho.inference.interface import OUTPUTS, TIMING_OUTPUT
from stetho.inference.manifest import Calibration, Manifest, TimingRule, read_manifest
from stetho.inference.models import shipped_model
from stetho.inference.phase_certainty import SURE_BEATS, PhaseDoubt
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import TakeAnalysis
from stetho.inference.timing import Timing, TimingLogits, TimingOdds
from stetho.inference.verdict import Label, MurmurVerdict, ScoredWindow
from stetho.inference.verdict import judge as judge_by_beats
from stetho.stream import Chunk, Origin, Samples, Span, StreamSpec, read_only

RULE = TimingRule(Calibration(2.0, 0.0), Calibration(1.0, -1.0), systolic_certain=0.5, diastolic_certain=0.8)
TABLE = """
[timing]
systolic_slope = 2
systolic_intercept = 0.0
systolic_certain = 0.5
diastolic_slope = 1.0
diastolic_intercept = -1.0
diastolic_certain = 0.8
"""


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    """The shipped model's, with thresholds that are easy to reach and a rule for the timing."""
    return replace(read_manifest(find_model("murmur")), present=Calibration(1.0, 0.0), timing=RULE)


def judge(windows: Sequence[ScoredWindow], manifest: Manifest) -> MurmurVerdict:
    """Where the beats are sure."""
    return judge_by_beats(windows, manifest, SURE_BEATS)


def windows(systolic: float, diastolic: float, present: float = 5.0, **more: str) -> list[ScoredWindow]:
    timing = TimingLogits(systolic, diastolic)
    return [ScoredWindow(k, Span(k, k + 5), present, -9.0, timing=timing, **more) for k in range(3)]


@pytest.mark.parametrize(
    ("systolic", "diastolic", "word"),
    [
        (0.1, 0.0, Timing.SYSTOLIC),
        (-0.1, 2.5, Timing.DIASTOLIC),
        (0.0, 2.5, Timing.BOTH),
        # The diastolic log-odds count against the systolic ones: a loud murmur of systole is none of diastole.
        (5.0, 2.5, Timing.SYSTOLIC),
        # sigmoid(2.3 - 1) is 0.786: a half that is likely is not yet said where more is asked for
        (-0.1, 2.2, None),
    ],
)
def test_each_half_is_said_from_its_own_threshold_on(
    manifest: Manifest, systolic: float, diastolic: float, word: Timing | None
) -> None:
    verdict = judge(windows(systolic, diastolic), manifest)
    assert verdict.timing is word
    assert verdict.to_json(1)["timing"] == word


def test_no_timing_is_said_of_what_is_not_called_present(manifest: Manifest) -> None:
    for verdict in (
        judge(windows(9.0, 9.0, present=-9.0), manifest),
        judge(windows(9.0, 9.0, poor="clipping"), manifest),
        judge([], manifest),
    ):
        assert verdict.label is not Label.PRESENT
        assert verdict.timing is None


def test_windows_that_do_not_count_have_no_part_in_the_timing(manifest: Manifest) -> None:
    poor = [replace(window, index=9, poor="clipping") for window in windows(-99.0, 99.0)]
    verdict = judge([*windows(1.0, 0.0), *poor], manifest)
    assert verdict.timing is Timing.SYSTOLIC
    assert verdict.timing_odds == judge(windows(1.0, 0.0), manifest).timing_odds


def test_a_model_without_the_output_or_without_the_table_says_no_timing(manifest: Manifest) -> None:
    without_table = judge(windows(9.0, 9.0), replace(manifest, timing=None))
    without_output = judge([replace(window, timing=None) for window in windows(9.0, 9.0)], manifest)
    for verdict in (without_table, without_output):
        assert verdict.label is Label.PRESENT
        assert (verdict.timing, verdict.timing_odds) == (None, None)


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50))
def test_a_timing_changes_nothing_else_of_a_verdict(
    manifest: Manifest, systolic: float, diastolic: float, present: float
) -> None:
    timed = judge(windows(systolic, diastolic, present), manifest)
    untimed = judge(windows(systolic, diastolic, present), replace(manifest, timing=None))
    assert replace(timed, timing=None, timing_odds=None) == untimed


@pytest.mark.parametrize("confidence", [0.0, 0.5, float(np.nextafter(SURE_BEATS, 0.0)), float("nan")])
def test_no_timing_is_said_where_the_beats_are_not_sure(manifest: Manifest, confidence: float) -> None:
    verdict = judge_by_beats(windows(9.0, -9.0), manifest, confidence)
    assert (verdict.label, verdict.timing, verdict.timing_reason) == (Label.PRESENT, None, PhaseDoubt.BEATS_UNCERTAIN)
    assert verdict.to_json(1)["timing_reason"] == "beats_uncertain"
    sure = judge(windows(9.0, -9.0), manifest)
    assert replace(verdict, timing=Timing.SYSTOLIC, timing_reason=None) == sure
    assert sure.to_json(1)["timing_reason"] is None


def test_beats_that_are_not_sure_withhold_no_timing_that_nobody_tells(manifest: Manifest) -> None:
    for found, by in (
        (windows(9.0, 9.0, present=-9.0), manifest),
        (windows(-9.0, -99.0), manifest),
        (windows(9.0, 9.0), replace(manifest, timing=None)),
    ):
        assert judge_by_beats(found, by, 0.0).timing_reason is None


MADE_HZ = 4000
EXCHANGED = (2, 23, 31)
"""Made diastolic murmurs, grade III or IV, of which the network of murmur 1.1.0 tells a systolic timing."""


def made(seed: int, phase: Phase) -> Samples:
    wish = Wish(seed=seed, rate_hz=MADE_HZ, timing=phase, grade=3 + seed % 2)
    return Heart(scenario("murmur", wish)).read(15 * MADE_HZ).astype(np.float32) / np.float32(32768)


@pytest.mark.parametrize("seed", EXCHANGED)
def test_a_murmur_of_diastole_is_never_called_systolic(seed: int) -> None:
    result = analyze(made(seed, Phase.DIASTOLIC), MADE_HZ)
    assert result.murmur.timing in {None, Timing.DIASTOLIC}


def test_a_running_take_says_no_more_of_timing_than_its_end() -> None:
    """Provisional verdicts and the final one: of a heart whose beats are sure, and of one whose beats are not."""
    for seed, phase, said in ((1, Phase.SYSTOLIC, Timing.SYSTOLIC), (EXCHANGED[1], Phase.DIASTOLIC, None)):
        spec = StreamSpec(MADE_HZ, Origin.SIMULATED)
        analysis = TakeAnalysis(shipped_model(), spec, 0)
        samples = made(seed, phase)
        while_running = set()
        for start in range(0, len(samples), MADE_HZ):
            list(analysis.process(Chunk(read_only(samples[start : start + MADE_HZ]), spec, start, 0)))
            while_running.add(analysis.verdict().timing)
        list(analysis.finish())
        assert analysis.summary().verdict.timing is said
        assert analysis.verdict() == analysis.summary().verdict
        assert while_running <= {None, said}


def test_the_manifest_may_have_a_table_for_the_timing(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(find_model("murmur"), folder)
    path = folder / "manifest.toml"
    text = path.read_text(encoding="utf-8").split("\n[timing]\n")[0]
    path.write_text(text, encoding="utf-8")
    assert read_manifest(folder).timing is None
    path.write_text(text + TABLE, encoding="utf-8")
    assert read_manifest(folder).timing == RULE


@pytest.mark.parametrize("damage", ["systolic_certain = 1.5", "systolic_certain = nan", "systolic_certain = true", ""])
def test_a_damaged_table_is_refused(tmp_path: Path, damage: str) -> None:
    shutil.copy(find_model("murmur") / "manifest.toml", tmp_path)
    path = tmp_path / "manifest.toml"
    text = path.read_text(encoding="utf-8").split("\n[timing]\n")[0]
    path.write_text(text + TABLE.replace("systolic_certain = 0.5", damage), encoding="utf-8")
    with pytest.raises(ModelError, match=r"no valid timing\.systolic_certain.*install the model again\.$"):
        read_manifest(tmp_path)


class NetworkWithTiming:
    """A session of the shipped network, with a timing of our own."""

    logits = np.array([[3.0, -3.0]], np.float32)

    def __init__(self, shipped: MurmurModel) -> None:
        self._shipped = shipped._session

    def get_inputs(self) -> list[Any]:
        return list(self._shipped.get_inputs())

    def get_outputs(self) -> list[Any]:
        return list(self._shipped.get_outputs())

    def run(self, names: tuple[str, ...], fed: dict[str, Samples]) -> list[Samples]:
        more = [self.logits] if names == (*OUTPUTS, TIMING_OUTPUT) else []
        return [*self._shipped.run(OUTPUTS, fed), *more]


def test_a_network_that_has_the_output_is_asked_for_it(manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    network = NetworkWithTiming(shipped_model())
    monkeypatch.setattr(session, "_session", lambda *_: network)
    heart = Heart(scenario("murmur", Wish(seed=1007, rate_hz=4000))).read(9 * 4000)
    samples = heart.astype(np.float32) / np.float32(32768)
    result = analyze(samples, 4000, model=MurmurModel(manifest, b""))
    assert result.label is Label.PRESENT
    assert result.to_json()["murmur"]["timing"] == "systolic"
    assert result.murmur.timing_odds == TimingOdds(6.0, -7.0)
    untimed = analyze(samples, 4000, model=MurmurModel(replace(manifest, timing=None), b""))
    assert untimed.to_json()["murmur"]["timing"] is None


def test_a_timing_that_is_no_number_makes_no_verdict(manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    network = NetworkWithTiming(shipped_model())
    monkeypatch.setattr(session, "_session", lambda *_: network)
    monkeypatch.setattr(NetworkWithTiming, "logits", np.array([[np.nan, 0.0]], np.float32))
    with pytest.raises(ModelError, match="not finite"):
        MurmurModel(manifest, b"").score(np.zeros((40, 250), np.float32))
