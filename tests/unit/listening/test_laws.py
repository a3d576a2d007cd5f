"""What holds for every stage of listening: no cut, gap, rate or bad sample makes it say what is not so."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.time_stretch import HalfSpeed
from stetho.errors import ConfigError
from stetho.listening.amplifier import Amplifier
from stetho.listening.chain import Listening, ListeningChain
from stetho.listening.hum.notch import HumNotch
from stetho.listening.mode import Mode
from stetho.listening.mode_bank import ModeBank
from stetho.listening.noise.ambient import AmbientCanceller
from stetho.listening.noise.spectral import SpectralDenoiser
from stetho.listening.spikes import SpikeRemoval
from stetho.stage import run
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

RATE_HZ = 4000
rng = np.random.default_rng(7)
HUM = 0.05 * np.sin(2 * np.pi * 50.1 * np.arange(9_600) / RATE_HZ)
SOUND = (rng.normal(0.0, 0.02, (2, 9_600)) + HUM + 0.1).astype(np.float32)
SOUND[0, ::3333] += 0.8  # spikes

STAGES = {
    "bank": lambda: ModeBank(Mode.BELL),
    "amplifier": lambda: Amplifier(20.0),
    "hum": HumNotch,
    "spikes": SpikeRemoval,
    "ambient": AmbientCanceller,
    "spectral": SpectralDenoiser,
    "chain": lambda: ListeningChain(Listening(Mode.DIAPHRAGM, 15.0, quieter=True)),
}
every_stage = pytest.mark.parametrize("make", STAGES.values(), ids=STAGES)


def channels(make, samples=SOUND):
    """Both channels for the one stage that needs them."""
    return samples if make is AmbientCanceller else samples[:1]


@every_stage
@given(sizes=st.lists(st.integers(1, 900), min_size=3, max_size=6))
def test_the_output_does_not_depend_on_how_the_input_is_cut(streamed, make, sizes):
    sound = channels(make)
    holes = (Span(900, 1100), Span(5000, 5001))
    (*whole,) = streamed(make(), sound, sizes=(sound.shape[1],), start=700, concealed=holes)
    parts = streamed(make(), sound, sizes=sizes, start=700, concealed=holes)
    np.testing.assert_array_equal(np.concatenate([c.chest for c in parts]), np.concatenate([c.chest for c in whole]))
    assert all(a.stop == b.start for a, b in pairwise(parts))
    marked = {i for c in parts for span in c.concealed for i in range(span.start, span.stop)}
    assert marked == {i for span in holes for i in range(span.start, span.stop)}


@every_stage
@given(length=st.integers(0, 60))
def test_each_sample_comes_out_at_the_place_it_came_in_with(streamed, make, length):
    parts = streamed(make(), channels(make)[:, :length], sizes=(7,), start=123)
    assert sum(len(c) for c in parts) == length
    if length:
        assert (parts[0].start, parts[-1].stop) == (123, 123 + length)
        assert all(abs(c.t0_ns - c.start * 1e9 / RATE_HZ) <= 2 for c in parts)


@every_stage
def test_after_a_gap_it_is_as_new(make):
    spec = StreamSpec(RATE_HZ, Origin.DEVICE, ("chest", "ambient") if make is AmbientCanceller else ("chest",))
    stage = make()
    stage.prepare(spec)
    sound = read_only(channels(make)[:, :9000])
    out = list(run(stage, [Chunk(sound, spec, 0, 0), Chunk(sound, spec, 20_000, 5_000_000_000)]))
    first = np.concatenate([c.chest for c in out if c.start < 9000])
    second = np.concatenate([c.chest for c in out if c.start >= 20_000])
    np.testing.assert_array_equal(first, second)
    assert {c.start for c in out} >= {0, 20_000}


@every_stage
def test_a_stream_without_samples_gives_none(make):
    spec = StreamSpec(RATE_HZ, Origin.DEVICE, ("chest", "ambient") if make is AmbientCanceller else ("chest",))
    stage = make()
    stage.prepare(spec)
    nothing = Chunk(read_only(np.zeros((len(spec.channels), 0), np.float32)), spec, 0, 0)
    assert list(run(stage, [])) == []
    assert list(run(stage, [nothing])) == []
    stage.reset("again")
    assert list(stage.flush()) == []


BAD = {
    "nan": np.full(9000, np.nan),
    "some not finite": np.where(np.arange(9000) % 97 == 0, np.inf, SOUND[0, :9000]),
    "denormal": np.full(9000, 1e-41),
    "silence": np.zeros(9000),
    "offset": np.full(9000, -1.0),
    "square": np.repeat(np.tile([1.0, -1.0], 90), 50),
    "alternating": np.tile([1.0, -1.0], 4500),
    "step": np.repeat([0.0, 1.0], 4500),
}


@every_stage
@pytest.mark.parametrize("samples", BAD.values(), ids=BAD)
def test_whatever_comes_in_what_goes_out_is_finite_and_bounded(heard, make, samples):
    bad = np.stack([samples, samples[::-1]]).astype(np.float32)
    out = heard(make(), channels(make, bad))
    assert out.size == 9000
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 4.0
    if make in (STAGES["amplifier"], STAGES["chain"]):
        assert np.abs(out).max() <= 0.98


@every_stage
def test_a_sample_that_is_not_finite_counts_as_0(heard, make):
    bad, zero = SOUND.copy(), SOUND.copy()
    bad[:, 3000:3100], zero[:, 3000:3100] = np.nan, 0.0
    np.testing.assert_array_equal(heard(make(), channels(make, bad)), heard(make(), channels(make, zero)))


@every_stage
@pytest.mark.parametrize("rate_hz", [1000, 2000, 8000, 11_025, 44_100])
def test_any_rate_that_can_be_listened_to(heard, make, rate_hz):
    sound = np.tile(channels(make), 4)[:, : rate_hz * 2 // 3]
    out = heard(make(), sound, rate_hz=rate_hz, sizes=(rate_hz // 50,))
    assert out.size == sound.shape[1]
    assert np.isfinite(out).all()
    assert np.abs(out).max() > 0.01


@pytest.mark.parametrize("make", [ModeBank, HumNotch, SpectralDenoiser, ListeningChain])
def test_a_rate_at_which_nothing_can_be_heard_is_refused(make):
    with pytest.raises(ConfigError, match="record at"):
        make().prepare(StreamSpec(400, Origin.FILE))


@pytest.mark.parametrize("make", [*STAGES.values(), HalfSpeed], ids=[*STAGES, "half speed"])
def test_nothing_is_processed_before_it_is_prepared(make):
    chunk = Chunk(read_only(SOUND[:1, :80]), StreamSpec(RATE_HZ, Origin.FILE), 0, 0)
    with pytest.raises(RuntimeError, match="before prepare"):
        list(make().process(chunk))
