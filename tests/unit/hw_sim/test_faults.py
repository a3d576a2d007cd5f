import pytest

from hw_sim.faults import Disconnect, Frame, Loss, through


def frames(count: int, *, audio: bool = True) -> list[Frame]:
    return [Frame(bytes([i % 256]), i * 20_000, audio) for i in range(count)]


def survivors(faults, sent) -> list[Frame]:
    return [after for frame in sent for after in through(faults, frame)]


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_loss_takes_its_share_of_audio(share):
    kept = survivors([Loss(share, seed=1)], frames(20_000))
    assert 1 - len(kept) / 20_000 == pytest.approx(share, rel=0.15)


def test_loss_is_the_same_for_a_seed_and_another_for_another():
    sent = frames(500)
    assert survivors([Loss(0.2, 1)], sent) == survivors([Loss(0.2, 1)], sent)
    assert survivors([Loss(0.2, 1)], sent) != survivors([Loss(0.2, 2)], sent)


def test_loss_never_takes_an_answer():
    assert len(survivors([Loss(0.9, 1)], frames(200, audio=False))) == 200


def test_a_disconnect_takes_everything_for_its_time():
    fault = Disconnect(at_us=100_000, for_us=60_000)
    assert [f.at_us for f in frames(12) if f not in survivors([fault], frames(12))] == [100_000, 120_000, 140_000]
    assert [fault.link_down(at) for at in (99_999, 100_000, 159_999, 160_000)] == [False, True, True, False]


def test_faults_compose():
    sent = frames(2000)
    together = survivors([Loss(0.1, 3), Disconnect(0, 1_000_000)], sent)
    assert together == [f for f in survivors([Loss(0.1, 3)], sent) if f.at_us >= 1_000_000]
