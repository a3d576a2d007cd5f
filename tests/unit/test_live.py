"""What a stream means while it runs."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import get_args

import numpy as np

from hw_sim.heart import Heart, Wish, scenario
from stetho.analysis import analyze
from stetho.events import (
    AverageBeatEvent,
    BeatEvent,
    Event,
    LinkEvent,
    OnsetEvent,
    QualityEvent,
    RateEvent,
    VerdictEvent,
    WaveEvent,
)
from stetho.inference.beats_model import shipped_beats_model
from stetho.inference.models import shipped_model
from stetho.link_statistics import LinkStatistics
from stetho.live import LiveAnalysis
from stetho.source import ContactChange, DeviceInfo, Hole, HoleFate, LinkChange, LinkState
from stetho.stream import Chunk, Origin, Samples, Span, StreamSpec, read_only

RATE_HZ = 4000
STEP = 80
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)
DEVICE = DeviceInfo("sim://x", "t", "p", "h", "f", "SIM-1", Origin.SIMULATED, "pcm16", RATE_HZ, ("chest",), True)


class FixedClock:
    """A clock that the test moves."""

    ns = 0

    def monotonic_ns(self) -> int:
        return self.ns

    def now_utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


@cache
def heart(seconds: int) -> Samples:
    pcm = Heart(scenario("murmur", Wish(seed=1003, rate_hz=RATE_HZ))).read(seconds * RATE_HZ)
    return pcm.astype(np.float32) / np.float32(32768)


def chunks(samples: Samples, start: int = 0) -> Iterator[Chunk]:
    for first in range(0, len(samples), STEP):
        t0_ns = (start + first) * 1_000_000_000 // RATE_HZ
        yield Chunk(read_only(samples[first : first + STEP]), SPEC, start + first, t0_ns)


@contextmanager
def live_analysis(clock: FixedClock) -> Iterator[LiveAnalysis]:
    beats = shipped_beats_model()
    with closing(LiveAnalysis(DEVICE, SPEC, shipped_model(), clock, LinkStatistics, beats=beats)) as live:
        yield live


def heard(samples: Samples, lift_off: int | None = None, lost: Span | None = None) -> list[Event]:
    """Everything said of a take from contact at sample 0 on; `lost` never reached the archive."""
    with live_analysis(FixedClock()) as live:
        events = list(live.process(ContactChange(True, 0, "MV")))
        if lift_off is not None:
            events += live.process(ContactChange(False, lift_off))
        for chunk in chunks(samples):
            gone = lost is not None and lost.overlap(chunk.span) > 0
            saved = Chunk(read_only(np.zeros_like(chunk.chest)), SPEC, chunk.start, chunk.t0_ns) if gone else chunk
            holes = (Hole(lost, HoleFate.LOST),) if gone and lost is not None and chunk.start == lost.start else ()
            events += live.archive(saved, holes)
            if not gone:
                events += live.process(chunk)
        events += live.finish()
        return events


def verdicts(events: list[Event]) -> list[VerdictEvent]:
    return [event for event in events if isinstance(event, VerdictEvent)]


def test_verdicts_form_one_chain_that_ends_in_one_final() -> None:
    """No verdict changes silently: each names the one it replaces, and nothing follows the final one."""
    said = verdicts(heard(heart(10)))
    assert [verdict.supersedes for verdict in said] == [None, *(verdict.verdict_id for verdict in said[:-1])]
    assert len({verdict.verdict_id for verdict in said}) == len(said) == 6
    assert [verdict.final for verdict in said] == [False] * 5 + [True]
    assert all(verdict.provisional is not verdict.final for verdict in said)


def averages(events: list[Event]) -> list[AverageBeatEvent]:
    return [event for event in events if isinstance(event, AverageBeatEvent)]


def test_the_final_verdict_is_what_analyze_says_of_the_saved_samples() -> None:
    """And so are quality, average beat and variability of the take."""
    samples = heart(10)
    events = heard(samples, lift_off=9 * RATE_HZ + 333)
    final, average = verdicts(events)[-1], averages(events)[-1]
    saved = analyze(samples[: 9 * RATE_HZ + 333], RATE_HZ, evidence=True)
    result = saved.to_json(variability=True)
    assert final.murmur == result["murmur"]
    assert final.quality == result["quality"]
    assert average.final
    said = average.to_json()
    assert {name: said[name] for name in ("bands_hz", "beats", "average_beat", "phase_energy")} == {
        name: result["evidence"][name] for name in ("bands_hz", "beats", "average_beat", "phase_energy")
    }
    assert said["heart_rate_confidence"] == result["heart_rate_confidence"]
    rates = [event for event in events if isinstance(event, RateEvent)]
    assert {**(rates[-1].variability or {}), "words": rates[-1].words} == result["variability"]


def test_a_take_that_is_too_short_ends_in_an_unknown() -> None:
    (only,) = verdicts(heard(heart(4)))
    assert only.final
    assert (only.murmur["label"], only.murmur["reason"]) == ("unknown", "too_short")


def test_a_second_take_starts_a_new_chain_with_times_of_its_own() -> None:
    with live_analysis(FixedClock()) as live:
        samples = heart(16)
        changes = {0: True, 8 * RATE_HZ: False, 9 * RATE_HZ: True}
        events: list[Event] = []
        for at, touching in changes.items():
            events += live.process(ContactChange(touching, at))
        for chunk in chunks(samples):
            events += live.process(chunk)
            events += live.archive(chunk, ())
        events += live.finish()
        finals = [verdict for verdict in verdicts(events) if verdict.final]
        assert [verdict.take for verdict in finals] == [1, 2]
        second = analyze(samples[9 * RATE_HZ :], RATE_HZ)
        assert finals[1].murmur == second.murmur.to_json(RATE_HZ)
        assert next(v for v in verdicts(events) if v.take == 2).supersedes is None


def test_a_final_verdict_waits_for_the_archive() -> None:
    with live_analysis(FixedClock()) as live:
        samples = heart(10)
        events = list(live.process(ContactChange(True, 0)))
        events += live.process(ContactChange(False, len(samples) - STEP))
        for chunk in chunks(samples):
            events += live.process(chunk)
        assert not any(verdict.final for verdict in verdicts(events))
        for chunk in chunks(samples):
            events += live.archive(chunk, ())
        assert verdicts(events)[-1].final


def test_what_the_archive_never_got_is_a_gap_in_the_final_verdict() -> None:
    hole = Span(8 * RATE_HZ, 8 * RATE_HZ + 10 * STEP)
    final = verdicts(heard(heart(16), lost=hole))[-1]
    assert final.murmur["label"] == "present"
    assert final.murmur["evidence_s"][1] <= 8.0 or final.murmur["evidence_s"][0] >= 9.0


def test_what_live_missed_and_the_archive_has_changes_no_final_verdict() -> None:
    """A worker that could not follow for 3 s splits no take: its own hurry is no gap in the stream."""
    samples = heart(16)
    with live_analysis(FixedClock()) as live:
        events = list(live.process(ContactChange(True, 0)))
        for chunk in chunks(samples):
            if not 6 * RATE_HZ <= chunk.start < 9 * RATE_HZ:
                events += live.process(chunk)
            events += live.archive(chunk, ())
        events += live.finish()
    (final,) = (verdict for verdict in verdicts(events) if verdict.final)
    assert final.murmur == analyze(samples, RATE_HZ).murmur.to_json(RATE_HZ)


def test_three_seconds_lost_for_good_make_two_takes() -> None:
    samples = heart(20)
    lost = Span(9 * RATE_HZ, 12 * RATE_HZ)
    events = heard(samples, lost=lost)
    finals = [verdict for verdict in verdicts(events) if verdict.final]
    assert [final.murmur for final in finals] == [
        analyze(part, RATE_HZ).murmur.to_json(RATE_HZ) for part in (samples[: lost.start], samples[lost.stop :])
    ]
    assert len({final.take for final in finals}) == 2


def test_a_take_that_ended_before_its_loss_was_known_is_two_as_well() -> None:
    samples = heart(20)
    lost = Span(9 * RATE_HZ, 12 * RATE_HZ)
    with live_analysis(FixedClock()) as live:
        events = list(live.process(ContactChange(True, 0)))
        for chunk in chunks(samples):
            if not lost.overlap(chunk.span):
                events += live.process(chunk)
        events += live.process(ContactChange(False, len(samples)))
        for chunk in chunks(samples):
            events += live.archive(chunk, (Hole(chunk.span, HoleFate.LOST),) if lost.overlap(chunk.span) else ())
        events += live.finish()
    finals = [verdict for verdict in verdicts(events) if verdict.final]
    assert [final.murmur for final in finals] == [
        analyze(part, RATE_HZ).murmur.to_json(RATE_HZ) for part in (samples[: lost.start], samples[lost.stop :])
    ]


def test_everything_that_live_promises_is_said() -> None:
    events = heard(heart(10))
    kinds = {type(event) for event in events}
    assert kinds == set(get_args(Event))
    running = [event for event in averages(events) if not event.final]
    assert running
    assert all(4 <= event.beats["used"] <= 48 and event.confidence <= 1.0 for event in running)
    assert all(later.t_s - earlier.t_s >= 1.9 for earlier, later in pairwise(running))
    assert running[-1].sure
    beats = [event.s1_s for event in events if isinstance(event, BeatEvent)]
    assert all(0.25 < later - earlier < 2.0 for earlier, later in pairwise(beats))
    drawn = sum(len(event.samples) for event in events if isinstance(event, WaveEvent))
    assert drawn == 10 * RATE_HZ


def test_heart_sounds_are_said_within_a_second_and_stand() -> None:
    """Onsets where the simulated heart has them, in order, none taken back; the rate is there by five seconds."""
    events = heard(heart(10))
    onsets = [event for event in events if isinstance(event, OnsetEvent)]
    truth = Heart(scenario("murmur", Wish(seed=1003, rate_hz=RATE_HZ))).beats(10 * RATE_HZ)
    true_s = {"S1": [beat.s1 / RATE_HZ for beat in truth], "S2": [beat.s2 / RATE_HZ for beat in truth]}
    assert all(one.onset_s < other.onset_s for one, other in pairwise(onsets))
    assert all(one.sound != other.sound for one, other in pairwise(onsets))
    for onset in onsets:
        assert 0.0 < onset.t_s - onset.onset_s < 1.0
        assert onset.lag_ms < 1000.0
        assert onset.onset_s < 1.0 or min(abs(onset.onset_s - at) for at in true_s[onset.sound]) < 0.1
    settled = [event for event in events if isinstance(event, RateEvent) and 5.0 <= event.t_s <= 5.1]
    assert settled
    assert settled[-1].confidence >= 0.5


def test_without_a_beats_model_beats_come_from_the_windows() -> None:
    with closing(LiveAnalysis(DEVICE, SPEC, shipped_model(), FixedClock(), LinkStatistics)) as live:
        events = list(live.process(ContactChange(True, 0, "MV")))
        for chunk in chunks(heart(10)):
            events += live.process(chunk)
    kinds = {type(event) for event in events}
    assert {BeatEvent, RateEvent} <= kinds
    assert OnsetEvent not in kinds
    assert all(event.lag_ms is None for event in events if isinstance(event, BeatEvent))


def test_age_is_the_clock_minus_capture_whatever_arrives() -> None:
    """A backlog after a freeze arrives fresh and is old: age says so."""
    clock = FixedClock()
    with live_analysis(clock) as live:
        clock.ns = 7_000_000_000
        (chunk, *_) = chunks(heart(10)[:STEP])
        links = [event for event in live.process(chunk) if isinstance(event, LinkEvent)]
        assert links[0].age_ms == 7_000_000_000 / 1e6 - 20


def test_what_waited_too_long_is_not_scored_as_live_and_not_lost() -> None:
    """The worker was held up for the last four seconds: they change no provisional verdict, and the final has them."""
    clock = FixedClock()
    samples = heart(12)
    with live_analysis(clock) as live:
        events = list(live.process(ContactChange(True, 0)))
        for chunk in chunks(samples):
            clock.ns = 13_500_000_000 if chunk.start >= 8 * RATE_HZ else chunk.t0_ns
            events += live.process(chunk)
            events += live.archive(chunk, ())
        events += live.finish()
    said = verdicts(events)
    assert max(verdict.t_s for verdict in said if not verdict.final) <= 8.0
    assert said[-1].murmur == analyze(samples, RATE_HZ).murmur.to_json(RATE_HZ)
    drawn = [event.t_s for event in events if isinstance(event, WaveEvent)]
    assert max(drawn) <= 8.0


def test_a_link_that_falls_silent_spoils_the_take_that_runs() -> None:
    with live_analysis(FixedClock()) as live:
        list(live.process(ContactChange(True, 0)))
        for chunk in chunks(heart(10)[:RATE_HZ]):
            list(live.process(chunk))
        link, quality = live.process(LinkChange(LinkState.STALLED, RATE_HZ, 0, "no samples come"))
        assert isinstance(link, LinkEvent)
        assert isinstance(quality, QualityEvent)
        assert (quality.t_s, quality.cause) == (1.0, "link_loss")
        (late, *_) = chunks(heart(10)[:STEP], 2 * RATE_HZ)
        (missed,) = (event for event in live.process(late) if isinstance(event, QualityEvent))
        assert (missed.reasons, missed.cause, missed.take) == (("link_loss",), "link_loss", 1)


def test_a_lost_link_is_said_with_its_reason() -> None:
    with live_analysis(FixedClock()) as live:
        (event,) = live.process(LinkChange(LinkState.LOST, 0, 0, "unplugged"))
        assert isinstance(event, LinkEvent)
        assert (event.state, event.reason) == (LinkState.LOST, "unplugged")
