"""The live screen: everything that must be said is there, and nothing old looks live."""

from dataclasses import replace

import numpy as np
import pytest

from stetho.cli.live_run import closing_lines
from stetho.cli.live_screen import draw
from stetho.cli.live_state import LOST_AFTER_S, LiveState
from stetho.events import AverageBeatEvent, BeatEvent, LinkEvent, QualityEvent, RateEvent, VerdictEvent, WaveEvent
from stetho.handoff import HandoffStatistics
from stetho.heart.advice import ADVICE
from stetho.heart.assessment import Reason
from stetho.link_statistics import ClockEstimate, LinkStatistics
from stetho.notice import INVESTIGATIONAL
from stetho.source import DeviceInfo, LinkState
from stetho.stream import Origin

DEVICE = DeviceInfo(
    address="sim://murmur",
    driver="stetho_link",
    product="Simulated stethoscope",
    hardware="hw_sim",
    firmware="1.0.0",
    serial_number="SIM-0007",
    origin=Origin.SIMULATED,
    codec="pcm16",
    rate_hz=4000,
    channels=("chest",),
    has_contact_sensor=True,
    battery_percent=81,
)
NEWEST_NS = 20_000_000_000
WAVE = WaveEvent(5.0, np.full(20_000, 0.1, np.float32), 4000, 0, NEWEST_NS - 5_000_000_000)
LINK = LinkEvent(5.0, LinkState.STREAMING, DEVICE, LinkStatistics(9900, 80, 100), 12.0, 81)


def verdict(label: str, reason: str | None = None, *, final: bool = False) -> VerdictEvent:
    murmur = {
        "label": label,
        "probability": 0.87,
        "unknown_probability": 0.03,
        "timing": None,
        "evidence_s": [4.0, 9.0],
        "reason": reason,
    }
    return VerdictEvent(
        5.0,
        2,
        "id",
        None,
        not final,
        final,
        12.0,
        murmur,
        ("age_unknown", "not_calibrated"),
        "simulated",
        INVESTIGATIONAL,
    )


def streaming() -> LiveState:
    state = LiveState(DEVICE)
    for event in (WAVE, LINK, QualityEvent(5.0, True, 0.9, (), 4.5, take=2), RateEvent(5.0, 88.4, 0.97)):
        state.take(event)
    return state


def text(state: LiveState, age_s: float = 0.03, width: int = 80, height: int = 24) -> str:
    return draw(state, width, height, NEWEST_NS + round(age_s * 1e9)).plain


def inked(screen: str) -> bool:
    return any("\u2800" < sign <= "\u28ff" for sign in screen)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (200, 60)])
@pytest.mark.parametrize(
    "shown",
    [
        None,
        verdict("present"),
        verdict("absent"),
        verdict("unknown", "expert_could_not_judge", final=True),
        verdict("unknown", "site_missing"),
    ],
)
def test_everything_fits_and_the_permanent_marks_are_there(shown: VerdictEvent | None, width: int, height: int) -> None:
    state = streaming()
    if shown is not None:
        state.take(shown)
    screen = text(state, width=width, height=height)
    lines = screen.split("\n")
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert "SIMULATED" in lines[0]
    assert INVESTIGATIONAL in " ".join(" ".join(lines[-3:]).split())
    for fact in ("88 bpm", "confidence 0.97", "0.90", "battery 81 %", "SIM-0007", "sound lost 1.00 %"):
        assert fact in screen
    assert inked(screen)


def test_no_murmur_is_said_whole_at_the_narrowest_width() -> None:
    state = streaming()
    state.take(verdict("absent"))
    said = " ".join(text(state).split())
    assert "No murmur detected by the model. This does not rule out heart disease." in said
    assert "provisional · take 2" in said
    assert "age unknown, not calibrated" in said


def test_a_final_verdict_says_that_it_is_one() -> None:
    state = streaming()
    state.take(verdict("present"))
    state.take(verdict("present", final=True))
    screen = text(state)
    assert "FINAL · take 2 · probability 0.87 · evidence 4-9 s" in screen
    assert "provisional" not in screen


@pytest.mark.parametrize("final", [False, True])
def test_where_a_murmur_was_heard_is_said_only_of_one_that_is_suspected(final: bool) -> None:
    for label, reason in (("absent", None), ("unknown", "too_noisy")):
        state = streaming()
        state.take(verdict(label, reason, final=final))
        assert "evidence" not in text(state)


