"""16-bit audio to the disk: exact, durable, never over another file."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stetho.errors import ConfigError, RecordError
from stetho.records.sound_writer import SoundWriter, checksum_of, refuse_path, to_int16
from stetho.stream import Origin, StreamSpec, read_only

SPEC = StreamSpec(4000, Origin.SIMULATED)
EVERY_VALUE = np.arange(-32768, 32768, dtype=np.int16)


def test_every_16_bit_value_comes_back_as_itself() -> None:
    samples = read_only(EVERY_VALUE.astype(np.float32) / np.float32(32768))
    assert np.array_equal(to_int16(samples)[:, 0], EVERY_VALUE)


def test_what_lies_beyond_full_scale_is_held_at_its_end() -> None:
    assert to_int16(read_only(np.array([1.0, 2.0, -1.5], np.float32)))[:, 0].tolist() == [32767, 32767, -32768]


FORMS = [("a.wav", "WAV"), ("a.flac", "FLAC")]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_file_holds_what_was_written_and_says_where_it_came_from(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / name
    writer = SoundWriter(path, SPEC, form)
    writer.write(EVERY_VALUE[:30000, None])
    writer.write(EVERY_VALUE[30000:, None])
    writer.seal()
    with soundfile.SoundFile(path) as sound:
        assert (sound.samplerate, sound.subtype) == (4000, "PCM_16")
        assert "origin=simulated" in sound.comment
        assert "SIMULATED" in sound.title
        assert np.array_equal(sound.read(dtype="int16"), EVERY_VALUE)
    assert checksum_of(path) == writer.checksum


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_the_same_samples_make_the_same_bytes(tmp_path: Path, name: str, form: str) -> None:
    made = []
    for folder in ("x", "y"):
        path = tmp_path / folder / name
        path.parent.mkdir()
        writer = SoundWriter(path, SPEC, form)
        writer.write(EVERY_VALUE[:, None])
        writer.seal()
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_what_was_discarded_is_gone(tmp_path: Path) -> None:
    writer = SoundWriter(tmp_path / "a.wav", SPEC, "WAV")
    writer.write(EVERY_VALUE[:, None])
    writer.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_refused_without_being_told(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"precious")
    with pytest.raises(RecordError, match="--force"):
        refuse_path(tmp_path / "a.wav", overwrite=False)
    refuse_path(tmp_path / "a.wav", overwrite=True)


def test_a_name_or_folder_that_can_hold_no_recording_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\.wav or \.flac"):
        refuse_path(tmp_path / "a.mp3", overwrite=False)
    with pytest.raises(RecordError, match="make it first"):
        refuse_path(tmp_path / "nowhere" / "a.wav", overwrite=False)


def test_a_file_that_reads_back_otherwise_is_not_called_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    writer = SoundWriter(path, SPEC, "WAV")
    writer.write(EVERY_VALUE[:, None])
    with path.open("r+b") as file:
        file.seek(5000)
        file.write(b"\x55\x55\x55\x55")
    with pytest.raises(RecordError, match="reads back otherwise"):
        writer.seal()
