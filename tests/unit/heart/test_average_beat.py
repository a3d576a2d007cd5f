"""The average beat and its energy: the same however the take was cut, and nothing in it that does not belong."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.frames import Frames
from stetho.dsp.mel import FLOOR, N_MELS, log_mel
from stetho.heart.aligned_beat import AlignedBeat, align, frames_of
from stetho.heart.average_beat import average_beat
from stetho.heart.band_levels import BANDS_HZ, band_levels, over_bands
from stetho.heart.beat_aligner import BeatAligner
from stetho.heart.beat_selection import FEWEST_BEATS, Exclusion, select
from stetho.heart.beats import Segment, segments
from stetho.heart.cycles import Cycle, cycles
from stetho.heart.durations import STATES, HeartState
from stetho.heart.parts import PARTS, Part, part_edges
from stetho.heart.phase_energy import phase_energy
from stetho.stream import Origin, Samples, StreamSpec

RATE_HZ = 2000
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)
HOP = 40
LOUD_DB, QUIET_DB = -20.0, -60.0


def cycles_of(cycle_s: Sequence[float], start_s: float = 0.1) -> list[Cycle]:
    """Beats of these lengths: S1 at most 0.1 s, S2 0.08 s, systole a quarter of the beat but 0.3 s at most."""
    found = []
    for length_s in cycle_s:
        lengths_s = (min(0.1, 0.25 * length_s), min(0.25 * length_s, 0.3), min(0.08, 0.2 * length_s))
        onsets_s = start_s + np.cumsum((0.0, *lengths_s))
        start_s += length_s
        found.append(Cycle((*map(float, onsets_s), start_s)))
    return found


def sound(found: Sequence[Cycle], murmur: Part | None = None, murmur_hz: float = 180.0, seed: int = 0) -> Samples:
    """Bursts of 80 Hz for S1 and S2 over faint noise, and a tone over a part of each beat; float32 at 2 kHz."""
    time_s = np.arange(int((found[-1].stop_s + 0.3) * RATE_HZ)) / RATE_HZ
    out = np.random.default_rng(seed).normal(0.0, 10 ** (QUIET_DB / 20), time_s.size)
    for cycle in found:
        s1, systole, s2, diastole, _ = cycle.edges_s
        for onset_s, stop_s in ((s1, systole), (s2, diastole)):
            inside = (time_s >= onset_s) & (time_s < stop_s - 0.02)
            out[inside] += 0.2 * np.sin(2 * np.pi * 80 * time_s[inside])
        if murmur is not None:
            start_s, length_s = part_edges(cycle.edges_s)[PARTS.index(murmur)]
            inside = (time_s >= start_s) & (time_s < start_s + length_s)
            out[inside] += 10 ** (LOUD_DB / 20) * np.sqrt(2) * np.sin(2 * np.pi * murmur_hz * time_s[inside])
    return out.astype(np.float32)


def aligned(samples: Samples, found: Sequence[Cycle]) -> list[AlignedBeat]:
    """All at once, without the stage."""
    levels_db = band_levels(log_mel(samples))
    beats = []
    for cycle in found:
        first, stop = frames_of(cycle)
        beats.append(align(levels_db[:, first:stop], first, cycle))
    return beats


def stream(mel: Samples, found: Sequence[Cycle], cuts: Sequence[int], late: int) -> Iterator[AlignedBeat]:
    """Through the stage: frames cut anywhere, each beat `late` frames after its last one, or as soon as can be."""
    stage = BeatAligner(take_start=1000)
    stage.prepare(SPEC)
    waiting = list(found)
    for start, stop in pairwise([0, *cuts, mel.shape[1]]):
        yield from stage.process(Frames(mel[:, start:stop], 1000 + start * HOP, HOP))
        while waiting and frames_of(waiting[0])[1] + late <= stop:
            yield from stage.process(waiting.pop(0))
    for cycle in waiting:
        yield from stage.process(cycle)
    yield from stage.flush()


def same(one: Sequence[AlignedBeat], other: Sequence[AlignedBeat]) -> bool:
    return len(one) == len(other) and all(
        a.cycle == b.cycle
        and np.array_equal(a.levels_db, b.levels_db, equal_nan=True)
        and np.array_equal(a.parts_db, b.parts_db, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


@pytest.fixture(scope="module")
def take() -> tuple[Samples, list[Cycle]]:
    found = cycles_of([0.7, 0.9, 0.65, 0.8, 1.1, 0.6] * 5)
    return sound(found, Part.MID_SYSTOLE), found


@given(st.data())
def test_beats_are_bit_identical_however_the_frames_are_cut(take: tuple[Samples, list[Cycle]], data) -> None:
    samples, found = take
    mel = log_mel(samples)
    cuts = sorted(data.draw(st.lists(st.integers(1, mel.shape[1] - 1), max_size=80, unique=True)))
    late = data.draw(st.integers(-300, 600))
    assert same(list(stream(mel, found, cuts, late)), aligned(samples, found))


def test_beats_are_bit_identical_frame_by_frame(take: tuple[Samples, list[Cycle]]) -> None:
    samples, found = take
    mel = log_mel(samples)
    assert same(list(stream(mel, found, range(1, mel.shape[1]), 0)), aligned(samples, found))


def test_beats_of_a_take_longer_than_the_memory_are_the_same_too() -> None:
    found = cycles_of(np.random.default_rng(5).uniform(0.4, 1.2, 160).tolist())
    samples = sound(found)
    mel = log_mel(samples)
    cuts = np.cumsum(np.random.default_rng(6).integers(1, 400, 60))
    cuts = cuts[cuts < mel.shape[1]].tolist()
    assert found[-1].stop_s > 4 * BeatAligner.REMEMBERED_S
    for late in (-200, 0, 900):
        assert same(list(stream(mel, found, cuts, late)), aligned(samples, found))


def test_the_memory_of_a_long_take_is_bounded() -> None:
    stage = BeatAligner(take_start=0)
    stage.prepare(SPEC)
    room = stage._levels_db.nbytes
    mel = np.zeros((N_MELS, 500), np.float32)
    for at in range(0, 30_000, 500):
        assert list(stage.process(Frames(mel, at * HOP, HOP))) == []
    assert stage._levels_db.nbytes == room
    (old,) = stage.process(cycles_of([0.8])[0])
    assert np.isnan(old.levels_db).all()
    (new,) = stage.process(cycles_of([0.8], start_s=590.0)[0])
    assert np.isfinite(new.levels_db).all()


def test_beats_over_a_gap_are_left_out_and_those_around_it_are_not(take: tuple[Samples, list[Cycle]]) -> None:
    samples, found = take
    mel = log_mel(samples)
    stage = BeatAligner(take_start=0)
    stage.prepare(SPEC)
    out: list[AlignedBeat] = []
    for first, stop in ((0, 500), (600, mel.shape[1])):
        out += stage.process(Frames(mel[:, first:stop], first * HOP, HOP))
    for cycle in found:
        out += stage.process(cycle)
    over_the_gap = sum(frames_of(cycle)[0] < 600 and frames_of(cycle)[1] > 500 for cycle in found)
    selection = select([*out, *stage.flush()])
    assert selection.excluded[Exclusion.GAP] in {over_the_gap, over_the_gap - 1, over_the_gap - 2}
    assert len(selection.used) + sum(selection.excluded.values()) == len(found)


def test_a_reset_begins_another_take() -> None:
    stage = BeatAligner(take_start=0)
    stage.prepare(SPEC)
    list(stage.process(Frames(np.zeros((N_MELS, 100), np.float32), 0, HOP)))
    stage.reset("take")
    assert list(stage.process(cycles_of([0.8])[0])) == []
    (beat,) = stage.flush()
    assert np.isnan(beat.levels_db).all()


@pytest.mark.parametrize(("hz", "band"), [(44, 0), (90, 1), (180, 2), (350, 3)])
def test_a_tone_has_its_level_in_its_own_band(hz: int, band: int) -> None:
    time_s = np.arange(4000) / RATE_HZ
    levels_db = band_levels(log_mel((0.1 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)))[:, 5:]
    # A tenth of full scale: -20 dB, and -3 dB for a sine's mean square.
    assert np.median(levels_db[band]) == pytest.approx(-23.0, abs=2.5 if band == 0 else 1.0)
    assert over_bands(levels_db.T) == pytest.approx(-23.0, abs=1.5 if band == 0 else 0.3)
    assert np.median(levels_db.argmax(axis=0)) == band


def test_silence_has_a_level_too() -> None:
    levels_db = band_levels(np.full((N_MELS, 3), np.log(FLOOR), np.float32))
    assert np.isfinite(levels_db).all()
    assert (levels_db < -80.0).all()


@pytest.mark.parametrize("bpm", [30, 75, 140, 220])
@pytest.mark.parametrize("murmur", [Part.EARLY_SYSTOLE, Part.LATE_SYSTOLE, Part.EARLY_DIASTOLE, Part.LATE_DIASTOLE])
def test_the_energy_lies_where_the_sound_is_at_any_rate(bpm: int, murmur: Part) -> None:
    found = cycles_of([60.0 / bpm] * 12)
    energy = phase_energy(select(aligned(sound(found, murmur), found)))
    assert energy is not None
    thirds = {part: above.murmur_bands_db for part, above in energy.thirds.items()}
    assert max(thirds, key=thirds.__getitem__) is murmur
    assert (energy.systole_over_diastole_db > 0) == ("systole" in murmur)
    assert thirds[energy.baseline] == pytest.approx(0.0, abs=1e-9)
    assert energy.baseline is not murmur


def test_the_energy_is_in_the_band_of_the_sound() -> None:
    found = cycles_of([0.8] * 12)
    energy = phase_energy(select(aligned(sound(found, Part.MID_DIASTOLE, 350.0), found)))
    assert energy is not None
    assert energy.thirds[Part.MID_DIASTOLE].median_db[:4].argmax() == 3


def test_a_gain_changes_levels_and_no_energy_above_the_baseline() -> None:
    found = cycles_of([0.8] * 12)
    loud = sound(found, Part.MID_SYSTOLE)
    one, other = (phase_energy(select(aligned(s, found))) for s in (loud, loud * np.float32(0.25)))
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.baseline_db - other.baseline_db, 20 * np.log10(4), atol=0.3)
    np.testing.assert_allclose(one.systole.median_db, other.systole.median_db, atol=0.3)


def test_an_irregular_rhythm_moves_nothing_in_systole() -> None:
    """Beats of 0.5 to 1.2 s, as when the atria fibrillate: all are used, and the murmur stays in its place."""
    lengths_s = np.random.default_rng(3).uniform(0.5, 1.2, 30)
    found = cycles_of(lengths_s.tolist())
    selection = select(aligned(sound(found, Part.LATE_SYSTOLE), found))
    energy, average = phase_energy(selection), average_beat(selection)
    assert len(selection.used) >= 27
    assert energy is not None
    assert average is not None
    assert energy.thirds[Part.LATE_SYSTOLE].low_db[-1] > energy.thirds[Part.EARLY_SYSTOLE].high_db[-1]
    assert (average.low_db <= average.mean_db).all()
    assert (average.mean_db <= average.high_db).all()


def test_noise_alone_lies_in_no_phase() -> None:
    found = cycles_of([0.8] * 40)
    noise = np.random.default_rng(0).normal(0.0, 0.1, int(33 * RATE_HZ)).astype(np.float32)
    energy = phase_energy(select(aligned(noise, found)))
    assert energy is not None
    assert abs(energy.systole_over_diastole_db) < 1.0
    assert all(above.murmur_bands_db < 1.5 for above in energy.thirds.values())


def test_what_does_not_belong_is_left_out_and_counted() -> None:
    found = cycles_of([0.8] * 20)
    samples = sound(found)
    start, stop = (int(edge * RATE_HZ) for edge in (found[7].start_s, found[7].stop_s))
    samples[start:stop] += np.random.default_rng(1).normal(0.0, 0.3, stop - start).astype(np.float32)
    found[3] = Cycle(found[3].edges_s, usable=False)
    s1, systole, _, diastole, end = found[12].edges_s
    found[12] = Cycle((s1, systole, systole + 0.02, diastole, end))
    selection = select(aligned(samples, found))
    assert selection.excluded == {Exclusion.POOR_SIGNAL: 1, Exclusion.IRREGULAR: 1, Exclusion.UNLIKE_OTHERS: 1}
    assert len(selection.used) == 17


@pytest.mark.parametrize("count", [0, 1, FEWEST_BEATS - 1, FEWEST_BEATS])
def test_too_few_beats_make_no_average(count: int) -> None:
    found = cycles_of([0.8] * FEWEST_BEATS)
    selection = select(aligned(sound(found), found)[:count])
    assert (average_beat(selection) is None) == (count < FEWEST_BEATS)
    assert (phase_energy(selection) is None) == (count < FEWEST_BEATS)


def test_the_average_has_the_median_durations_and_the_levels_of_the_sounds() -> None:
    found = cycles_of([0.7, 0.8, 0.9] * 5)
    average = average_beat(select(aligned(sound(found, Part.MID_SYSTOLE), found)))
    assert average is not None
    assert average.durations_s == pytest.approx((0.1, 0.2, 0.08, 0.42))
    assert average.time_s[0] == pytest.approx(0.1 / 16)
    assert (np.diff(average.time_s) > 0).all()
    s1, diastole = (average.level_db(state)[1] for state in (HeartState.S1, HeartState.DIASTOLE))
    assert s1 == pytest.approx(20 * np.log10(0.2) - 3, abs=2)
    assert diastole < s1 - 25
    assert average.mean_db.shape == (len(BANDS_HZ), average.time_s.size)
    assert average.to_json()["duration_s"]["S2"] == 0.08


def test_whole_beats_are_those_with_both_ends(state_logits) -> None:
    found = segments(state_logits([0.8] * 6))
    whole = cycles(found)
    assert len(whole) == sum(segment.state is HeartState.S1 for segment in found) - 1
    for cycle in whole:
        assert sorted(cycle.edges_s) == list(cycle.edges_s)
    for one, two in pairwise(whole):
        assert one.stop_s == two.start_s


def test_no_beat_reaches_over_a_gap() -> None:
    def run(start_s: float) -> list[Segment]:
        return [
            Segment(start_s + 0.2 * k, start_s + 0.2 * (k + 1), STATES[k % 4], 1.0, onset_seen=k > 0) for k in range(9)
        ]

    found = cycles([*run(0.0), *run(5.0)])
    assert [cycle.edges_s[0] for cycle in found] == pytest.approx([0.8, 5.8]) or len(found) == 2
    assert all(cycle.stop_s - cycle.start_s == pytest.approx(0.8) for cycle in found)
