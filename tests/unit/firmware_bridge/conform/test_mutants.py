"""Devices that each break one rule: the suite says which, and blames no other."""

import random

import pytest

from firmware_bridge.conform.raw_frame import cobs_encoded, crc16, framed
from firmware_bridge.conform.suite import CHECKS
from tests.unit.firmware_bridge.conform.mutants import (
    audio,
    clock,
    events,
    frames,
    resends,
    session,
    stream,
    stream_end,
    versions,
)
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant

FAMILIES = (frames, versions, session, stream, stream_end, audio, resends, events, clock)
MUTANTS = [
    made
    for family in FAMILIES
    for made in vars(family).values()
    if isinstance(made, type) and issubclass(made, Mutant) and made.rules
]

BY_TCP_ALONE = {"W2"}
"""test_ports has its mutant."""


def failed(results, bench) -> set[str]:
    return {result.rule for result in results if result.outcome is bench.Outcome.FAILED}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_caught_by_its_rule(mutant, bench):
    assert failed(bench.examined(mutant(), *mutant.rules), bench) == mutant.rules


@pytest.mark.slow
def test_mutants_fail_no_other_rule(bench, heavy_count, session_seed):
    """All of them in `make soak`, a third by chance in `make test`."""
    some = random.Random(session_seed).sample(MUTANTS, min(heavy_count(3 * len(MUTANTS)), len(MUTANTS)))
    blamed = {mutant.__name__: failed(bench.examined(mutant()), bench) for mutant in some}
    assert blamed == {mutant.__name__: mutant.rules for mutant in some}


def test_every_rule_has_a_mutant():
    assert {check.rule for check in CHECKS} == set().union(*(m.rules for m in MUTANTS)) | BY_TCP_ALONE


def test_the_judges_frames_are_frames():
    assert framed(b"\x01\x06") == cobs_encoded(b"\x01\x06" + crc16(b"\x01\x06").to_bytes(2, "little")) + b"\x00"
