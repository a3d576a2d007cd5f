"""The network on one 5 s window, on one thread: as it ships, and against itself before it was quantized."""

from pathlib import Path

import numpy as np

from stetho.artifacts import find_model
from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.timing import Call, time_both, time_call
from stetho.inference.models import shipped_model
from stetho.inference.runtime import load_onnxruntime
from stetho.stream import Samples

FP32_FILE = "model.fp32.onnx"


def benchmarks() -> tuple[Benchmark, ...]:
    return (
        Benchmark("inference_window", _int8),
        Benchmark("inference_window_fp32", _against_fp32),
    )


def _window() -> Samples:
    frames = shipped_model().manifest.window.frames
    return np.random.default_rng(0).normal(-12.0, 3.0, (40, frames)).astype(np.float32)


def _shipped() -> Call:
    model, window = shipped_model(), _window()
    return lambda: model.score(window)


def _int8() -> Row:
    return Row("inference_window", time_call(_shipped()), goal=Goal(median_us=1000))


def _against_fp32() -> Row:
    path = find_model() / FP32_FILE
    peer_name, goal = "the same network in fp32", Goal(ratio=1)
    if not path.is_file():
        note = f"the network in fp32 is not installed; it lies in a checkout as {path.parent.name}/{FP32_FILE}"
        return Row("inference_window_fp32", time_call(_shipped()), peer_name, goal=goal, note=note)
    timing, peers = time_both(_shipped(), _fp32(path))
    return Row("inference_window_fp32", timing, peer_name, peers, goal)


def _fp32(path: Path) -> Call:
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {"logmel": _window()[None, None]}
    return lambda: session.run(None, feed)
