"""An append-only file of records: whatever is cut off or damaged, what lies before it reads back."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.records import append_log
from stetho.records.append_log import AppendLog, read_log

MAGIC = b"sixteen bytes, 1"
RECORDS = [(1, -5, b""), (2, 7, b"abc"), (255, 1 << 60, bytes(range(256)) * 4), (3, 0, b"\x00" * 17)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("log") / "a.log"
    log = AppendLog(path, MAGIC)
    for record in RECORDS:
        log.append(*record)
    log.close()
    return path.read_bytes()


def read(path: Path) -> list[tuple[int, int, bytes]]:
    with path.open("rb") as file:
        return [(entry.kind, entry.time_ns, entry.payload) for entry in read_log(file, MAGIC)]


@given(data=st.data())
def test_a_file_cut_anywhere_gives_every_record_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.log"
    stop = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:stop])
    ends = [16 + sum(17 + len(payload) for _, _, payload in RECORDS[:n]) for n in range(len(RECORDS) + 1)]
    assert read(path) == RECORDS[: sum(end <= stop for end in ends[1:])]


@given(data=st.data())
def test_a_damaged_byte_hides_its_own_record_and_what_comes_after(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.log"
    at = data.draw(st.integers(16, len(whole) - 1))
    path.write_bytes(whole[:at] + bytes((whole[at] ^ data.draw(st.integers(1, 255)),)) + whole[at + 1 :])
    found = read(path)
    assert found == RECORDS[: len(found)]
    assert len(found) < len(RECORDS)


def test_zeros_that_a_power_loss_left_are_no_records(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(whole + bytes(4096))
    assert read(path) == RECORDS


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(ValueError, match="another kind"):
        read(path)


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        AppendLog(path, MAGIC)
    assert path.read_bytes() == b"precious"


class FakeClock:
    def __init__(self) -> None:
        self.now_ns = 0

    def monotonic_ns(self) -> int:
        return self.now_ns

    def now_utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


def test_what_was_written_is_on_the_disk_half_a_second_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, synced = FakeClock(), []
    log = AppendLog(tmp_path / "a.log", MAGIC, clock)
    monkeypatch.setattr(append_log.os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    assert log.sync_due_s is None
    for now_ms in (0, 300, 499):
        clock.now_ns = now_ms * 1_000_000
        log.append(1, 0, b"x")
        log.sync_if_due()
    assert synced == []
    clock.now_ns = 500_000_000
    log.sync_if_due()
    assert synced == [log.size_bytes]
    assert log.sync_due_s is None
    log.close()
