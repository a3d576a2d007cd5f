"""The network as ONNX: one float graph, and one with eight-bit convolutions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import onnx
import torch
from features import WINDOW_FRAMES
from network import Complete
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)

from stetho.dsp.mel import N_MELS

Float32 = npt.NDArray[np.float32]

OPSET = 17
INPUT = "logmel"
OUTPUTS = ("murmur", "states", "embedding", "timing")


def export_float(model: Complete, file: Path) -> None:
    """Write ``model`` with batch normalisation folded into the convolutions; any number of windows at once."""
    with warnings.catch_warnings():
        # The exporter that replaced this one needs a further package and writes the same graph.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model.eval(),
            (torch.zeros(1, 1, N_MELS, WINDOW_FRAMES),),
            str(file),
            opset_version=OPSET,
            dynamo=False,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "N"} for name in (INPUT, *OUTPUTS)},
        )
    graph = onnx.load(str(file))
    onnx.checker.check_model(graph)
    onnx.save(graph, str(file))


def quantise(float_file: Path, file: Path, windows: Float32) -> None:
    """Static eight-bit quantisation of the convolutions, ranges taken from ``windows`` (raw log-mels).

    Weights are signed and per channel with one bit held back (``reduce_range``): without it, sums saturate on
    processors that lack VNNI. Normalisation and pooling stay in float: they are small, and their ranges are not.
    """
    with TemporaryDirectory() as scratch:
        prepared = Path(scratch) / "prepared.onnx"
        quant_pre_process(str(float_file), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(file),
            _Windows(windows),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Relu"],
            nodes_to_exclude=_outside(prepared),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"CalibMovingAverage": True, "CalibMovingAverageConstant": 0.05},
        )


def _outside(prepared: Path) -> list[str]:
    """Names of the nodes that stay in float: all that is not in the convolutional trunk."""
    trunk = ("/network/bands/", "/network/time/")
    graph = onnx.load(str(prepared)).graph
    return [node.name for node in graph.node if not node.name.startswith(trunk)]


class _Windows(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
    def __init__(self, windows: Float32) -> None:
        self._feeds: Iterator[dict[str, Float32]] = iter([{INPUT: window[None, None]} for window in windows])

    def get_next(self) -> dict[str, Float32] | None:
        return next(self._feeds, None)
