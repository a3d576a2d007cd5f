"""The recorder: sample-identical, time kept, and saved only when it is."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from stetho.audio_file import AudioFile
from stetho.errors import OverrunError, RecordError
from stetho.records import recorder as recorder_module
from stetho.records.cut_off import recover
from stetho.records.recorder import Recorder
from stetho.source import DeviceInfo, Hole, HoleFate
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

RATE_HZ = 4000
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)
DEVICE = DeviceInfo(
    address="sim://murmur",
    driver="stetho_link",
    product="Simulated stethoscope",
    hardware="hw_sim",
    firmware="1.0.0",
    serial_number="SIM-0007",
    origin=Origin.SIMULATED,
    codec="pcm16",
    rate_hz=RATE_HZ,
    channels=("chest",),
    has_contact_sensor=True,
)


def numbered(count: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Each sample is its own number, so that any loss, doubling or change of order shows by value."""
    return np.arange(1, count + 1, dtype=np.int16)


def chunk(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", start: int) -> Chunk:
    scaled = samples.astype(np.float32) / np.float32(32768)
    return Chunk(read_only(scaled), SPEC, start, start * 1_000_000_000 // RATE_HZ)


def saved_int16(path: Path) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return soundfile.read(path, dtype="int16")[0]


@given(cuts=st.lists(st.integers(1, 999), max_size=12), suffix=st.sampled_from([".wav", ".flac"]))
def test_the_recording_is_the_stream_however_it_was_cut(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], suffix: str
) -> None:
    path = tmp_path_factory.mktemp("r") / f"a{suffix}"
    sent = numbered(1000)
    recorder = Recorder(path)
    edges = sorted({0, 1000, *cuts})
    for start, stop in pairwise(edges):
        recorder(chunk(sent[start:stop], start), ())
    saved = recorder.finish(DEVICE)
    assert np.array_equal(saved_int16(path), sent)
    assert (saved.duration_s, saved.samples_lost) == (0.25, 0)


def test_what_never_came_is_zero_keeps_its_time_and_stands_in_the_ledger(
    tmp_path: Path, validate: Callable[[str, Any], None]
) -> None:
    path, sent = tmp_path / "a.wav", numbered(1000)
    recorder = Recorder(path)
    recorder(chunk(sent[:300], 0), ())
    lost = (Hole(Span(350, 400), HoleFate.LOST),)
    recorder(chunk(sent[300:500], 300), lost)  # zeros or not, what is called lost is zero
    recorder(chunk(sent[500:600], 500), (Hole(Span(500, 540), HoleFate.RESENT),))
    recorder(chunk(sent[800:], 800), ())  # 600 to 800 never came at all
    saved = recorder.finish(DEVICE, site="AV")
    expected = sent.copy()
    expected[350:400] = expected[600:800] = 0
    assert np.array_equal(saved_int16(path), expected)
    assert saved.samples_lost == 250
    sidecar = json.loads(saved.sidecar.read_text(encoding="utf-8"))
    validate("recording", sidecar)
    assert sidecar["ledger"] == [
        {"start": 350, "stop": 400, "fate": "lost"},
        {"start": 500, "stop": 540, "fate": "resent"},
        {"start": 600, "stop": 800, "fate": "lost"},
    ]
    assert (sidecar["serial_number"], sidecar["site"], sidecar["origin"]) == ("SIM-0007", "AV", "simulated")
    assert (sidecar["samples"], sidecar["samples_lost"]) == (1000, 250)


def test_a_recording_is_read_again_with_its_holes_and_its_origin(tmp_path: Path) -> None:
    path, sent = tmp_path / "a.wav", numbered(4000)
    recorder = Recorder(path)
    recorder(chunk(sent[:1000], 0), (Hole(Span(100, 180), HoleFate.LOST),))
    recorder(chunk(sent[2000:], 2000), ())
    recorder.finish(DEVICE)
    with AudioFile(path) as audio:
        assert audio.info.origin is Origin.SIMULATED
        chunks = list(audio.chunks())
    assert [(c.start, c.stop) for c in chunks] == [(0, 1000), (2000, 4000)]
    assert chunks[0].concealed == (Span(100, 180),)


def test_the_sample_rate_is_measured_on_a_long_recording_alone(tmp_path: Path) -> None:
    rates = {}
    for seconds in (5, 20):
        path = tmp_path / f"{seconds}.wav"
        recorder = Recorder(path)
        for second in range(seconds):
            samples = read_only(np.zeros(RATE_HZ, np.float32))
            # The device's clock runs 100 ppm fast against the host's.
            recorder(Chunk(samples, SPEC, second * RATE_HZ, round(second * 1e9 / 1.0001)), ())
        sidecar = json.loads(recorder.finish(DEVICE).sidecar.read_text(encoding="utf-8"))
        rates[seconds] = sidecar["sample_rate_measured_hz"]
    assert rates[5] is None
    assert rates[20] == pytest.approx(4000.4, abs=0.01)


def test_nothing_is_made_of_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.wav")
    with pytest.raises(RecordError, match="No sample came"):
        recorder.finish(DEVICE)
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_was_left_can_be_recovered(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.wav")
    recorder.describe(DEVICE, "AV")
    recorder(chunk(numbered(100), 0), ())
    recorder.leave()
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav.part"]
    saved = recover(tmp_path / "a.wav.part")
    assert saved.cut_off
    assert np.array_equal(saved_int16(tmp_path / "a.wav"), numbered(100))


def test_a_journal_that_reads_back_otherwise_is_not_called_saved(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.wav")
    for start in (0, 2000):
        recorder(chunk(numbered(2000), start), ())
    while recorder.recorded_s < 1.0:
        time.sleep(0.01)
    with (tmp_path / "a.wav.part").open("r+b") as file:
        file.seek(6000)
        file.write(b"\x55\x55\x55\x55")
    with pytest.raises(RecordError, match=r"reads back otherwise.*are kept in"):
        recorder.finish(DEVICE)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav.part"]
    assert recover(tmp_path / "a.wav.part").duration_s == 0.5  # what lies before the damage


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a file that is open can't be removed")
def test_a_journal_whose_name_was_removed_is_saved_all_the_same(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.wav")
    recorder(chunk(numbered(4000), 0), ())
    (tmp_path / "a.wav.part").unlink()
    assert np.array_equal(saved_int16(recorder.finish(DEVICE).audio), numbered(4000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.wav"]


def test_a_file_that_is_there_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"precious")
    with pytest.raises(RecordError, match="there already"):
        Recorder(tmp_path / "a.wav")


def test_a_stream_that_goes_back_in_time_is_no_recording_and_what_came_before_is_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.wav")
    recorder(chunk(numbered(4000), 0), ())
    recorder(chunk(numbered(100), 100), ())
    with pytest.raises(RecordError, match=r"back in time.*The first 1\.0 s are kept in .*a\.wav\.part"):
        recorder.finish(DEVICE)
    assert recover(tmp_path / "a.wav.part").audio == tmp_path / "a.wav"
    assert np.array_equal(saved_int16(tmp_path / "a.wav"), numbered(4000))


def test_a_disk_that_can_t_follow_is_told_loudly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "CAPACITY_CHUNKS", 2)
    recorder = Recorder(tmp_path / "a.wav")
    chunks = [chunk(numbered(1000), index * 1000) for index in range(2000)]
    with pytest.raises(OverrunError, match="nothing is lost unseen"):
        feed(recorder, chunks)  # far faster than any disk
    recorder.leave()


def feed(recorder: Recorder, chunks: list[Chunk]) -> None:
    for piece in chunks:
        recorder(piece, ())


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
sys.path[:0] = [sys.argv[2]]
from test_recorder import DEVICE, chunk, numbered
from stetho.records.recorder import Recorder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
recorder = Recorder(Path(sys.argv[1]))
try:
    for index in range(100):
        recorder(chunk(np.random.default_rng(index).integers(-9999, 9999, 1000).astype(np.int16), index * 1000), ())
    recorder.finish(DEVICE)
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.name != "posix", reason="a full disk is imitated by a POSIX limit")
@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_full_disk_is_said_with_what_was_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    command = [sys.executable, "-c", FULL_DISK, str(path), str(Path(__file__).parent)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.stdout.startswith("RecordError"), said
    assert "disk is full" in said.stdout
    assert f"{path}.part" in said.stdout
    assert not path.exists()
    assert "stetho recover" in said.stdout
    assert sorted(tmp_path.iterdir()) == [path.with_name(f"{path.name}.part")]
    saved = recover(path.with_name(f"{path.name}.part"))  # now there is room
    assert (saved.cut_off, saved.duration_s) == (True, 4.75)
