"""Recordings that a crash cut off, wherever it cuts: they open again, with nothing in them that never was."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from stetho.errors import RecordError
from stetho.records.cut_off import find_cut_off, journal_path, recover
from stetho.records.recorder import Recorder
from stetho.source import DeviceInfo, Hole, HoleFate
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

SPEC = StreamSpec(4000, Origin.SIMULATED)
DEVICE = DeviceInfo(
    address="sim://murmur",
    driver="stetho_link",
    product="Simulated stethoscope",
    hardware="hw_sim",
    firmware="1.0.0",
    serial_number="SIM-0007",
    origin=Origin.SIMULATED,
    codec="pcm16",
    rate_hz=SPEC.rate_hz,
    channels=("chest",),
    has_contact_sensor=True,
)
SENT = np.arange(1, 3001, dtype=np.int16)
"""Each sample is its own number, so that any loss, doubling or change of order shows by value."""


def chunk(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", start: int) -> Chunk:
    return Chunk(read_only(samples.astype(np.float32) / np.float32(32768)), SPEC, start, start * 250_000)


def saved_int16(path: Path) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return soundfile.read(path, dtype="int16")[0]


def left(folder: Path, suffix: str = ".wav") -> Path:
    """The journal of a recording that was left: settled to 1000, then a hole, and what waits behind it."""
    folder.mkdir(exist_ok=True)
    recorder = Recorder(folder / f"a{suffix}")
    recorder.describe(DEVICE, "MV")
    for start in range(0, 1000, 100):
        recorder(chunk(SENT[start : start + 100], start), ())
    recorder.ahead(chunk(SENT[1300:1400], 1300), ())
    recorder.ahead(chunk(SENT[1200:1300], 1200), (Hole(Span(1200, 1300), HoleFate.RESENT),))
    recorder.ahead(chunk(SENT[1500:1600], 1500), ())
    recorder.leave()
    return journal_path(folder / f"a{suffix}")


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_what_waited_behind_a_hole_is_there_and_the_hole_is_lost(
    tmp_path: Path, suffix: str, validate: Callable[[str, Any], None]
) -> None:
    saved = recover(left(tmp_path, suffix))
    expected = SENT[:1600].copy()
    expected[1000:1200] = expected[1400:1500] = 0
    assert np.array_equal(saved_int16(saved.audio), expected)
    sidecar = json.loads(saved.sidecar.read_text(encoding="utf-8"))
    validate("recording", sidecar)
    assert sidecar["ledger"] == [
        {"start": 1000, "stop": 1200, "fate": "lost"},
        {"start": 1200, "stop": 1300, "fate": "resent"},
        {"start": 1400, "stop": 1500, "fate": "lost"},
    ]
    assert (sidecar["cut_off"], sidecar["site"], sidecar["serial_number"]) == (True, "MV", "SIM-0007")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", f"a{suffix}"}


@given(share=st.floats(0, 1))
def test_a_journal_cut_anywhere_is_a_recording_of_what_lies_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    folder = tmp_path_factory.mktemp("r")
    journal = left(folder)
    whole = journal.read_bytes()
    journal.write_bytes(whole[: int(share * len(whole))])
    if not list(find_cut_off(folder)):
        with pytest.raises(RecordError):
            recover(journal)
        return
    recording = saved_int16(recover(journal).audio)
    kept = recording != 0
    assert np.array_equal(recording[kept], SENT[: len(recording)][kept])
    settled = min(len(recording), 1000)
    assert kept[:settled].all()
    assert 2 * len(recording) + 1500 > len(whole) * share - 2 * 300  # the last block alone may be missing


class Crash(BaseException):
    """The power goes."""


def crash_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], int]:
    """Whatever changes a name or asks the disk raises Crash at that call; gives how many calls there were."""
    calls = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == step:
                raise Crash
            return real(*arguments, **options)

        return call

    for owner, name in ((Path, "replace"), (Path, "unlink"), (os, "fsync")):
        monkeypatch.setattr(owner, name, failing(getattr(owner, name)))
    return lambda: calls


@pytest.mark.parametrize("force", [False, True])
def test_a_crash_at_any_step_of_saving_loses_nothing(tmp_path: Path, force: bool) -> None:
    for step in range(1, 100):
        folder = tmp_path / str(step)
        folder.mkdir()
        audio = folder / "a.wav"
        if force:
            earlier = Recorder(audio)
            earlier(chunk(SENT[2000:2500], 0), ())
            earlier.finish(DEVICE)
        journal = left(folder) if not force else left_over(audio)
        with pytest.MonkeyPatch.context() as patch:
            calls = crash_at(patch, step)
            try:
                recover(journal, overwrite=force)
            except Crash:
                assert audio_has_its_own_sidecar(audio)
        if calls() < step:
            break
        if journal.exists():
            recover(journal, overwrite=force)
        assert saved_int16(audio)[:1000].tolist() == SENT[:1000].tolist()
        assert audio_has_its_own_sidecar(audio)
        assert sorted(path.name for path in folder.iterdir()) == ["a.json", "a.wav"]
    assert step > 7


def test_nothing_has_its_name_before_it_is_durable_and_the_journal_goes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = left(tmp_path)
    durable: dict[int, int] = {}
    order: list[str] = []
    fsync, replace, unlink = os.fsync, Path.replace, Path.unlink

    def synced(file: int) -> None:
        fsync(file)
        durable[os.fstat(file).st_ino] = os.fstat(file).st_size
        if os.path.samestat(os.fstat(file), tmp_path.stat()):
            order.append("folder")

    def renamed(path: Path, target: Path) -> Path:
        assert durable[path.stat().st_ino] == path.stat().st_size
        order.append(target.name)
        return replace(path, target)

    def removed(path: Path, missing_ok: bool = False) -> None:
        order.append(f"- {path.name}")
        unlink(path, missing_ok)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    monkeypatch.setattr(Path, "unlink", removed)
    recover(journal)
    assert order == ["- a.wav", "a.json", "a.wav", "folder", "- a.wav.part", "folder"]


def left_over(audio: Path) -> Path:
    """A cut-off recording of the same name as one that is there."""
    elsewhere = audio.parent / "new"
    journal = left(elsewhere)
    moved = journal.replace(journal_path(audio))
    elsewhere.rmdir()
    return moved


def audio_has_its_own_sidecar(audio: Path) -> bool:
    """Whether nobody can take the sound for whole, or for another's."""
    if not audio.exists():
        return True
    sidecar = json.loads(audio.with_suffix(".json").read_text(encoding="utf-8"))
    return bool(sidecar["audio_sha256"] == hashlib.sha256(audio.read_bytes()).hexdigest())


