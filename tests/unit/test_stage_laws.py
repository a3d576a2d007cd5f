"""What holds for every stage that takes samples: no stream, however bad, makes it say a wrong number with confidence."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import stetho.dsp
import stetho.listening
from stetho.dsp.envelope import Envelope
from stetho.dsp.filters import BandPass
from stetho.dsp.frames import Frames
from stetho.dsp.frontend import FrontEnd
from stetho.dsp.mel import LogMel
from stetho.dsp.resample import Decimator
from stetho.dsp.spectrogram import Columns, Spectrogram
from stetho.dsp.time_stretch import HalfSpeed
from stetho.errors import ConfigError
from stetho.heart.quality import Quality, QualityGate
from stetho.listening.amplifier import Amplifier
from stetho.listening.chain import ListeningChain
from stetho.listening.hum.notch import HumNotch
from stetho.listening.mode_bank import ModeBank
from stetho.listening.noise.ambient import AMBIENT, AmbientCanceller
from stetho.listening.noise.spectral import SpectralDenoiser
from stetho.listening.spikes import SpikeRemoval
from stetho.stage import run
from stetho.stream import CHEST, Chunk, Origin, StreamSpec, read_only

STAGES = [
    *(BandPass, Envelope, Decimator, LogMel, FrontEnd, Spectrogram, HalfSpeed, QualityGate),
    *(Amplifier, HumNotch, ModeBank, AmbientCanceller, SpectralDenoiser, SpikeRemoval, ListeningChain),
]
NOT_FINITE_STAYS_SO = (Decimator, LogMel, FrontEnd)  # their docstrings say so: a hole must not look like silence
LOUDEST = 4.0
LOG_FLOOR, LOG_LOUDEST = np.log(1e-10) - 1e-3, 1.0

RATE_HZ = 2000
SAMPLES = 3 * RATE_HZ
NOISE = np.random.default_rng(5).normal(0.0, 0.1, SAMPLES)
STREAMS = {
    "noise": NOISE,
    "nan": np.full(SAMPLES, np.nan),
    "some not finite": np.where(np.arange(SAMPLES) % 997 == 0, np.inf, NOISE),
    "denormals": np.full(SAMPLES, 1e-41),
    "silence": np.zeros(SAMPLES),
    "offset": np.full(SAMPLES, -1.0),
    "square": np.repeat(np.tile([1.0, -1.0], SAMPLES // 100), 50),
    "alternating": np.tile([1.0, -1.0], SAMPLES // 2),
}
every_stage = pytest.mark.parametrize("make", STAGES)


def spec_of(make, rate_hz=RATE_HZ):
    return StreamSpec(rate_hz, Origin.DEVICE, (CHEST, AMBIENT) if make is AmbientCanceller else (CHEST,))


def pieces(make, samples, start=0, rate_hz=RATE_HZ):
    spec = spec_of(make, rate_hz)
    both = read_only(np.stack([samples, samples[::-1]])[: len(spec.channels)])
    whole = Chunk(both, spec, start, start * 1_000_000_000 // rate_hz)
    cut = (whole.between(at, at + 333) for at in range(start, whole.stop, 333))
    return [piece for piece in cut if piece is not None]


def prepared(make):
    stage = make()
    stage.prepare(spec_of(make))
    return stage


def numbers(found):
    """What was said, as one float64 array."""
    said = [np.zeros(0)]
    for item in found:
        match item:
            case Chunk():
                said.append(item.samples.ravel())
            case Frames():
                said.append(item.log_mel.T.ravel())
            case Columns():
                said.append(item.shades.T.ravel())
            case Quality():
                said.append(np.array([item.score]))
    return np.concatenate(said).astype(np.float64)


def test_no_stage_is_left_out():
    modules = [importlib.import_module("stetho.heart.quality")]
    for package in (stetho.dsp, stetho.listening):
        found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        modules += [importlib.import_module(module.name) for module in found]
    parts = ("prepare", "process", "flush", "reset")
    classes = {thing for module in modules for _, thing in inspect.getmembers(module, inspect.isclass)}
    stages = {thing for thing in classes if all(hasattr(thing, part) for part in parts)}
    assert {stage.__name__ for stage in stages} - {"Stage"} == {stage.__name__ for stage in STAGES}


@every_stage
@pytest.mark.parametrize("samples", STREAMS.values(), ids=STREAMS)
def test_what_it_says_is_finite_and_bounded(make, samples):
    found = list(run(prepared(make), pieces(make, samples)))
    said = numbers(found)
    assert said.size
    if not (make in NOT_FINITE_STAYS_SO and not np.isfinite(samples).all()):
        assert np.isfinite(said).all()
    finite = said[np.isfinite(said)]
    if isinstance(found[0], Frames):
        assert ((finite >= LOG_FLOOR) & (finite <= LOG_LOUDEST)).all()
    elif isinstance(found[0], Quality):
        assert ((finite >= 0.0) & (finite <= 1.0)).all()
        assert not any(quality.usable for quality in found)
    elif isinstance(found[0], Chunk):
        assert np.abs(finite).max(initial=0.0) <= LOUDEST


@every_stage
@pytest.mark.parametrize("rate_hz", [4000, 8000])
def test_another_rate_in_mid_stream_is_refused_or_begins_anew(make, rate_hz):
    before, after = pieces(make, NOISE), pieces(make, NOISE, SAMPLES, rate_hz)
    if make is ListeningChain:
        fresh = make()
        fresh.prepare(spec_of(make, rate_hz))
        found = list(run(prepared(make), [*before, *after]))
        first = numbers(run(prepared(make), before))
        np.testing.assert_array_equal(numbers(found), np.concatenate([first, numbers(run(fresh, after))]))
        assert found[-1].spec.rate_hz == rate_hz
        return
    with pytest.raises(ConfigError, match=rf"goes on at {rate_hz} Hz and not at {RATE_HZ} Hz; end it here"):
        list(run(prepared(make), [*before, *after]))
    by_hand = prepared(make)
    list(by_hand.process(before[0]))
    with pytest.raises(ConfigError):
        list(by_hand.process(after[0]))


def test_other_channels_in_mid_stream_are_refused_where_they_matter():
    with pytest.raises(ConfigError, match="other channels"):
        list(run(prepared(AmbientCanceller), pieces(AmbientCanceller, NOISE) + pieces(BandPass, NOISE, SAMPLES)))


@every_stage
@pytest.mark.parametrize("missing", [1, 37, 50_000])
def test_after_a_gap_it_is_as_new(make, missing):
    chunks = pieces(make, NOISE) + pieces(make, NOISE, SAMPLES + missing)
    once = numbers(run(prepared(make), pieces(make, NOISE)))
    np.testing.assert_array_equal(numbers(run(prepared(make), chunks)), np.tile(once, 2))


@every_stage
def test_a_stream_without_samples_says_nothing(make):
    spec = spec_of(make)
    nothing = Chunk(read_only(np.zeros((len(spec.channels), 0), np.float32)), spec, 0, 0)
    stage = prepared(make)
    assert not numbers(run(stage, [])).size
    assert not numbers(run(stage, [nothing])).size
    stage.reset("again")
    assert not numbers(stage.flush()).size
