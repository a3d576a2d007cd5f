"""The stall watchdog, by the data's own progress."""

from firmware_bridge.stall import GIVEN_UP_AFTER_NS, STALLED_AFTER_NS, Flow, StallWatch

S = 1_000_000_000


def test_a_stall_is_said_within_a_second_and_given_up_later():
    watch = StallWatch(0)
    assert watch.saw(80, S)
    flows = {at: watch.flow(S + at * S // 10) for at in range(30)}
    assert [flows[at] for at in (0, 6, 7, 24, 25)] == [
        Flow.RUNNING, Flow.RUNNING, Flow.STALLED, Flow.STALLED, Flow.DEAD,
    ]  # fmt: skip
    assert STALLED_AFTER_NS < S < GIVEN_UP_AFTER_NS


def test_old_samples_are_no_progress():
    watch = StallWatch(0)
    watch.saw(80, 0)
    assert not watch.saw(80, S)
    assert watch.flow(S) is Flow.STALLED


def test_what_this_program_slept_is_not_the_devices_silence():
    watch = StallWatch(0)
    watch.saw(80, S)
    watch.slept(30 * S)
    assert watch.flow(31 * S + S // 2) is Flow.RUNNING
    assert watch.flow(32 * S) is Flow.STALLED
    assert watch.progress_ns == 31 * S


def test_a_new_link_gets_time_but_counts_as_no_progress():
    watch = StallWatch(0)
    watch.saw(80, 0)
    watch.restart(10 * S)
    assert watch.flow(10 * S) is Flow.RUNNING
    assert watch.progress_ns == 0