def test_a_late_final_verdict_does_not_hide_the_next_take() -> None:
    state = streaming()
    state.take(replace(verdict("present"), take=3))
    state.take(verdict("absent", final=True))
    assert "provisional · take 3" in text(state)


@pytest.mark.parametrize("label", ["present", "absent"])
def test_no_verdict_of_an_earlier_take_stands_big_over_a_later_ones_sound(label: str) -> None:
    said = {
        "present": "Murmur suspected",
        "absent": "No murmur detected by the model. This does not rule out heart disease.",
    }
    state = streaming()
    for before in (verdict(label), RateEvent(5.2, 88.4, 0.97), verdict(label, final=True)):
        state.take(before)
    assert "FINAL · take 2" in text(state)
    assert "Previous" not in text(state)
    state.take(QualityEvent(9.0, True, 0.9, (), 4.5, take=3))
    screen = draw(state, 80, 24, NEWEST_NS + 1)
    assert "Take 3      listening: 4 of 7 s" in screen.plain
    assert f"Previous take 2 (ended): {said[label]}" in " ".join(screen.plain.split())
    for gone in ("FINAL", "0.87", "88 bpm", "age unknown"):
        assert gone not in screen.plain
    bold = [screen.plain[span.start : span.end] for span in screen.spans if "bold" in str(span.style)]
    assert not [part for part in bold if "urmur" in part]
    assert len(screen.plain.split("\n")) <= 24
    state.take(replace(verdict("unknown", "too_noisy"), take=3))
    assert "provisional · take 3" in text(state)
    assert f"Previous take 2 (ended): {said[label]}" in " ".join(text(state).split())
    assert "q quits" in text(state)
    state.take(replace(verdict("present", final=True), take=3))
    assert "FINAL · take 3" in text(state)
    assert "Previous" not in text(state)


def test_a_provisional_verdict_goes_when_the_next_take_is_heard() -> None:
    state = streaming()
    state.take(verdict("absent"))
    state.take(QualityEvent(9.0, True, 0.9, (), 0.5, take=3))
    assert "Take 3      listening: 0 of 7 s" in text(state)
    assert "No murmur" not in text(state)
    assert "Previous take 2 (ended): its final answer is being made" in text(state)
    state.take(RateEvent(7.0, 61.0, 0.97))  # the ended take's last one
    state.take(verdict("present", final=True))
    assert "Previous take 2 (ended): Murmur suspected" in text(state)
    assert "61 bpm" not in text(state)
    state.take(RateEvent(10.0, 97.0, 0.97))
    assert "97 bpm" in text(state)


def test_an_ended_take_that_was_two_is_never_taken_for_the_one_that_runs() -> None:
    state = streaming()
    state.take(verdict("absent"))
    state.take(QualityEvent(9.0, True, 0.9, (), 0.5, take=3))
    state.take(verdict("absent", final=True))
    state.take(replace(verdict("present", final=True), take=4))  # its second part, by a number that was free
    state.take(replace(average(final=True), take=4))
    assert "Take 3      listening: 0 of 7 s" in text(state)
    assert "Previous take 4 (ended): Murmur suspected" in text(state)
    assert "12 beats" not in text(state)


def test_a_signal_that_grows_old_is_lost_and_nothing_of_it_stays() -> None:
    screen = text(streaming(), age_s=LOST_AFTER_S + 0.01)
    assert "SIGNAL LOST" in screen
    assert not inked(screen)
    assert "88 bpm" not in screen
    assert "streaming" not in screen


@pytest.mark.parametrize("state_of_link", [LinkState.LOST, LinkState.STALLED])
def test_a_link_that_says_it_is_lost_is_believed_at_once(state_of_link: LinkState) -> None:
    state = streaming()
    state.take(replace(LINK, state=state_of_link, reason="unplugged"))
    screen = text(state)
    assert "SIGNAL LOST" in screen
    assert "unplugged" in screen
    assert not inked(screen)


def test_a_link_that_works_is_said_in_a_word_and_its_figures_are_behind_a_key() -> None:
    state = streaming()
    fine = LinkStatistics(9900, 80, samples_resent=240, clock=ClockEstimate(60.0, 0.4, 35.12, 2.31, 4000.14, 0.01))
    state.take(replace(LINK, statistics=fine))
    lines = [line.rstrip() for line in text(state).split("\n")]
    assert "Link        connected" in lines
    for figure in ("streaming", "ms old", "ppm", "waiting", "resent", "concealed", "pcm16"):
        assert figure not in text(state)
    assert lines[-1] == "q quits · d shows the link's details"
    state.toggle_details()
    for figure in ("streaming", "30 ms old", "ppm", "waiting", "resent", "concealed 0.81 %", "pcm16"):
        assert figure in text(state, width=100)
    assert "d hides" in text(state)
    state.toggle_details()
    assert "ppm" not in text(state)


