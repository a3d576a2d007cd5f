"""Recordings on disk: whatever libsndfile reads, and one clear sentence for the rest."""

import logging
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stetho.audio_file import AudioFile, read_info
from stetho.errors import InputError

RATE_HZ = 4000
RNG = np.random.default_rng(7)
INT16 = RNG.integers(-20000, 20000, 10 * RATE_HZ).astype(np.int16)


def written(path: Path, samples: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]" = INT16, **how: object) -> Path:
    soundfile.write(path, samples, how.pop("rate", RATE_HZ), **how)
    return path


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff", ".au", ".caf"])
def test_16_bit_samples_are_exact_in_every_container(tmp_path: Path, suffix: str) -> None:
    with AudioFile(written(tmp_path / f"a{suffix}", subtype="PCM_16")) as audio:
        samples = audio.read()
    assert samples.dtype == np.float32
    assert np.array_equal(samples, INT16.astype(np.float32) / np.float32(32768))
    assert not samples.flags.writeable


@pytest.mark.parametrize(
    ("subtype", "step"),
    [("PCM_U8", 2**-7), ("PCM_24", 2**-23), ("PCM_32", 2**-24), ("FLOAT", 2**-24), ("DOUBLE", 2**-24)],
)
def test_every_depth_is_full_scale(tmp_path: Path, subtype: str, step: float) -> None:
    wanted = INT16 / 32768
    with AudioFile(written(tmp_path / "a.wav", wanted, subtype=subtype)) as audio:
        assert audio.info.encoding == subtype
        assert np.abs(audio.read() - wanted).max() <= step


@pytest.mark.parametrize("suffix", [".mp3", ".ogg"])
def test_lossy_files_are_read(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"a{suffix}", np.sin(np.arange(80_000) / 50), rate=8000)
    with AudioFile(path) as audio:
        assert audio.info.sample_rate_hz == 8000
        assert audio.read().size == pytest.approx(80_000, abs=2500)  # an mp3 is padded


@pytest.mark.parametrize("rate_hz", [2000, 11025, 44100, 48000, 192_000])
def test_any_rate_is_read_at_that_rate(tmp_path: Path, rate_hz: int) -> None:
    path = written(tmp_path / "a.wav", INT16[:2000], rate=rate_hz)
    with AudioFile(path) as audio:
        chunks = list(audio.chunks(0.02))
    assert chunks[0].spec.rate_hz == rate_hz
    assert sum(map(len, chunks)) == 2000
    assert [c.start for c in chunks[1:]] == [c.stop for c in chunks[:-1]]
    assert chunks[-1].t0_ns == chunks[-1].start * 1_000_000_000 // rate_hz


def test_the_first_of_several_channels_is_the_chest_and_that_they_differ_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(tmp_path / "a.wav", np.stack((INT16, INT16[::-1]), axis=1))
    with AudioFile(path) as audio, caplog.at_level(logging.WARNING):
        samples = audio.read()
    assert np.array_equal(samples, INT16.astype(np.float32) / np.float32(32768))
    assert audio.notes == ["its channels differ; the first is taken as the chest."]
    assert len(caplog.messages) == 1


def test_two_channels_of_the_same_sound_need_no_word(tmp_path: Path) -> None:
    with AudioFile(written(tmp_path / "a.wav", np.stack((INT16, INT16), axis=1))) as audio:
        audio.read()
    assert audio.notes == []


def test_a_wav_that_was_cut_is_read_as_far_as_it_goes_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[: 44 + 2 * 4 * RATE_HZ])
    with AudioFile(path) as audio:
        assert audio.read().size == 4 * RATE_HZ
    assert audio.notes == ["it was cut: 4.0 of 10.0 s are there, and only these are used."]


def test_a_flac_that_was_cut_is_read_as_far_as_it_goes_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with AudioFile(path) as audio:
        samples = audio.read()
    assert 3 * RATE_HZ < samples.size < 5.5 * RATE_HZ
    assert np.array_equal(samples, INT16[: samples.size].astype(np.float32) / np.float32(32768))
    assert "cut or damaged" in audio.notes[0]


def test_a_wav_written_to_a_pipe_is_not_called_cut(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav")
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"  # the writer could not go back to say how long it is
    path.write_bytes(content)
    with AudioFile(path) as audio:
        assert audio.read().size == INT16.size
    assert audio.notes == []


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sample_that_is_no_number_is_refused(tmp_path: Path, value: float) -> None:
    samples = INT16 / 32768
    samples[30_000] = value
    path = written(tmp_path / "a.wav", samples, subtype="FLOAT")
    with AudioFile(path) as audio, pytest.raises(InputError, match=r"a\.wav holds samples that are no numbers"):
        audio.read()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.wav", b"", "is empty"),
        ("words.wav", b"This is a letter, not a sound.", "is no audio"),
        ("noise.flac", bytes(range(256)) * 20, "is no audio"),
        ("raw.raw", bytes(1000), "is no audio"),
    ],
)
def test_what_is_no_audio_is_said_in_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as refused:
        AudioFile(path)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_header_without_samples_holds_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no samples"):
        AudioFile(written(tmp_path / "a.wav", INT16[:0]))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.wav is not there"):
        read_info(tmp_path / "nowhere.wav")
    with pytest.raises(InputError, match="is a folder"):
        read_info(tmp_path)


def test_ten_minutes_are_never_in_memory_at_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", np.zeros(600 * RATE_HZ, np.int16))
    with AudioFile(path) as audio:
        assert max(block.size for block in audio.blocks()) <= RATE_HZ
