"""The beats model that ships, on sound: hearts that the simulator made, and what is no heart."""

from functools import cache

import numpy as np
import pytest

from hw_sim.heart import Heart, Wish, scenario
from stetho.dsp.frontend import FrontEnd
from stetho.heart.durations import HeartState
from stetho.heart.online.listener import BeatListener, Heard, OnlineRate
from stetho.heart.online.onset import Onset
from stetho.inference.beats_model import shipped_beats_model
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
SECONDS = 14
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)


def heard(samples: np.ndarray, step: int = 1000) -> list[Heard]:
    front_end, listener = FrontEnd(), BeatListener(shipped_beats_model())
    listener.prepare(front_end.prepare(SPEC))
    said: list[Heard] = []
    for first in range(0, len(samples), step):
        chunk = Chunk(read_only(samples[first : first + step].astype(np.float32)), SPEC, first, 0)
        said += [one for frames in front_end.process(chunk) for one in listener.process(frames)]
    return said


@cache
def heart(name: str, bpm: float, seed: int = 3) -> Heart:
    return Heart(scenario(name, Wish(seed=seed, rate_hz=RATE_HZ, rate_bpm=bpm)))


def sound(name: str, bpm: float) -> np.ndarray:
    return heart(name, bpm).read(SECONDS * RATE_HZ) / np.float32(32768)


@pytest.mark.parametrize(("name", "bpm"), [("clear", 60), ("murmur", 95), ("murmur", 150)])
def test_onsets_of_a_simulated_heart_are_where_they_are(name: str, bpm: float) -> None:
    said = [one for one in heard(sound(name, bpm)) if isinstance(one, Onset)]
    truth = Heart(scenario(name, Wish(seed=3, rate_hz=RATE_HZ, rate_bpm=bpm))).beats((SECONDS - 1) * RATE_HZ)
    for state, true_at in ((HeartState.S1, [b.s1 for b in truth]), (HeartState.S2, [b.s2 for b in truth])):
        found = np.array([one.at for one in said if one.state is state])
        true = np.array([at for at in true_at if RATE_HZ < at < found.max()])
        assert np.abs(found[:, None] - true[None]).min(axis=0).max() < 0.1 * RATE_HZ
        assert abs(len(found) - len([at for at in true_at if at <= found.max() + 0.1 * RATE_HZ])) <= 1


@pytest.mark.parametrize("bpm", [30, 60, 120, 220])
def test_a_wrong_rate_is_never_sure(bpm: float) -> None:
    rates = [one.rate for one in heard(sound("clear", bpm)) if isinstance(one, OnlineRate)]
    assert rates[-1].heart_rate_bpm == pytest.approx(bpm, rel=0.06)
    for rate in rates:
        assert rate.confidence < 0.5 or rate.heart_rate_bpm == pytest.approx(bpm, rel=0.12)


NOISES = {
    "white": lambda t, random: random.normal(0.0, 0.05, t.size),
    "brown": lambda t, random: np.cumsum(random.normal(0.0, 0.003, t.size)),
    "silence": lambda t, random: 0.0 * t,
    "offset": lambda t, random: 0.5 + 0.0 * t,
    "full scale square": lambda t, random: np.sign(np.sin(2 * np.pi * 3 * t)),
    "tone": lambda t, random: np.sin(2 * np.pi * 100 * t),
    "denormals": lambda t, random: 1e-40 * random.normal(0.0, 1.0, t.size),
}


@pytest.mark.parametrize("name", NOISES)
def test_what_is_no_heart_has_no_sure_beats(name: str) -> None:
    t = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    said = heard(NOISES[name](t, np.random.default_rng(0)))
    assert max((one.rate.confidence for one in said if isinstance(one, OnlineRate)), default=0.0) < 0.3
    confidences = [one.confidence for one in said if isinstance(one, Onset)]
    assert np.mean(confidences) < 0.5
    assert np.mean(np.array(confidences) > 0.8) < 0.05


def test_samples_that_are_no_numbers_say_nothing_and_pass() -> None:
    samples = sound("clear", 75).copy()
    samples[4 * RATE_HZ : 4 * RATE_HZ + 200] = np.nan
    rates = [one.rate for one in heard(samples) if isinstance(one, OnlineRate)]
    assert rates[-1].heart_rate_bpm == pytest.approx(75, rel=0.06)