def test_another_recording_of_that_name_is_left_alone(tmp_path: Path) -> None:
    audio = tmp_path / "a.wav"
    soundfile.write(audio, SENT, SPEC.rate_hz)
    journal = left_over(audio)
    with pytest.raises(RecordError, match=r"is another recording; name a new one, or say --force"):
        recover(journal)
    assert np.array_equal(saved_int16(audio), SENT)
    assert recover(journal, tmp_path / "b.flac").audio == tmp_path / "b.flac"
    assert np.array_equal(saved_int16(audio), SENT)


def test_a_recording_that_was_cut_off_is_never_recorded_over(tmp_path: Path) -> None:
    journal = left(tmp_path)
    for overwrite in (False, True):
        with pytest.raises(RecordError, match=r"was cut off: `stetho recover \S+a\.wav\.part` saves it"):
            Recorder(tmp_path / "a.wav", overwrite=overwrite)
    assert list(find_cut_off(tmp_path)) == [journal]


@pytest.mark.parametrize("content", [b"", b"stetho jour", b"stetho journal 1"])
def test_one_without_a_sample_is_in_nobodys_way(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav.part").write_bytes(content)
    assert list(find_cut_off(tmp_path)) == []
    recorder = Recorder(tmp_path / "a.wav")
    recorder(chunk(SENT, 0), ())
    assert recorder.finish(DEVICE).audio.exists()


def test_a_strangers_part_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.wav.part").write_bytes(b"a download that goes on")
    assert list(find_cut_off(tmp_path)) == []
    with pytest.raises(RecordError, match="is no recording of stetho"):
        Recorder(tmp_path / "a.wav")
    assert (tmp_path / "a.wav.part").read_bytes() == b"a download that goes on"


@pytest.mark.skipif(os.name != "posix", reason="file locks are of POSIX here")
def test_a_recording_that_is_being_made_is_not_recovered(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.wav")
    recorder(chunk(SENT, 0), ())
    assert list(find_cut_off(tmp_path)) == []
    with pytest.raises(RecordError, match="being recorded right now"):
        recover(tmp_path / "a.wav.part")
    with pytest.raises(RecordError, match="being recorded right now"):
        Recorder(tmp_path / "a.wav")
    assert np.array_equal(saved_int16(recorder.finish(DEVICE).audio), SENT)


def test_what_is_no_journal_is_told_so(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", SENT, SPEC.rate_hz)
    with pytest.raises(RecordError, match=r"named like heart\.wav\.part"):
        recover(tmp_path / "a.wav")
    with pytest.raises(RecordError, match="can't be read"):
        recover(tmp_path / "b.wav.part")


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="a folder where nobody can make a file is imitated by /proc"
)
def test_a_folder_that_takes_no_file_is_told_before_anything_starts() -> None:
    with pytest.raises(RecordError, match=r"can't be written .*choose another"):
        Recorder(Path("/proc/a.wav"))


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from stetho.records.cut_off import recover
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for room in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        recover(Path(sys.argv[1]))
    except Exception as error:
        print(type(error).__name__, error)
    print(sorted(path.name for path in Path(sys.argv[1]).parent.iterdir()))
"""


@pytest.mark.skipif(os.name != "posix", reason="a full disk is imitated by a POSIX limit")
@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_disk_that_is_full_when_it_saves_keeps_the_journal(tmp_path: Path, suffix: str) -> None:
    journal = left(tmp_path, suffix)
    command = [sys.executable, "-c", FULL_DISK, str(journal), "0", "50", "300"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    lines = said.stdout.splitlines()
    assert all(line.startswith("RecordError") for line in lines[::2]), said
    assert lines[1::2] == [f"['{journal.name}']"] * 3
    assert len(saved_int16(recover(journal).audio)) == 1600
