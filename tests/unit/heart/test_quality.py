from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.errors import ConfigError
from stetho.heart.quality import Quality, QualityGate, Reason, poor_cause, summarize, usable_over
from stetho.stage import run
from stetho.stream import Origin, Span, StreamSpec

RATES_HZ = [2000, 4000, 11025, 44100]


def _judged(chunks):
    gate = QualityGate()
    gate.prepare(chunks[0].spec)
    return list(run(gate, chunks))


def _reasons(found):
    return {reason for quality in found for reason in quality.reasons}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("bpm", [40, 75, 150])
def test_a_heart_is_usable(cut, heart_sound, rate_hz, bpm):
    found = _judged(cut(heart_sound(rate_hz, 8, bpm), rate_hz, [rate_hz]))
    assert len(found) == 16
    assert all(quality.usable for quality in found)
    assert min(quality.score for quality in found[8:]) > 0.5


@pytest.mark.parametrize("offset", [-0.6, 0.3])
def test_an_offset_changes_nothing(cut, heart_sound, offset):
    found = _judged(cut(heart_sound(4000, 6) + np.float32(offset), 4000, [4000]))
    assert all(quality.usable for quality in found)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("tone_hz", [30, 75, 100, 200, 500, 900])
@pytest.mark.parametrize("level", [0.01, 0.9])
def test_a_tone_is_never_usable(cut, rate_hz, tone_hz, level):
    tone = level * np.sin(2 * np.pi * tone_hz * np.arange(6 * rate_hz) / rate_hz)
    found = _judged(cut(tone.astype(np.float32), rate_hz, [rate_hz]))
    assert not any(quality.usable for quality in found)
    assert Reason.MAINS_HUM not in _reasons(found)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("line_hz", [50, 60])
def test_hum_is_named_where_it_dominates(cut, heart_sound, rate_hz, line_hz):
    sound = heart_sound(rate_hz, 6)
    line = np.sin(2 * np.pi * line_hz * np.arange(sound.size) / rate_hz).astype(np.float32)
    assert _reasons(_judged(cut(sound + np.float32(0.3) * line, rate_hz, [rate_hz]))) == {Reason.MAINS_HUM}
    assert not _reasons(_judged(cut(sound + np.float32(0.003) * line, rate_hz, [rate_hz])))


@pytest.mark.parametrize(("level", "reason"), [(0.0005, Reason.NO_CONTACT), (0.1, Reason.AMBIENT_NOISE)])
def test_noise_is_not_usable(cut, level, reason):
    noise = np.random.default_rng(2).normal(0.0, level, 32_000).astype(np.float32)
    found = _judged(cut(noise, 4000, [4000]))
    assert sum(quality.usable for quality in found) <= 1
    assert _reasons(found[6:]) == {reason}


@pytest.mark.parametrize("level", [0.0, 0.4, -1.0])
def test_a_flat_line_is_too_quiet_or_at_its_end(cut, level):
    found = _judged(cut(np.full(16_000, level, np.float32), 4000, [4000]))
    assert not any(quality.usable for quality in found)
    assert Reason.TOO_QUIET in _reasons(found)
    assert (Reason.CLIPPING in _reasons(found)) == (abs(level) == 1.0)
    assert all(quality.score == 0.0 for quality in found)


def test_the_last_bit_alone_is_too_quiet(cut):
    bits = np.random.default_rng(3).integers(-1, 2, 16_000).astype(np.float32) / 32768
    assert _reasons(_judged(cut(bits, 4000, [4000]))) == {Reason.TOO_QUIET}


def test_clipping_is_named(cut, heart_sound):
    loud = np.clip(12 * heart_sound(4000, 6), -1, 1)
    assert Reason.CLIPPING in _reasons(_judged(cut(loud, 4000, [4000])))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_never_passes(cut, heart_sound, bad):
    sound = heart_sound(4000, 12)
    sound[17_000] = bad
    found = _judged(cut(sound, 4000, [4000]))
    (broken,) = [quality for quality in found if quality.broken]
    assert broken.span == Span(16_000, 18_000)
    assert (broken.usable, broken.score, broken.reasons[0]) == (False, 0.0, Reason.LINK_LOSS)
    assert all(np.isfinite(quality.score) for quality in found)
    assert poor_cause(found, Span(0, 20_000)) == "link_loss"
    assert poor_cause(found, Span(18_000, 38_000)) == "link_loss"
    assert poor_cause(found, Span(20_000, 40_000)) == ""


