"""The modes: their bands, their delay, and a switch that nobody hears."""

import numpy as np
import pytest

from stetho.dsp.filters import band_pass
from stetho.errors import ConfigError
from stetho.listening.mode import Mode, mode_named
from stetho.listening.mode_bank import FADE_S, ModeBank
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
MODES = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.word)
NOISE = np.random.default_rng(3).normal(0.0, 0.1, 4000).astype(np.float32)


@MODES
def test_one_mode_alone_is_the_band_pass_of_its_edges(heard, mode):
    np.testing.assert_array_equal(
        heard(ModeBank(mode), NOISE), band_pass(NOISE, RATE_HZ, mode.low_hz, mode.high_hz, order=2)
    )


@MODES
@pytest.mark.parametrize("rate_hz", [1000, 2000, 4000, 44_100])
def test_each_mode_is_scipys_filter(heard, mode, rate_hz):
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed (extra lab)")
    open_above = mode.high_hz > 0.45 * rate_hz
    band = mode.low_hz if open_above else (mode.low_hz, mode.high_hz)
    sections = signal.butter(2, band, "highpass" if open_above else "bandpass", output="sos", fs=rate_hz)
    seed = signal.sosfilt_zi(sections) * float(NOISE[0])
    theirs, _ = signal.sosfilt(sections, NOISE.astype(np.float64), zi=seed)
    assert np.abs(heard(ModeBank(mode), NOISE, rate_hz=rate_hz) - theirs).max() <= 1e-6 * np.abs(theirs).max()


@MODES
def test_the_filters_delay_is_the_one_that_is_stated(heard, mode):
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed (extra lab)")
    impulse = np.zeros(4000, np.float32)
    impulse[2000] = 1.0
    loudness = np.abs(signal.hilbert(heard(ModeBank(mode), impulse)))
    assert (loudness.argmax() - 2000) / RATE_HZ * 1000 == pytest.approx(mode.delay_ms, abs=0.3)
    whole = signal.sos2tf(mode.sections(RATE_HZ))
    inside_hz = np.linspace(1.25 * mode.low_hz, mode.high_hz, 200)
    delays = signal.group_delay(whole, w=inside_hz, fs=RATE_HZ)[1] / RATE_HZ * 1000
    assert delays.max() == pytest.approx(mode.slowest_ms, abs=0.1)


def switched(stage, samples, at, mode):
    """What is heard of a stream in which another mode is chosen at sample `at`."""
    spec = StreamSpec(RATE_HZ, Origin.DEVICE)
    stage.prepare(spec)
    pieces = []
    for start in range(0, samples.size, 80):
        if start == at:
            stage.select(mode)
        pieces += stage.process(Chunk(read_only(samples[start : start + 80]), spec, start, 0))
    return np.concatenate([piece.chest for piece in pieces])


def pairs():
    return [(a, b) for a in Mode for b in Mode if a is not b]


@pytest.mark.parametrize(("before", "after"), pairs(), ids=lambda mode: mode.word)
def test_a_switch_is_no_click(before, after):
    """Above 300 Hz, where the tone is not, a switch stays 90 dB below the tone, and 30 dB below a hard switch."""
    at, tone = 4000, 0.5 * np.sin(2 * np.pi * 70 * np.arange(8000) / RATE_HZ).astype(np.float32)
    out = switched(ModeBank(before), tone, at, after)
    hard = np.concatenate(
        (switched(ModeBank(before), tone, 0, before)[:at], switched(ModeBank(after), tone, 0, after)[at:])
    )
    steady, during, clicked = (
        above(x) for x in (out[at - 1000 : at], out[at - 500 : at + 500], hard[at - 500 : at + 500])
    )
    assert steady < 1e-6
    assert during < 10 ** (-90 / 20) * 0.25
    assert during < 0.03 * clicked
    assert np.abs(np.diff(out[at - 2 : at + 200])).max() <= 1.6 * np.abs(np.diff(out[at - 400 : at + 400])).max()


def above(samples):
    """The loudest of the spectrum above 300 Hz, under a Blackman window."""
    spectrum = np.abs(np.fft.rfft(samples * np.blackman(samples.size))) / samples.size
    return spectrum[int(300 * samples.size / RATE_HZ) :].max()


def test_the_crossfade_keeps_the_power():
    bank = ModeBank(Mode.BELL)
    noise = np.random.default_rng(1).normal(0, 0.1, 4000).astype(np.float32)
    switched(bank, noise, 2000, Mode.DIAPHRAGM)
    fade = np.linspace(0.0, 1.0, 50)
    weights = [np.sin(0.5 * np.pi * u * u * (3 - 2 * u)) ** 2 for u in (fade, 1.0 - fade)]
    np.testing.assert_allclose(sum(weights), 1.0, atol=1e-12)
    assert bank._progress.tolist() == [0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(("before", "after"), [(Mode.BELL, Mode.DIAPHRAGM), (Mode.MIDRANGE, Mode.BELL)])
def test_after_the_fade_it_is_as_if_it_had_always_been_so(before, after):
    out = switched(ModeBank(before), NOISE, 800, after)
    np.testing.assert_array_equal(out[:800], band_pass(NOISE, RATE_HZ, before.low_hz, before.high_hz, order=2)[:800])
    settled = 800 + round(FADE_S * RATE_HZ) + 1
    np.testing.assert_array_equal(
        out[settled:], band_pass(NOISE, RATE_HZ, after.low_hz, after.high_hz, order=2)[settled:]
    )


def test_a_switch_on_the_way_turns_back_smoothly():
    bank = ModeBank(Mode.BELL)
    spec = StreamSpec(RATE_HZ, Origin.DEVICE)
    bank.prepare(spec)
    tone = 0.5 * np.sin(2 * np.pi * 70 * np.arange(4000) / RATE_HZ).astype(np.float32)
    pieces = []
    for start in range(0, 4000, 40):
        bank.select((Mode.WIDE, Mode.BELL)[start // 40 % 2] if 1000 < start < 2000 else Mode.BELL)
        pieces += bank.process(Chunk(read_only(tone[start : start + 40]), spec, start, 0))
    out = np.concatenate([piece.chest for piece in pieces])
    assert np.abs(np.diff(out[500:])).max() < 1.45 * np.abs(np.diff(tone)).max()


def test_a_word_that_is_no_mode_is_refused():
    assert mode_named("Bell") is Mode.BELL
    with pytest.raises(ConfigError, match="choose one of bell, diaphragm, wide, midrange"):
        mode_named("cone")
