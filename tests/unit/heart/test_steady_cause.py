"""What is said of a cause stands long enough to be read."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from stetho.heart.assessment import Reason
from stetho.heart.steady_cause import HOLDS, SteadyCause

RUBS, VOICES, LOSS = Reason.RUBBING, Reason.SPEECH, Reason.LINK_LOSS


def said(*causes: Reason | None) -> list[Reason | None]:
    steady = SteadyCause()
    return [steady.hear(cause) for cause in causes]


@given(causes=st.lists(st.sampled_from([None, RUBS, VOICES, Reason.CLIPPING]), max_size=40))
def test_nothing_that_is_said_goes_within_two_seconds(causes: list[Reason | None]) -> None:
    stood = [(cause, len(list(run))) for cause, run in groupby(said(*causes))]
    assert all(halves >= HOLDS for _, halves in stood[1:-1])


def test_a_cause_is_said_within_two_seconds_and_goes_two_seconds_after_it() -> None:
    assert said(RUBS, RUBS, RUBS)[-1] is RUBS
    assert said(None, None, None, None, RUBS, RUBS, RUBS)[-1] is RUBS
    assert said(RUBS, RUBS, RUBS, RUBS, None, None, None, None)[-1] is None


def test_a_single_knock_is_not_remarked_on() -> None:
    assert set(said(*[None] * 5, RUBS, None, None, RUBS, *[None] * 5)) == {None}


def test_what_is_said_stays_while_causes_alternate() -> None:
    assert set(said(RUBS, RUBS, RUBS, *[VOICES, RUBS] * 10)[2:]) == {RUBS}


def test_where_every_half_second_has_another_cause_one_of_them_is_said() -> None:
    assert said(RUBS, VOICES, Reason.CLIPPING, Reason.MAINS_HUM)[-1] is Reason.MAINS_HUM


def test_a_silent_link_is_said_at_once_and_stands() -> None:
    steady = SteadyCause()
    steady.hear(None)
    assert steady.insist(LOSS) is LOSS
    assert [steady.hear(None) for _ in range(4)] == [LOSS, LOSS, LOSS, None]
