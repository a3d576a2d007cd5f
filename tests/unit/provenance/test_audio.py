"""A sound is known by its samples and holes: not by its file, its cuts, or where its stream began."""

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from stetho.audio_file import AudioFile
from stetho.provenance.audio import AudioHash, AudioIdentity, file_sha256
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

RATE_HZ = 4000
SPEC = StreamSpec(RATE_HZ, Origin.DEVICE)
PCM = np.random.default_rng(7).integers(-32768, 32768, 4000).astype(np.int16)
SOUND = PCM.astype(np.float32) / np.float32(32768)


def identity(
    cuts: list[int], start: int = 0, concealed: tuple[Span, ...] = (), gap: Span = Span(0, 0), sound: np.ndarray = SOUND
) -> AudioIdentity:
    """Of SOUND, cut there; spans in samples of the take."""
    found = AudioHash(RATE_HZ)
    for first, stop in pairwise(sorted({0, *cuts, gap.start, gap.stop, sound.size})):
        if gap.start <= first < gap.stop:
            continue
        inside = tuple(
            Span(start + max(hole.start, first), start + min(hole.stop, stop))
            for hole in concealed
            if hole.overlap(Span(first, stop))
        )
        found.add(Chunk(read_only(sound[first:stop]), SPEC, start + first, 0, inside))
    return found.identity()


CUTS = st.lists(st.integers(1, SOUND.size - 1), max_size=20)


@given(cuts=CUTS, start=st.integers(0, 10**9))
def test_cuts_and_the_beginning_of_the_stream_change_nothing(cuts: list[int], start: int) -> None:
    holes = (Span(100, 180), Span(2000, 2240))
    assert identity(cuts, start, holes, Span(3000, 3500)) == identity([], 0, holes, Span(3000, 3500))


def test_the_hash_is_what_anyone_can_compute() -> None:
    expected = hashlib.sha256(b"4000\n" + SOUND.astype("<f4").tobytes()).hexdigest()
    assert identity([]) == AudioIdentity(SOUND.size, expected, None)
    holes = hashlib.sha256(b"concealed 100 180\ngap 3000 3500\n").hexdigest()
    assert identity([], 77, (Span(100, 180),), Span(3000, 3500)).holes_sha256 == holes


@given(at=st.integers(0, SOUND.size - 1))
def test_one_sample_makes_another_sound(at: int) -> None:
    changed = SOUND.copy()
    changed[at] += np.float32(1 / 32768)
    assert identity([], sound=changed).sha256 != identity([]).sha256


def test_another_rate_is_another_sound_and_another_hole_is_other_holes() -> None:
    twice = AudioHash(2 * RATE_HZ)
    twice.add(Chunk(read_only(SOUND), StreamSpec(2 * RATE_HZ, Origin.DEVICE), 0, 0))
    assert twice.identity().sha256 != identity([]).sha256
    with_hole, without = identity([], concealed=(Span(100, 180),)), identity([])
    assert with_hole.sha256 == without.sha256
    assert with_hole.holes_sha256 != without.holes_sha256
    assert identity([], concealed=(Span(100, 181),)).holes_sha256 != with_hole.holes_sha256


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [("wav", "PCM_16"), ("flac", "PCM_16"), ("wav", "PCM_24"), ("wav", "FLOAT"), ("aiff", "PCM_16")],
)
def test_another_wrapping_is_the_same_sound(tmp_path: Path, suffix: str, subtype: str) -> None:
    path = tmp_path / f"heart.{suffix}"
    soundfile.write(path, PCM if subtype == "PCM_16" else SOUND, RATE_HZ, subtype=subtype)
    found = AudioHash(RATE_HZ)
    with AudioFile(path) as file:
        for chunk in file.chunks():
            found.add(chunk)
    assert found.identity() == identity([])


def test_the_files_own_hash(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert file_sha256(path) == hashlib.sha256(b"abc").hexdigest()
    assert file_sha256(tmp_path / "gone") is None
