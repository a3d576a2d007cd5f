"""One analyses at a time, live work first, and nobody waits for ever."""

import threading

from stetho.turns import PATIENCE_S, Turns


def test_one_has_a_turn_at_a_time_and_the_next_one_after_it() -> None:
    turns = Turns()
    said: list[str] = []
    waits = threading.Event()

    def other() -> None:
        waits.set()
        with turns:
            said.append("other")

    with turns:
        thread = threading.Thread(target=other)
        thread.start()
        waits.wait()
        said.append("first")
    thread.join()
    assert said == ["first", "other"]


def test_whoever_holds_a_turn_for_too_long_holds_up_nobody() -> None:
    turns = Turns()
    went = threading.Event()

    def other() -> None:
        with turns:
            went.set()

    with turns:
        thread = threading.Thread(target=other)
        thread.start()
        assert went.wait(100 * PATIENCE_S)
    thread.join()
    with turns:  # and a turn that was taken without patience is not given back twice
        pass


def test_work_that_nobody_waits_for_lets_those_who_wait_go_first() -> None:
    turns = Turns()
    said: list[str] = []

    def live() -> None:
        with turns:
            said.append("live")

    with turns:
        thread = threading.Thread(target=live)
        thread.start()
        while not said:
            turns.let_others_go_first()
        said.append("final")
    thread.join()
    assert said == ["live", "final"]


def test_outside_of_a_turn_there_is_nothing_to_give_up() -> None:
    turns = Turns()
    turns.let_others_go_first()
    with turns:
        turns.let_others_go_first()
