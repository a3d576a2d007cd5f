"""The core in C: whatever happens to it, it says what the core in Python says; and where there is no compiler."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.wire import (
    Audio,
    Codec,
    Event,
    EventKind,
    Hello,
    PacketDecoder,
    Ping,
    ResendRequest,
    Start,
    Started,
    Stop,
    Stopped,
    StopReason,
    TimeRequest,
    encode,
)
from hw_sim.core import CORES, MakeCore, core_of
from hw_sim.heart import Heart, HeartSettings
from hw_sim.identity import Identity
from hw_sim.programme import Part, Programme
from hw_sim.recipe import Recipe
from stetho.errors import ConfigError, InputError

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="this system has no C compiler")

HEART = HeartSettings(seed=4)


def heart(rate_hz: int) -> Heart:
    return Heart(HEART)


PARTS = (Part(heart, 1.0073, site="PV"), Part(heart, 0.4, touching=False), Part(heart, 2.2, site="MV"))
PROGRAMME = Programme(PARTS, (4000,))


class Host:
    """The other end of a core, with a clock that the test moves."""

    def __init__(self, make: MakeCore, programme: Programme = PROGRAMME, **identity: object) -> None:
        self.core = make(Identity("SIM-0004", **identity), programme, (), None)
        self.decoder = PacketDecoder()
        self.now_us = 1_000_000

    def do(self, what: object) -> list:
        match what:
            case int():
                self.now_us += what
                self.core.advance(self.now_us)
            case "lost":
                self.core.client_lost()
            case "taken":
                return [m for frame in self.core.taken_over() for m in self.decoder.feed(frame)]
            case ("charge", percent):
                self.core.charge(percent, self.now_us)
            case [*messages]:
                self.core.receive(b"".join(encode(message) for message in messages), self.now_us)
        return self.take()

    def take(self) -> list:
        return [m for frame, _ in self.core.frames(self.now_us) for m in self.decoder.feed(frame)]


ids = st.integers(0, 3)
index = st.one_of(st.integers(0, 15_000), st.integers(2**32 - 9, 2**32 - 1))
requests = st.one_of(
    st.builds(Hello, st.integers(0, 9), version_min=st.integers(0, 2), version_max=st.integers(1, 3)),
    st.builds(Start, ids, st.sampled_from(Codec), st.integers(0, 2), st.sampled_from([4000, 4000, 8000])),
    st.builds(Stop, ids),
    st.builds(ResendRequest, ids, index, st.one_of(st.integers(0, 4000), st.just(2**32 - 1))),
    st.builds(TimeRequest, st.integers(0, 9)),
    st.builds(Ping, st.integers(0, 9)),
)
happenings = st.one_of(
    st.integers(1, 1_900_000),  # less than the two seconds of sound that may wait
    st.lists(requests, min_size=1, max_size=3).map(tuple),
    st.tuples(st.just("charge"), st.integers(0, 100)),
    st.sampled_from(["lost", "taken"]),
)
BEGUN = [(Hello(1),), (Start(1, Codec.PCM16, 1, 4000),), 300_000]


@given(st.lists(happenings, max_size=25), st.booleans())
def test_whatever_happens_both_say_the_same(story, begun):
    python, in_c = Host(CORES["python"]), Host(CORES["c"])
    for what in BEGUN * begun + story:
        assert in_c.do(what) == python.do(what), what
        assert in_c.core.due_us == python.core.due_us
        assert in_c.core.begun == python.core.begun


@pytest.mark.parametrize("rate_hz", [1000, 44_100, 48_000])
@pytest.mark.parametrize("codec", list(Codec))
def test_at_any_rate_both_say_the_same(codec, rate_hz):
    programme = Programme((Part(lambda rate: Heart(HeartSettings(seed=4, rate_hz=rate)), 0.3),), (rate_hz,))
    hosts = [Host(CORES[name], programme, ring_s=1.0, packet_s=0.04) for name in ("python", "c")]
    story = [(Hello(1),), (Start(1, codec, 1, rate_hz),), *[33_333] * 12, (ResendRequest(1, 0, rate_hz),)]
    python, in_c = ([m for what in story for m in host.do(what)] for host in hosts)
    assert in_c[2:] == python[2:]  # CAPABILITIES may promise a ring of some samples more


def test_a_link_that_takes_nothing_loses_the_oldest_and_is_told_how_much():
    host = Host(CORES["c"])
    for what in BEGUN[:2]:
        host.do(what)
    messages = host.do(3_000_000)
    (overflow,) = [m for m in messages if isinstance(m, Event) and m.kind is EventKind.OVERFLOW]
    assert (overflow.sample, overflow.samples) == (0, 4000)
    assert next(m for m in messages if isinstance(m, Audio)).first_sample == 4000
    assert host.do((ResendRequest(1, 0, 80),))[0].first_sample == 0


def test_a_flood_of_questions_is_answered_within_bounds():
    host = Host(CORES["c"])
    for what in BEGUN:
        host.do(what)
    host.core.receive(encode(Ping(1)) * 5000 + encode(ResendRequest(1, 0, 4000)) * 500, host.now_us)
    assert 0 < len(host.take()) < 500
    assert host.do((Ping(7),))[0].token == 7


def test_a_sound_that_is_gone_ends_the_stream_at_once():
    def gone(rate_hz: int) -> Heart:
        raise InputError("a recording that does not exist any more.")

    host = Host(CORES["c"], Programme((Part(gone),), (4000,)))
    host.do((Hello(1),))
    messages = host.do((Start(1, Codec.PCM16, 1, 4000),))
    assert [type(m) for m in messages if not isinstance(m, Event)] == [Started, Stopped]
    assert messages[-1].reason == StopReason.FAULT


def test_what_comes_through_the_bridge_is_the_heart_itself():
    from hw_sim.virtual_stream import VirtualStream

    recipe = Recipe("murmur", 7, seconds=4.0, core="c", codec="pcm16", loss=0.1)
    with VirtualStream(recipe) as stream:
        heard = stream.recording()
    assert np.array_equal(heard, stream.truth.samples(4.0))


def test_a_core_that_there_is_not_is_said():
    with pytest.raises(ConfigError, match="There is no core 'rust'; choose python or c"):
        core_of("rust")
    with pytest.raises(ConfigError, match="choose python or c"):
        Recipe(core="rust")


def test_without_a_compiler_one_sentence_says_so(monkeypatch, tmp_path):
    from hw_sim.c_core.build import built_library

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(ConfigError, match="needs a C compiler, and there is none here: install gcc or clang"):
        built_library()


def test_a_compiler_that_fails_is_quoted(monkeypatch, tmp_path):
    from hw_sim.c_core.build import built_library

    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho 'no space left' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("CC", str(broken))
    with pytest.raises(ConfigError, match="broken does not compile the core in C: no space left"):
        built_library()
