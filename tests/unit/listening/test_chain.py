"""The whole way to an ear: its delay, its switches, and what it never does."""

from pathlib import Path

import numpy as np
import pytest

import stetho.stage
from stetho.errors import ConfigError
from stetho.listening.chain import Listening, ListeningChain
from stetho.listening.mode import Mode
from stetho.stage import run
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
SPEC = StreamSpec(RATE_HZ, Origin.DEVICE)


@pytest.mark.parametrize("quieter", [False, True])
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.word)
def test_an_impulse_is_heard_within_ten_milliseconds(mode, quieter):
    """From its sample to the one after which the loudest of it was given out, everything included."""
    chain = ListeningChain(Listening(mode, quieter=quieter))
    chain.prepare(SPEC)
    impulse = np.zeros(4000, np.float32)
    impulse[2000] = 0.5
    given = []  # for each sample that comes out: its value, and how many had gone in by then
    for at in range(4000):
        for chunk in chain.process(Chunk(read_only(impulse[at : at + 1]), SPEC, at, 0)):
            given += [(float(value), at) for value in chunk.chest]
    loudest = max(range(len(given)), key=lambda i: abs(given[i][0]))
    delay_ms = (given[loudest][1] - 2000) / RATE_HZ * 1000
    stated_ms = 1000 * chain.look_ahead_s + mode.delay_ms
    assert delay_ms <= 10.0
    assert stated_ms <= 10.0
    assert delay_ms == pytest.approx(stated_ms, abs=0.55)


def test_what_it_looks_ahead_is_five_milliseconds_and_three_more_for_the_spectrum():
    held_ms = []
    for listening in (Listening(), Listening(quieter=True), Listening(without_spikes=False)):
        chain = ListeningChain(listening)
        chain.prepare(SPEC)
        held_ms.append(round(1000 * chain.look_ahead_s, 3))
    assert held_ms == [5.0, 8.0, 2.0]


def test_mode_and_gain_change_while_it_runs_without_a_click(heart):
    chain = ListeningChain(Listening(Mode.BELL))
    chain.prepare(SPEC)
    tone = 0.3 * np.sin(2 * np.pi * 70 * np.arange(8000) / RATE_HZ).astype(np.float32)
    pieces = []
    for start in range(0, 8000, 80):
        if start == 3200:
            chain.select(Mode.DIAPHRAGM)
        if start == 5600:
            chain.set_gain_db(10.0)
        pieces += chain.process(Chunk(read_only(tone[start : start + 80]), SPEC, start, 0))
    out = np.concatenate([piece.chest for piece in pieces])
    assert chain.listening == Listening(Mode.DIAPHRAGM, 10.0)
    for at in (3200, 5600):
        around = out[at - 800 : at + 800]
        spectrum = np.abs(np.fft.rfft(around * np.blackman(around.size)))
        assert spectrum[round(300 * around.size / RATE_HZ) :].max() < 3e-4 * spectrum.max()


def test_the_ambient_channel_is_used_where_there_is_one(heart):
    spec = StreamSpec(RATE_HZ, Origin.DEVICE, ("chest", "ambient"))
    rng = np.random.default_rng(1)
    room = rng.normal(0.0, 0.1, 40_000)
    sound = heart("clear", seed=1, alone=True)
    both = read_only(np.stack([sound + room, room]).astype(np.float32))
    heard = {}
    for quieter in (False, True):
        chain = ListeningChain(Listening(Mode.WIDE, quieter=quieter))
        assert chain.prepare(spec).channels == ("chest",)
        (*chunks,) = run(chain, [Chunk(both, spec, 0, 0)])
        heard[quieter] = np.concatenate([chunk.chest for chunk in chunks])[20_000:]
    assert np.std(heard[True]) < 0.5 * np.std(heard[False])


def test_a_new_rate_in_mid_stream_ends_one_sound_and_begins_another(heart):
    chain = ListeningChain()
    chain.prepare(SPEC)
    slow, fast = heart("clear", seed=1)[:4000], heart("clear", seed=2)[:4000]
    half = StreamSpec(2000, Origin.DEVICE)
    out = [*chain.process(Chunk(read_only(slow), SPEC, 0, 0)), *chain.process(Chunk(read_only(fast), half, 4000, 0))]
    out += chain.flush()
    first = [chunk for chunk in out if chunk.spec.rate_hz == 4000]
    assert sum(len(chunk) for chunk in first) == 4000
    alone = ListeningChain()
    alone.prepare(half)
    fresh = [*alone.process(Chunk(read_only(fast), half, 4000, 0)), *alone.flush()]
    np.testing.assert_array_equal(
        np.concatenate([c.chest for c in out[len(first) :]]), np.concatenate([c.chest for c in fresh])
    )


def test_what_goes_in_is_never_touched(heart):
    sound = heart("murmur", seed=1)
    before = sound.copy()
    chain = ListeningChain(Listening(Mode.BELL, 40.0, quieter=True))
    chain.prepare(SPEC)
    list(run(chain, [Chunk(read_only(sound), SPEC, 0, 0)]))
    np.testing.assert_array_equal(sound, before)


def test_settings_that_can_t_be_are_refused():
    with pytest.raises(ConfigError, match="choose one within"):
        ListeningChain(Listening(gain_db=60.0))


def test_nothing_that_records_or_scores_knows_of_listening():
    root = Path(stetho.stage.__file__).parent
    for package in ("inference", "heart", "exam"):
        for path in Path(root, package).rglob("*.py"):
            assert "stetho.listening" not in path.read_text(encoding="utf-8"), path
    for name in ("live.py", "analysis.py", "engine.py", "live_take.py", "records/recorder.py", "records/saving.py"):
        assert "stetho.listening" not in Path(root, name).read_text(encoding="utf-8"), name