def test_losses_that_touch_the_sound_are_said_without_being_asked_for() -> None:
    state = streaming()
    state.take(replace(LINK, statistics=LinkStatistics(9900, 400, 100, overflows=1, samples_overflowed=1600)))
    assert "connected · sound lost 1.00 % · filled in 4.0 % · link too slow" in text(state)


def test_the_links_truth_is_one_calm_line() -> None:
    state = streaming()
    state.toggle_details()
    clock = ClockEstimate(60.0, 0.4, 35.12, 2.31, 4000.14, 0.01)
    queues = {"live": HandoffStatistics(9, 6, 0, 3, 5, 256)}
    state.take(replace(LINK, statistics=LinkStatistics(9900, 80, 100, 240, clock=clock), queues=queues))
    assert "resent 240 · clock +35.1 ± 2.3 ppm · 3 waiting" in text(state)
    assert "concealed 0.80 %" in text(state)
    for word in ("dropped", "too late", "overflowed", "reconnects", "damaged"):
        assert word not in text(state)


def test_what_went_wrong_on_the_link_is_said_where_it_did() -> None:
    state = streaming()
    state.toggle_details()
    bad = LinkStatistics(
        9900, frames_damaged=2, samples_stale=800, samples_overflowed=1600, reconnects=1, items_missed=7
    )
    state.take(replace(LINK, statistics=bad))
    assert "dropped 7 · damaged 2 · too late 800 · overflowed 1600" in text(state, width=120)


def test_the_trace_after_a_loss_begins_anew() -> None:
    state = streaming()
    state.take(replace(LINK, state=LinkState.LOST))
    state.take(replace(LINK, state=LinkState.RESUMED))
    assert not inked(text(state))


def test_poor_quality_names_its_cause() -> None:
    state = streaming()
    advice = ADVICE[Reason.NO_CONTACT]
    state.take(QualityEvent(5.5, False, 0.1, ("no_contact",), 4.5, cause="no_contact", advice=advice, take=2))
    assert advice in text(state)
    before = text(state).split("\n")
    state.take(QualityEvent(6.0, True, 0.9, (), 5.0, best_s=(1.0, 6.0), take=2))
    after = text(state).split("\n")
    assert "5 s good, best 1-6 s" in text(state)
    assert len(after) == len(before)
    assert [line for line in after if line.startswith("Link")] == [line for line in before if line.startswith("Link")]


@pytest.mark.parametrize("advice", ADVICE.values())
def test_what_to_do_is_said_whole_at_the_narrowest_width(advice: str) -> None:
    state = streaming()
    state.take(QualityEvent(5.5, False, 0.1, ("speech",), 4.5, cause="speech", advice=advice, take=2))
    assert advice in text(state)


def test_beats_are_marked_below_the_trace_where_they_were() -> None:
    state = streaming()
    state.take(BeatEvent(5.0, 2.5, 2.75, 2.5))
    for width, places in (
        (80, (27, 29)),
        (70, (35, 38)),
    ):  # the trace has 54 columns beside the average beat, or all 70
        lines = text(state, width=width).split("\n")
        line = next(line for line in lines if "1" in line and set(line[:54]) <= {" ", "1", "2"})
        assert (line.index("1"), line.index("2")) == places


def average(*, take: int = 2, final: bool = False, sure: bool = True) -> AverageBeatEvent:
    """A beat of 0.8 s of which S1 and S2 stand out in every band."""
    levels = np.full(64, -60.0)
    levels[:8] = levels[24:32] = -30.0
    states = {"S1": 0.1, "systole": 0.2, "S2": 0.1, "diastole": 0.4}
    lasts = np.repeat([0.1 / 8, 0.2 / 16, 0.1 / 8, 0.4 / 32], (8, 16, 8, 32))
    beat = {
        "duration_s": states,
        "time_s": (np.cumsum(lasts) - lasts / 2).tolist(),
        **{
            name: [(levels + offset).tolist()] * 4
            for name, offset in (("p10_db", -2.0), ("mean_db", 0.0), ("p90_db", 2.0))
        },
    }
    beats = {"used": 12, "excluded": {}, "reason": None}
    return AverageBeatEvent(5.0, take, final, sure, 0.9, ((25, 60),), beats, beat, None, "simulated")


