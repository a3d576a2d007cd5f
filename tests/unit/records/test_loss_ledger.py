"""The loss ledger."""

from stetho.records.loss_ledger import LossLedger
from stetho.source import Hole, HoleFate
from stetho.stream import Span


def hole(start: int, stop: int, fate: HoleFate = HoleFate.LOST) -> Hole:
    return Hole(Span(start, stop), fate)


def test_neighbours_of_one_fate_are_one_entry() -> None:
    ledger = LossLedger()
    ledger.enter((hole(0, 10), hole(10, 20)))
    ledger.enter((hole(20, 25, HoleFate.RESENT), hole(30, 31)))
    assert ledger.to_json() == [
        {"start": 0, "stop": 20, "fate": "lost"},
        {"start": 20, "stop": 25, "fate": "resent"},
        {"start": 30, "stop": 31, "fate": "lost"},
    ]
    assert ledger.samples(HoleFate.LOST) == 21
    assert ledger.samples(HoleFate.RESENT) == 5


def test_an_empty_range_is_no_loss() -> None:
    ledger = LossLedger()
    ledger.enter((hole(5, 5),))
    assert ledger.holes == ()
