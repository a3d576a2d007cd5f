import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.play import Recording
from stetho.errors import InputError

RNG = np.random.default_rng(5)
PCM = RNG.integers(-32768, 32767, 3000, dtype=np.int16)


@pytest.fixture(params=["wav", "flac"])
def file(request, tmp_path):
    path = tmp_path / f"a.{request.param}"
    soundfile.write(path, PCM, 2000, subtype="PCM_16")
    return path


def test_a_16_bit_file_is_played_sample_for_sample_then_is_silent(file):
    recording = Recording(file)
    assert (recording.rate_hz, recording.frames, recording.exact) == (2000, 3000, True)
    heard = np.concatenate([recording.read(n) for n in (1, 700, 2000, 5000)])
    assert np.array_equal(heard, PCM)
    assert len(recording.read(10)) == 0
    recording.close()


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=6))
def test_a_loop_never_ends_and_has_no_seam(tmp_path_factory, sizes):
    path = tmp_path_factory.mktemp("loop") / "a.wav"
    soundfile.write(path, PCM, 2000, subtype="PCM_16")
    recording = Recording(path, loop=True)
    heard = np.concatenate([recording.read(n) for n in sizes])
    assert np.array_equal(heard, np.resize(PCM, sum(sizes)))
    recording.close()


def test_other_formats_are_converted_and_say_so(tmp_path):
    path = tmp_path / "float.wav"
    values = np.array([0.0, 0.5, -1.0, 1.5, np.nan, 1 / 32768])
    soundfile.write(path, np.stack([values, -values], axis=1), 4000, subtype="FLOAT")
    recording = Recording(path)
    assert not recording.exact
    assert recording.read(100).tolist() == [0, 16384, -32768, 32767, 0, 1]
    recording.close()


def test_another_rate_plays_the_same_samples(file):
    recording = Recording(file, rate_hz=8000)
    assert recording.rate_hz == 8000
    assert np.array_equal(recording.read(3000), PCM)
    recording.close()


def test_what_can_not_be_played_is_said_in_one_sentence(tmp_path):
    (tmp_path / "text.wav").write_text("no sound at all")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, np.int16), 4000)
    soundfile.write(tmp_path / "fast.wav", PCM, 192_000)
    for name, says in {
        "missing.wav": "does not exist",
        "text.wav": "can't be played",
        "empty.wav": "holds no sound",
        "fast.wav": "192000 Hz",
    }.items():
        with pytest.raises(InputError, match=says) as caught:
            Recording(tmp_path / name)
        assert "\n" not in str(caught.value)
