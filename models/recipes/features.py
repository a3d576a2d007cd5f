"""Log-mels and state labels of every recording, kept in one folder and read as memory maps."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from dataset import UNANNOTATED, Recording

from stetho.dsp.mel import HOP, N_MELS, RATE_HZ, log_mel, mel_sha256
from stetho.dsp.resample import to_2khz

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]
Int8 = npt.NDArray[np.int8]

WINDOW_FRAMES = 250
HOP_FRAMES = 50
STATE_FRAMES = 125


@dataclass(frozen=True)
class Features:
    """All log-mels end to end, ``(frames, mels)``; recording ``i`` owns ``[starts[i], starts[i] + lengths[i])``.

    Every start is even, so state frame ``j`` of a recording is entry ``starts[i] // 2 + j`` of ``states``.
    """

    log_mel: Float32
    states: Int8
    starts: Int64
    lengths: Int64

    def windows(self, index: int) -> Float32:
        """The overlapping 5 s windows of a recording, one a second, ``(windows, mels, frames)``."""
        start, length = int(self.starts[index]), int(self.lengths[index])
        block = np.asarray(self.log_mel[start : start + length])
        firsts = range(0, length - WINDOW_FRAMES + 1, HOP_FRAMES)
        return np.stack([block[first : first + WINDOW_FRAMES].T for first in firsts])

    def state_labels(self, index: int) -> Int8:
        """Annotated state of every 40 ms frame of a recording, -1 where there is none."""
        start = int(self.starts[index]) // 2
        return np.asarray(self.states[start : start + int(self.lengths[index]) // 2])


def read_samples(path: Path) -> Float32:
    """A mono recording at the model's rate, full scale 1."""
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    return to_2khz(np.ascontiguousarray(samples[:, 0]), rate_hz)


def build_features(
    rows: Sequence[Recording],
    intervals: dict[str, list[tuple[float, float, int]]],
    cache: Path,
    progress: Callable[[str], None],
) -> Features:
    """Read the cache, or make it when the rows or the mel table differ from those it was made of."""
    cache.mkdir(parents=True, exist_ok=True)
    stamp = json.dumps({"mel": mel_sha256(), "rows": [row.name for row in rows]})
    stamp_file = cache / "stamp.json"
    if not (stamp_file.exists() and stamp_file.read_text() == stamp):
        _write(rows, intervals, cache, progress)
        stamp_file.write_text(stamp)
    index = np.load(cache / "index.npy")
    return Features(
        log_mel=np.load(cache / "log_mel.npy", mmap_mode="r"),
        states=np.load(cache / "states.npy", mmap_mode="r"),
        starts=index[0],
        lengths=index[1],
    )


def _write(
    rows: Sequence[Recording],
    intervals: dict[str, list[tuple[float, float, int]]],
    cache: Path,
    progress: Callable[[str], None],
) -> None:
    blocks: list[Float32] = []
    labels: list[Int8] = []
    lengths: list[int] = []
    for count, row in enumerate(rows):
        mel = log_mel(read_samples(row.path))
        mel = mel[:, : mel.shape[1] // 2 * 2]  # an even number of frames keeps the state grid aligned
        blocks.append(np.ascontiguousarray(mel.T))
        labels.append(state_track(intervals.get(row.name, []), mel.shape[1] // 2))
        lengths.append(mel.shape[1])
        if count % 500 == 0:
            progress(f"features: {count} of {len(rows)} recordings")
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    joined = np.concatenate(blocks)
    if joined.shape[1] != N_MELS:
        raise ValueError(f"expected {N_MELS} mel bands, not {joined.shape[1]}")
    np.save(cache / "log_mel.npy", joined)
    np.save(cache / "states.npy", np.concatenate(labels))
    np.save(cache / "index.npy", np.stack([starts, np.asarray(lengths)]).astype(np.int64))


def state_track(intervals: Sequence[tuple[float, float, int]], frames: int) -> Int8:
    """State at the centre of each 40 ms frame.

    A mel frame's centre lies 64 samples before its end, so state frame ``j`` is centred at sample ``80 j - 4``.
    """
    track = np.full(frames, UNANNOTATED, np.int8)
    centres_s = (2 * HOP * np.arange(frames) - 4) / RATE_HZ
    for start_s, end_s, state in intervals:
        track[(centres_s >= start_s) & (centres_s < end_s)] = state
    return track
