"""Noise goes down by what is stated, and the heart stays."""

import numpy as np
import pytest

from stetho.errors import ConfigError
from stetho.listening.noise.ambient import AmbientCanceller
from stetho.listening.noise.spectral import SpectralDenoiser, _plan
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
SETTLED = slice(4 * RATE_HZ, None)


def db(samples):
    return 10.0 * np.log10(np.mean(np.square(samples, dtype=np.float64)))


@pytest.fixture(scope="module")
def room():
    """Noise that falls off above 400 Hz, and the same as it comes through a chest piece: later, with echoes."""
    rng = np.random.default_rng(5)
    heard = np.convolve(rng.normal(0.0, 0.1, 16 * RATE_HZ), 0.6 ** np.arange(20))[: 16 * RATE_HZ]
    path = 0.5 * rng.normal(0.0, 1.0, 40) * np.exp(-np.arange(40) / 8)
    return heard, np.convolve(np.concatenate((np.zeros(2), heard)), path)[: 16 * RATE_HZ]


def test_what_the_room_adds_is_cancelled_and_the_heart_stays(heart, heard, room):
    ambient, leaked = room
    sound = heart("murmur", seed=1, seconds=16, alone=True)
    out = heard(AmbientCanceller(), np.stack([sound + leaked, ambient]).astype(np.float32))
    assert db((out - sound)[SETTLED]) < db(leaked[SETTLED]) - 18.0


def test_a_microphone_that_hears_something_else_does_little_harm(heart, heard, room):
    sound = heart("clear", seed=1, seconds=16, alone=True)
    out = heard(AmbientCanceller(), np.stack([sound, room[0]]).astype(np.float32))
    assert db((out - sound)[SETTLED]) < db(sound) - 25.0


def test_a_silent_or_broken_microphone_changes_nothing(heart, heard):
    sound = heart("clear", seed=1)
    for ambient in (np.zeros_like(sound), np.full_like(sound, np.nan)):
        np.testing.assert_array_equal(heard(AmbientCanceller(), np.stack([sound, ambient])), sound)


def test_it_is_the_textbooks_nlms_while_errors_are_usual(heard):
    """With small errors, which are never bounded: w += mu e x / (eps + x'x)."""
    rng = np.random.default_rng(2)
    ambient = rng.normal(0.0, 0.3, 1500)
    chest = np.convolve(ambient, [0.0, 0.4, -0.2, 0.1])[:1500]
    wanted, weights, line = np.zeros(1500), np.zeros(16), np.zeros(16)
    for i in range(1500):
        line = np.concatenate(([ambient[i]], line[:-1]))
        wanted[i] = chest[i] - weights @ line
        weights += 0.5 * wanted[i] * line / (16e-6 + line @ line)
    out = heard(AmbientCanceller(taps=16, step=0.5), np.stack([chest, ambient]).astype(np.float32))
    np.testing.assert_allclose(out[:200], wanted[:200], atol=2e-6)


def test_without_an_ambient_channel_it_says_so():
    with pytest.raises(ConfigError, match="no 'ambient' channel"):
        AmbientCanceller().prepare(StreamSpec(RATE_HZ, Origin.DEVICE))


@pytest.mark.parametrize(("taps", "step"), [(63, 0.1), (0, 0.1), (64, 0.0), (64, 2.0)])
def test_a_filter_that_can_t_be_is_refused(taps, step):
    with pytest.raises(ConfigError):
        AmbientCanceller(taps, step)


def loud_and_still(sound):
    """Where a clean heart sounds, and where it is still; after the first 4 s."""
    level = np.sqrt(np.convolve(np.square(sound, dtype=np.float64), np.ones(80) / 80, "same"))
    level[: 4 * RATE_HZ] = np.nan
    return level > 0.3 * np.nanmax(level), level < 0.01 * np.nanmax(level)


@pytest.mark.parametrize(
    ("snr_db", "most_loss_db", "least_gain_db"), [(0.0, 6.5, 4.0), (10.0, 2.5, 8.0), (20.0, 1.0, 10.0)]
)
@pytest.mark.parametrize("colour", ["white", "room"])
@pytest.mark.parametrize("name", ["clear", "murmur"])
def test_steady_noise_is_thinned_out_by_eleven_decibels(
    heart, heard, name, colour, snr_db, most_loss_db, least_gain_db
):
    """The figures of docs/listening.md: what is left between the sounds, and what the sounds themselves lose."""
    sound = heart(name, seed=1, seconds=12, alone=True)
    noise = np.random.default_rng(3).normal(0.0, 1.0, sound.size)
    if colour == "room":
        noise = np.convolve(noise, 0.85 ** np.arange(60), "same")
    noisy = (sound + noise * np.std(sound) / np.std(noise) * 10 ** (-snr_db / 20)).astype(np.float32)
    out = heard(SpectralDenoiser(), noisy)
    loud, still = loud_and_still(sound)
    less_noise_db, loss_db = db(noisy[still]) - db(out[still]), db(sound[loud]) - db(out[loud])
    assert less_noise_db > 11.0
    assert loss_db < most_loss_db
    gained_db = (db(out[loud]) - db(out[still])) - (db(noisy[loud]) - db(noisy[still]))
    assert gained_db > least_gain_db


def test_white_noise_is_measured_for_what_it_is():
    stage, spec = SpectralDenoiser(), StreamSpec(RATE_HZ, Origin.DEVICE)
    stage.prepare(spec)
    noise = np.random.default_rng(4).normal(0.0, 0.1, 12 * RATE_HZ).astype(np.float32)
    list(stage.process(Chunk(read_only(noise), spec, 0, 0)))
    assert stage._state[2, 2:-2].mean() == pytest.approx(0.01, rel=0.25)


def test_a_murmur_that_pauses_is_no_noise(heart, heard):
    sound = heart("murmur", seed=3, seconds=12)
    quiet = heart("murmur", seed=3, seconds=12, alone=True)
    out = heard(SpectralDenoiser(), sound)
    louder = np.abs(np.convolve(quiet, np.ones(40) / 40, "same")) > 0.01
    assert db(out[SETTLED][louder[SETTLED]]) > db(sound[SETTLED][louder[SETTLED]]) - 1.5


def test_the_filter_of_least_phase_has_the_gains_that_were_asked_for():
    from stetho.listening.noise._kernels import _minimum_phase

    plan, bins = _plan(RATE_HZ), 65
    asked_db = -6.0 + 6.0 * np.cos(2 * np.pi * 3 * np.arange(bins) / 128)
    logs = np.zeros(72)
    logs[:bins] = asked_db * np.log(10.0) / 20.0
    taps = np.zeros(64, np.float32)
    _minimum_phase(logs, plan.fold, np.zeros(32), np.zeros(96), taps)
    given_db = 20 * np.log10(np.abs(np.fft.rfft(taps[::-1], 128)))
    assert np.abs(given_db - asked_db).max() < 0.3
    assert np.square(taps[::-1])[:4].sum() > 0.9 * np.square(taps).sum()


def test_its_spectrum_is_numpys():
    from stetho.listening.noise._kernels import _power

    plan = _plan(RATE_HZ)
    samples = np.random.default_rng(6).normal(0, 1, 256).astype(np.float32)
    power = np.zeros(65)
    _power(samples, 5, plan.window, plan.cosines, plan.sines, plan.order, np.zeros((2, 128)), power)
    wanted = np.abs(np.fft.rfft(samples[5:133].astype(np.float64) * plan.window)) ** 2
    np.testing.assert_allclose(power, wanted, rtol=1e-9, atol=1e-12 * wanted.max())
