"""Where takes begin and end."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stetho.source import ContactChange
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only
from stetho.take import TakeCutter, TakeEnd, TakeItem, TakeStart

RATE_HZ = 100
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)


def chunk(start: int, stop: int) -> Chunk:
    return Chunk(read_only(np.arange(start, stop, dtype=np.float32)), SPEC, start, 0)


def outline(items: list[TakeItem]) -> list[str]:
    """`3<` a take that starts at 3, `3-9` samples, `>9` an end."""
    lines = []
    for item in items:
        match item:
            case TakeStart():
                lines.append(f"{item.start}<{item.site or ''}")
            case Chunk():
                lines.append(f"{item.start}-{item.stop}")
            case TakeEnd():
                lines.append(f"{item.span.start}..{item.span.stop}>")
    return lines


def test_a_device_without_a_contact_sensor_touches_all_the_time() -> None:
    cutter = TakeCutter(has_contact_sensor=False)
    items = [*cutter.process(chunk(0, 50)), *cutter.process(chunk(50, 80)), *cutter.finish(80)]
    assert outline(items) == ["0<", "0-50", "50-80", "0..80>"]


def test_contact_opens_and_lift_off_closes_at_their_own_samples() -> None:
    cutter = TakeCutter(has_contact_sensor=True)
    items = [
        *cutter.process(chunk(0, 50)),
        *cutter.contact(ContactChange(True, 60, "AV")),
        *cutter.process(chunk(50, 100)),
        *cutter.contact(ContactChange(False, 130)),
        *cutter.process(chunk(100, 150)),
        *cutter.finish(150),
    ]
    assert outline(items) == ["60<AV", "60-100", "100-130", "60..130>"]


def test_lift_off_at_the_newest_sample_needs_no_further_one() -> None:
    cutter = TakeCutter(has_contact_sensor=True)
    items = [*cutter.contact(ContactChange(True, 0)), *cutter.process(chunk(0, 50))]
    items += cutter.contact(ContactChange(False, 50))
    assert outline(items) == ["0<", "0-50", "0..50>"]


def test_a_change_of_site_ends_the_take() -> None:
    cutter = TakeCutter(has_contact_sensor=True)
    items = [
        *cutter.contact(ContactChange(True, 0, "AV")),
        *cutter.process(chunk(0, 50)),
        *cutter.contact(ContactChange(True, 70, "PV")),
        *cutter.process(chunk(50, 100)),
        *cutter.finish(100),
    ]
    assert outline(items) == ["0<AV", "0-50", "50-70", "0..70>", "70<PV", "70-100", "70..100>"]


def test_samples_that_did_not_come_live_end_no_take() -> None:
    cutter = TakeCutter(has_contact_sensor=False)
    items = [*cutter.process(chunk(0, 50)), *cutter.process(chunk(900, 950)), *cutter.finish(950)]
    assert outline(items) == ["0<", "0-50", "900-950", "0..950>"]


def test_samples_that_are_lost_for_good_end_the_take_before_them() -> None:
    cutter = TakeCutter(has_contact_sensor=False)
    items = [*cutter.process(chunk(0, 50)), *cutter.process(chunk(300, 350)), *cutter.lost(Span(50, 300))]
    items += [*cutter.process(chunk(350, 400)), *cutter.finish(400)]
    assert outline(items) == ["0<", "0-50", "300-350", "0..50>", "300<", "350-400", "300..400>"]


def test_a_take_ends_where_contact_was_lost_even_if_that_was_missed_live() -> None:
    cutter = TakeCutter(has_contact_sensor=True)
    items = [*cutter.contact(ContactChange(True, 0)), *cutter.process(chunk(0, 50))]
    items += cutter.contact(ContactChange(False, 70))
    assert outline([*items, *cutter.finish(90)]) == ["0<", "0-50", "0..70>"]


def test_a_take_whose_end_was_missed_live_reaches_to_the_end_of_the_stream() -> None:
    cutter = TakeCutter(has_contact_sensor=False)
    assert outline([*cutter.process(chunk(0, 50)), *cutter.finish(90)]) == ["0<", "0-50", "0..90>"]


def test_a_loss_before_the_take_is_none_of_its_business() -> None:
    cutter = TakeCutter(has_contact_sensor=True)
    items = [*cutter.contact(ContactChange(True, 400)), *cutter.process(chunk(300, 500)), *cutter.lost(Span(50, 300))]
    assert outline(items) == ["400<", "400-500"]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=6),
    st.lists(st.integers(1, 90), min_size=1, max_size=10),
)
def test_takes_never_overlap_and_hold_exactly_their_samples(
    changes: list[tuple[bool, int]], lengths: list[int]
) -> None:
    cutter = TakeCutter(has_contact_sensor=True)
    items: list[TakeItem] = []
    for touching, at in changes:
        items += cutter.contact(ContactChange(touching, at))
    start = 0
    for length in lengths:
        items += cutter.process(chunk(start, start + length))
        start += length
    items += cutter.finish(start)
    spans: list[Span] = []
    held = 0
    for item in items:
        match item:
            case TakeStart():
                held = item.start
            case Chunk():
                assert item.start == held
                assert item.chest[0] == item.start
                held = item.stop
            case TakeEnd():
                assert item.span.stop == held
                spans.append(item.span)
    assert all(a.stop <= b.start for a, b in itertools.pairwise(spans))