def test_much_concealed_is_link_loss(cut, heart_sound):
    sound = heart_sound(4000, 4)
    found = _judged(cut(sound, 4000, [80], concealed=[Span(4000, 4240), Span(8000, 8600)]))
    assert [quality.span.start for quality in found if Reason.LINK_LOSS in quality.reasons] == [8000]


@given(rate_hz=st.sampled_from([2000, 4000, 11025]), sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=8))
def test_chunking_law(cut, heart_sound, rate_hz, sizes):
    sound = heart_sound(rate_hz, 3.3, noise=0.03)
    sound[rate_hz] = np.nan
    lost = [Span(1000, 1300)]
    whole = _judged(cut(sound, rate_hz, [sound.size], start=77, concealed=lost))
    assert _judged(cut(sound, rate_hz, sizes, start=77, concealed=lost)) == whole
    assert [len(quality.span) / rate_hz for quality in whole] == pytest.approx([0.5] * 6, abs=1e-3)
    assert whole[0].span.start == 77


def test_a_gap_forgets(cut, heart_sound):
    sound, later = heart_sound(4000, 4), np.zeros(8000, np.float32)
    found = _judged(cut(later, 4000, [80]) + cut(sound, 4000, [80], start=40_000))
    alone = _judged(cut(sound, 4000, [80], start=40_000))
    assert found[4:] == alone


def test_a_slow_rate_is_refused():
    with pytest.raises(ConfigError, match="record at 2000"):
        QualityGate().prepare(StreamSpec(1000, Origin.FILE))


GOOD = Quality(Span(0, 10), 0.9, usable=True)
POOR = replace(GOOD, score=0.1, usable=False, reasons=(Reason.TOO_NOISY,))


def _row(*qualities):
    return [replace(quality, span=Span(10 * i, 10 * i + 10)) for i, quality in enumerate(qualities)]


def test_a_window_may_be_a_quarter_poor():
    assert poor_cause(_row(GOOD, GOOD, GOOD, POOR), Span(0, 40)) == ""
    assert poor_cause(_row(GOOD, GOOD, GOOD, POOR), Span(10, 40)) == "too_noisy"
    assert usable_over(_row(GOOD, GOOD, GOOD, POOR), Span(0, 30))
    assert not usable_over(_row(GOOD, POOR), Span(0, 20))


def test_nothing_measured_is_no_cause():
    assert poor_cause([], Span(0, 10)) == ""


def test_a_recording_is_usable_when_half_of_it_is():
    half = summarize(_row(GOOD, POOR))
    assert half.usable
    assert half.score == pytest.approx(0.5)
    assert half.reasons == (Reason.TOO_NOISY,)
    assert not summarize(_row(GOOD, POOR, POOR)).usable
    assert summarize(_row(GOOD, GOOD)).reasons == ()


def test_an_unusable_recording_has_a_reason():
    causes = [replace(POOR, reasons=(reason,)) for reason in Reason]
    assert summarize(_row(*causes, GOOD)).reasons != ()
    assert not summarize([]).usable


def test_what_disturbs_is_named_where_it_is_usable_too(cut, heart_sound):
    sound = heart_sound(4000, 9)
    line = np.sin(2 * np.pi * 50 * np.arange(sound.size) / 4000).astype(np.float32)
    found = _judged(cut(sound + np.float32(0.03) * line, 4000, [4000]))
    assert all(quality.usable for quality in found)
    assert {quality.disturbance for quality in found[8:]} == {Reason.MAINS_HUM}
    assert Reason.MAINS_HUM not in {quality.disturbance for quality in _judged(cut(sound, 4000, [4000]))}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_beep_at_the_pace_of_a_heart_is_none(cut, rate_hz):
    t = np.arange(9 * rate_hz) / rate_hz
    beeps = 0.2 * np.sin(2 * np.pi * 440 * t) * ((t * 1.2) % 1.0 < 0.12)
    found = _judged(cut((beeps + np.random.default_rng(5).normal(0.0, 1e-3, t.size)).astype(np.float32), rate_hz, [80]))
    assert not any(quality.usable for quality in found[6:])


@pytest.mark.parametrize("rate_hz", [2000, 4000, 11025])
@pytest.mark.parametrize("sizes", [[1, 7, 333], [80], [5000, 13], [12_345]])
def test_chunking_law_when_the_memory_is_full(cut, heart_sound, rate_hz, sizes):
    sound = heart_sound(rate_hz, 9.3, noise=0.01)
    whole = _judged(cut(sound, rate_hz, [sound.size], start=77))
    assert _judged(cut(sound, rate_hz, sizes, start=77)) == whole
