"""Log-mel of one new frame at 2 kHz, against librosa and against the same arithmetic in plain numpy.

Function against function; the stage's row is the same with a Chunk in and Frames out, as the live path has it.
"""

from collections.abc import Callable

import numpy as np

from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.signals import noise
from stetho.bench.timing import Call, time_both, time_call
from stetho.dsp.mel import FLOOR, FMAX_HZ, FMIN_HZ, HOP, N_FFT, N_MELS, RATE_HZ, LogMel, log_mel, mel_table
from stetho.errors import ConfigError
from stetho.extras import require
from stetho.stream import Samples

LIBROSA = "librosa melspectrogram, power_to_db"
NUMPY = "numpy rfft, matmul, log"


def benchmarks() -> tuple[Benchmark, ...]:
    return (
        Benchmark("logmel_frame", lambda: _run("logmel_frame", _function(), LIBROSA, _librosa, Goal(ratio=100))),
        Benchmark("logmel_frame_numpy", lambda: _run("logmel_frame_numpy", _function(), NUMPY, _numpy, Goal(ratio=2))),
        Benchmark("logmel_stage", lambda: _run("logmel_stage", _stage(), NUMPY, _numpy, None)),
    )


def _run(name: str, ours: Call, peer_name: str, make_peer: Callable[[], Call], goal: Goal | None) -> Row:
    try:
        peer = make_peer()
    except ConfigError as missing:
        return Row(name, time_call(ours), peer_name, goal=goal, note=str(missing))
    timing, peers = time_both(ours, peer)
    return Row(name, timing, peer_name, peers, goal)


def _function() -> Call:
    samples = noise(RATE_HZ, HOP).chest
    return lambda: log_mel(samples)


def _stage() -> Call:
    hop = noise(RATE_HZ, HOP)
    stage = LogMel()
    stage.prepare(hop.spec)
    return lambda: list(stage.process(hop))


def _window() -> Samples:
    return noise(RATE_HZ, N_FFT).chest


def _librosa() -> Call:
    librosa = require("librosa", "lab")
    samples = _window()

    def frame() -> object:
        power = librosa.feature.melspectrogram(
            y=samples, sr=RATE_HZ, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS, fmin=FMIN_HZ, fmax=FMAX_HZ, center=False
        )
        return librosa.power_to_db(power, amin=FLOOR)

    return frame


def _numpy() -> Call:
    samples, table = _window(), mel_table()
    window = np.hanning(N_FFT + 1)[:-1].astype(np.float32)
    scale = np.float32(1.0 / window.sum() ** 2)

    def frame() -> object:
        spectrum = np.fft.rfft(samples * window)
        power = (spectrum.real**2 + spectrum.imag**2) * scale
        return np.log(table @ power + np.float32(FLOOR))

    return frame