def test_the_average_beat_stands_beside_the_trace_with_both_sounds_marked() -> None:
    state = streaming()
    state.take(QualityEvent(5.0, True, 0.9, (), 4.5, take=2))
    assert "average beat: –" in text(state)
    state.take(average())
    screen = text(state)
    assert "average of 12 beats" in screen
    marks = next(line for line in screen.split("\n") if "S1" in line)
    assert (marks.index("S1"), marks.index("S2")) == (59, 68)
    assert len(screen.split("\n")) == 24
    assert "average" not in text(state, width=70)


def test_an_average_beat_is_shown_where_it_is_sure_and_live_and_of_this_take() -> None:
    state = streaming()
    state.take(QualityEvent(5.0, True, 0.9, (), 4.5, take=2))
    state.take(average(sure=False))
    assert "S1, S2 not told apart" in text(state)
    assert "average of" not in text(state)
    state.take(average(final=True))
    assert "take 2, 12 beats" in text(state)
    assert not inked(text(state, age_s=LOST_AFTER_S + 0.01))
    state.take(QualityEvent(9.0, True, 0.9, (), 0.5, take=3))
    assert "12 beats" not in text(state)
    state.take(average(final=True))  # of the take before
    assert "12 beats" not in text(state)


def test_varying_intervals_are_said_to_those_who_ask_and_as_not_validated() -> None:
    words = "beat intervals vary; check the pulse or an ECG"
    state = streaming()
    state.take(RateEvent(5.5, 88.4, 0.9, words=words))
    assert words not in text(state)
    state.variability = True
    assert f"{words} (not validated)" in text(state)
    assert len(text(state).split("\n")) == 24


def test_a_file_is_not_called_live() -> None:
    state = LiveState(replace(DEVICE, origin=Origin.FILE))
    assert "REPLAYED RECORDING" in text(state)


def test_before_the_first_sound_it_waits_and_after_the_end_it_says_so() -> None:
    state = LiveState(DEVICE)
    assert "Waiting for the first sound" in text(state)
    state.take(replace(LINK, state=LinkState.ENDED))
    assert "The stream has ended" in text(state)


def test_a_provisional_verdict_of_a_lost_signal_is_marked_as_old() -> None:
    state = streaming()
    state.take(verdict("absent"))
    assert "from before the signal was lost" not in text(state)
    state.take(replace(LINK, state=LinkState.LOST))
    screen = draw(state, 80, 24, NEWEST_NS)
    assert "provisional · from before the signal was lost · take 2" in screen.plain
    assert "probability" not in screen.plain
    dim = [screen.plain[span.start : span.end] for span in screen.spans if span.style == "dim"]
    assert any(part.startswith("No murmur detected") for part in dim)
    state.take(verdict("absent", final=True))
    assert "FINAL · take 2" in text(state)
    assert "from before" not in text(state)


def test_until_three_windows_are_there_it_listens() -> None:
    state = LiveState(DEVICE)
    assert "listening: 0 of 7 s" in text(state)
    state.take(QualityEvent(5.0, True, 0.9, (), 5.5, take=2))
    state.take(verdict("unknown", "too_few_windows"))
    assert "listening: 5 of 7 s" in text(state)
    assert "Unknown" not in text(state)
    state.take(verdict("unknown", "too_noisy"))
    assert "Unknown: too noisy" in text(state)
    state.take(verdict("unknown", "too_few_windows", final=True))
    assert "Unknown: too few good seconds" in text(state)


def test_q_has_a_line_of_its_own() -> None:
    lines = [line.strip() for line in text(streaming()).split("\n")]
    assert lines[-1].startswith("q quits")
    assert " ".join(lines[-3:-1]) == INVESTIGATIONAL


def test_each_takes_final_verdict_stays_in_the_terminal_in_whole_words() -> None:
    state = streaming()
    for take in (1, 2):
        state.take(replace(verdict("absent", final=True), take=take, applicability=("device_not_validated",) * 3))
    said = closing_lines(state, 60)
    assert max(map(len, said.split("\n"))) <= 60
    whole = " ".join(said.split())
    for take in (1, 2):
        assert f"take {take}, final: No murmur detected by the model. This does not rule out heart disease." in whole
    assert "device not validated, device not validated" in whole
    assert whole.endswith(INVESTIGATIONAL)


def test_a_heart_rate_that_is_hardly_supported_is_uncertain() -> None:
    state = streaming()
    assert "uncertain" not in text(state)
    state.take(RateEvent(5.5, 88.4, 0.49))
    assert "88 bpm (uncertain)  confidence 0.49" in text(state)
