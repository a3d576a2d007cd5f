"""A capture keeps every byte in order, and never stands in anybody's way."""

import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import wire_capture
from firmware_bridge.captured_link import CapturedOpener
from firmware_bridge.wire_capture import WireCapture, WireEvent, about, read_capture
from stetho.errors import DeviceNotFoundError, RecordError

LONG = bytes(range(256)) * 256


def bytes_of(path: Path, event: WireEvent) -> bytes:
    return b"".join(captured.data for captured in read_capture(path) if captured.event is event)


@given(
    notes=st.lists(st.tuples(st.sampled_from([WireEvent.FROM_DEVICE, WireEvent.FROM_HOST]), st.binary()), max_size=30)
)
def test_what_was_noted_reads_back_in_order(tmp_path_factory: pytest.TempPathFactory, notes) -> None:
    path = tmp_path_factory.mktemp("c") / "a.wire"
    capture = WireCapture(path, "tcp://x:1")
    for event, data in notes:
        capture.note(event, data)
    capture.finish()
    first, *rest = read_capture(path)
    assert (first.event, about(first)["address"]) == (WireEvent.ABOUT, "tcp://x:1")
    assert [(captured.event, captured.data) for captured in rest] == notes
    times = [captured.time_ns for captured in rest]
    assert times == sorted(times)


def test_long_bytes_become_records_of_a_bounded_length(tmp_path: Path) -> None:
    capture = WireCapture(tmp_path / "a.wire", "x")
    capture.note(WireEvent.FROM_DEVICE, LONG)
    capture.finish()
    assert bytes_of(tmp_path / "a.wire", WireEvent.FROM_DEVICE) == LONG
    assert max(len(captured.data) for captured in read_capture(tmp_path / "a.wire")) == 16_384


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.wire").write_bytes(b"precious")
    with pytest.raises(RecordError, match="is there already"):
        WireCapture(tmp_path / "a.wire", "x")
    with pytest.raises(RecordError, match="can't be written"):
        WireCapture(tmp_path / "nowhere" / "a.wire", "x")
    assert (tmp_path / "a.wire").read_bytes() == b"precious"


def test_a_disk_that_stands_still_holds_nobody_up_and_ends_the_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    free = threading.Event()
    monkeypatch.setattr(wire_capture, "_WAITING", 8)
    capture = WireCapture(tmp_path / "a.wire", "x")
    write = capture._file.append
    monkeypatch.setattr(capture._file, "append", lambda *record: (free.wait(20), write(*record)))
    for _ in range(100):
        capture.note(WireEvent.FROM_DEVICE, b"sound")
    assert capture.statistics().most_waiting == 8
    assert "the disk can't follow; the recording goes on" in caplog.text
    free.set()
    capture.finish()
    assert len(bytes_of(tmp_path / "a.wire", WireEvent.FROM_DEVICE)) >= 7 * len(b"sound")


def test_a_capture_is_no_longer_than_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wire_capture, "MOST_BYTES", 50_000)
    capture = WireCapture(tmp_path / "a.wire", "x")
    for _ in range(100):
        capture.note(WireEvent.FROM_DEVICE, LONG[:1000])
    capture.finish()
    assert (tmp_path / "a.wire").stat().st_size < 52_000
    assert caplog.text.count("as long as a capture may be") == 1


class Nowhere:
    """An Opener of a device that is not there."""

    async def open(self, receiver):
        raise DeviceNotFoundError("Nothing listens here.")


async def test_a_link_that_can_t_be_opened_is_captured_too(tmp_path: Path) -> None:
    capture = WireCapture(tmp_path / "a.wire", "x")
    with pytest.raises(DeviceNotFoundError):
        await CapturedOpener(Nowhere(), capture).open(None)
    capture.finish()
    assert [captured.event for captured in read_capture(tmp_path / "a.wire")][1:] == [WireEvent.REFUSED]


def test_a_disk_that_is_full_ends_the_capture_and_fails_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    capture = WireCapture(tmp_path / "a.wire", "x")

    def full(*record: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(capture._file, "append", full)
    for _ in range(10):
        capture.note(WireEvent.FROM_DEVICE, b"sound")
    capture.finish()
    assert caplog.text.count("No space left on device); the recording goes on") == 1
