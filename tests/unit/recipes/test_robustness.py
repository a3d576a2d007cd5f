"""The robustness report: its noises, its conditions, its figures."""

from dataclasses import replace
from pathlib import Path

import conditions
import noise_split
import noises
import numpy as np
import pytest
from dataset import Recording
from heard import Said, Visit, visit
from resampled import Resampled, figure_of
from robustness import sampled
from robustness_figures import report
from robustness_tables import robustness_markdown

from hw_sim.heart import Heart, Wish, scenario
from stetho.dsp.resample import to_2khz
from stetho.inference.models import shipped_model

ROW = Recording(
    Path("a.wav"), "a", "circor", "train", "p", "v", "AV", "absent", "absent", judged=True, usable=True, timing="",
    grade="", diastolic=False, age="", duration_s=8.0,
)  # fmt: skip


def row(name: str, person: str, label: str) -> Recording:
    return replace(ROW, name=name, group=person, visit=f"v{person}", visit_label=label, site_label=label)


# --- noises -----------------------------------------------------------------------------------------------------------


def test_every_recorded_kind_keeps_uploads_to_judge_by_and_uploads_to_learn_from(data_folder):
    clips = noise_split.noise_clips(data_folder)
    for kind in {clip.kind for clip in clips if clip.use == "train"}:
        groups = {
            held: {c.source_group for c in clips if c.kind == kind and c.held_out is held} for held in (True, False)
        }
        assert len(groups[True]) >= 3
        assert len(groups[False]) >= 3
        assert not groups[True] & groups[False]
    assert all(clip.held_out for clip in clips if clip.use == "check")


@pytest.mark.parametrize("kind", sorted(noises.MADE))
def test_a_made_noise_is_loud_and_the_same_each_time(kind):
    clip = noises.made_clip(kind, 1)
    assert np.isfinite(clip).all()
    assert clip.std() > 0.1
    assert np.array_equal(clip, noises.made_clip(kind, 1))
    assert not np.array_equal(clip, noises.made_clip(kind, 2))


# --- conditions ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything() -> tuple[conditions.Condition, ...]:
    white = np.random.default_rng(0).standard_normal(6000).astype(np.float32)
    return conditions.conditions({"rain": (white,)}, {"white": (white,)})


def test_conditions_have_names_of_their_own_and_the_goals_of_the_report(everything):
    names = [condition.name for condition in everything]
    assert len(set(names)) == len(names)
    assert names[0] == conditions.CLEAN
    asked = {condition.name: condition.most_lost for condition in everything if condition.most_lost is not None}
    assert {name for name, most in asked.items() if most == 0.03} == {"rain, 10 dB", "white, 10 dB"}
    assert sum(most == 0.005 for most in asked.values()) == 5


def test_the_product_says_something_of_every_condition(everything, tmp_path):
    from soundfile import write

    pcm = Heart(scenario("murmur", Wish(seed=3, grade=4))).read(4000 * 10)
    write(tmp_path / "a.wav", to_2khz((pcm / 32768.0).astype(np.float32), 4000), 2000)
    judged = visit([replace(ROW, path=tmp_path / "a.wav")], shipped_model(), everything)
    few = [condition for condition in everything if "scattered" in condition.name or condition.name == "rain, 5 dB"]
    again = visit([replace(ROW, path=tmp_path / "a.wav")], shipped_model(), few)
    assert again.recordings == {condition.name: judged.recordings[condition.name] for condition in few}
    clean = judged.recordings[conditions.CLEAN][0]
    assert clean.word == "present"
    assert judged.exam[conditions.CLEAN].word == "present"
    near = judged.recordings["4 kHz, ADPCM, nothing lost"][0]
    assert near.word == "present"
    assert near.score == pytest.approx(clean.score, abs=0.5)
    far = judged.recordings["white, 5 dB"][0]
    assert far.score != clean.score


# --- figures --------------------------------------------------------------------------------------------------------


def test_areas_over_draws_are_those_of_counting_pairs():
    generator = np.random.default_rng(1)
    people = [f"p{i // 2}" for i in range(60)]
    heard, x = generator.random(60) < 0.4, np.round(generator.standard_normal(60), 1)
    draws = Resampled(people).auroc(heard, x, np.ones(60, bool))
    above = (x[heard][:, None] > x[~heard]).mean() + 0.5 * (x[heard][:, None] == x[~heard]).mean()
    assert draws[0] == pytest.approx(above)
    figure = figure_of(draws)
    assert figure.low < figure.value < figure.high
    share = Resampled(people).share(heard, np.ones(60, bool))
    assert share[0] == pytest.approx(heard.mean())
    assert share[1:].std() == pytest.approx(np.sqrt(heard.mean() * (1 - heard.mean()) / 60), rel=0.35)


def said(score: float, word: str) -> Said:
    return Said(word, score, "too_noisy" if word == "unknown" else None)


def test_a_report_says_what_was_lost_to_whom_and_what_was_asked(everything):
    generator = np.random.default_rng(2)
    visits = []
    for number in range(80):
        label = "present" if number % 4 == 0 else "absent"
        score = generator.normal(3.0 if label == "present" else -3.0)
        words = {condition.name: said(score, label) for condition in everything}
        words["rain, 10 dB"] = said(generator.normal(), "absent")
        words["first half"] = said(float("nan"), "unknown") if number % 2 else said(score, label)
        owner = row(f"r{number}", f"p{number}", label)
        visits.append(Visit((owner,), {name: (one,) for name, one in words.items()}, words))
    found = report(visits, everything)
    rows = {one.name: one for one in found.rows}
    assert (found.recordings, found.visits, found.people) == (80, 80, 80)
    assert rows["white, 10 dB"].recording_lost.value == 0.0
    assert rows["rain, 10 dB"].recording_lost.low > 0.03
    assert rows["rain, 10 dB"].missed.value == 1.0
    assert rows["rain, 10 dB"].missed_risen.value == 1.0
    assert rows["rain, 10 dB"].false_risen.value == 0.0
    assert rows["first half"].scored == 0.5
    assert rows["first half"].unknown.value == 0.5
    assert rows["first half"].recording_lost.value == pytest.approx(0.0, abs=1e-9)
    goals = {goal.what: goal for goal in found.goals}
    assert not goals["rain, 10 dB: recording AUROC lost"].met
    assert goals["rain, 10 dB: recording AUROC lost"].shown
    assert goals["white, 10 dB: present called absent, risen"].met
    assert not goals["rain, 10 dB: present called absent, risen"].met
    text = robustness_markdown(found)
    assert "| rain, 10 dB: recording AUROC lost | 0.030 |" in text
    assert "| missed |" in text
    assert "first half (50% have a score)" in text


def test_a_sample_is_of_whole_visits_in_the_share_of_their_labels():
    rows = [row(f"{n}{site}", str(n), "present" if n % 5 == 0 else "absent") for n in range(500) for site in "abc"]
    chosen = sampled(rows, 300)
    assert chosen == sampled(rows, 300)
    assert sum(map(len, chosen)) == 300
    assert {len(one) for one in chosen} == {3}
    assert sum(one[0].visit_label == "present" for one in chosen) == 20
    assert sum(map(len, sampled(rows, 0))) == 1500
