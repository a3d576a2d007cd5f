"""What reaches the converter: the programme, with faults of the sound and hands on the chest piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.faults import Clipping, Hum, LiftOff, Move
from hw_sim.hearing import Hearing
from hw_sim.programme import Part, Programme, Touch
from hw_sim.recipe import Recipe

RATE_HZ = 4000
HEART = Recipe("clear", 3, seconds=6.0).programme()


def heard(*faults, programme=HEART):
    return Hearing(programme, RATE_HZ, faults).read(30_000)


def plain():
    return heard()[0]


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30))
def test_blocks_of_any_size_are_heard_alike(sizes):
    faults = (Hum(500_000, 3_000_000, 50, -20.0), Clipping(1_000_000, 900_000, 30.0), Move(2_000_000, 500_000, 1, "AV"))
    whole, touches = heard(*faults)
    hearing = Hearing(HEART, RATE_HZ, faults)
    pieces, happened = [], []
    for size in [*sizes, 30_000]:
        pcm, changes = hearing.read(size)
        pieces.append(pcm)
        happened += changes
    assert np.array_equal(np.concatenate(pieces), whole)
    assert tuple(happened) == touches


def test_what_is_skipped_is_what_would_have_been_heard():
    hearing = Hearing(HEART, RATE_HZ)
    hearing.skip(10_000)
    assert np.array_equal(hearing.read(30_000)[0], plain()[10_000:])
    hearing.skip(10)
    assert len(hearing.read(10)[0]) == 0


def test_clipping_is_louder_and_cut_off_for_its_while_alone():
    pcm = heard(Clipping(1_000_000, 1_000_000, 40.0))[0]
    changed = np.flatnonzero(pcm != plain())
    assert changed[0] >= 4000
    assert changed[-1] < 8000
    assert np.count_nonzero(np.abs(pcm[4000:8000].astype(int)) >= 32_767) > 100
    assert pcm[4000:8000].min() == -32_768


def test_hum_has_its_frequency_its_level_and_no_other_time():
    hum = heard(Hum(1_000_000, 2_000_000, 50, -20.0))[0].astype(int) - plain()
    assert not np.any(hum[:4000])
    assert not np.any(hum[12_000:])
    spectrum = np.abs(np.fft.rfft(hum[4000:12_000])) / 4000
    assert spectrum[100] == pytest.approx(3276.7, rel=0.01)
    assert np.argmax(spectrum) == 100


def test_lifted_off_it_hears_the_air_and_says_so():
    pcm, touches = heard(LiftOff(1_000_000, 500_000, seed=1))
    air = pcm[4000:6000]
    assert np.array_equal(np.delete(pcm, slice(4000, 6000)), np.delete(plain(), slice(4000, 6000)))
    assert 5 < air.std() < 40
    site = Hearing(HEART, RATE_HZ).contact.site
    assert touches == (Touch(4000, False, None), Touch(6000, True, site), Touch(24_000, False, None))


def test_moved_it_lies_on_the_other_site_from_then_on():
    touches = heard(Move(1_000_000, 500_000, 1, "PV"), LiftOff(3_000_000, 100_000, 1))[1]
    assert [(t.sample, t.touching, t.site) for t in touches] == [
        (4000, False, None),
        (6000, True, "PV"),
        (12_000, False, None),
        (12_400, True, "PV"),
        (24_000, False, None),
    ]


def test_two_hands_lift_once():
    touches = heard(LiftOff(1_000_000, 1_000_000, 1), LiftOff(1_500_000, 1_000_000, 1))[1]
    assert [(t.sample, t.touching) for t in touches] == [(4000, False), (10_000, True), (24_000, False)]


def test_lifted_from_the_beginning_is_the_contact_that_it_begins_with():
    assert not Hearing(HEART, RATE_HZ, (LiftOff(0, 500_000, 1),)).contact.touching


def test_the_programmes_own_end_is_said_once():
    untouched = Programme((Part(HEART.parts[0].make, 1.0, touching=False),))
    assert heard(LiftOff(100_000, 100_000, 1), programme=untouched)[1] == ()
