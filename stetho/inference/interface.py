"""What a murmur network takes and gives, by name, shape and type: asked of what it declares, and of what it really gives."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stetho.dsp.mel import N_MELS
from stetho.errors import ModelError
from stetho.inference.manifest import Manifest, Windowing

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

INPUT = "logmel"
OUTPUTS = ("murmur", "states", "embedding")
TIMING_OUTPUT = "timing"
"""An output that a network may have: log-odds of a murmur in systole and of one in diastole, each for itself."""
_FLOAT32 = "tensor(float)"
_Shape = tuple[int | None, ...]


def _input_shape(window: Windowing) -> _Shape:
    return 1, 1, N_MELS, window.frames


def _output_shapes(window: Windowing) -> Mapping[str, _Shape]:
    """Of one window; None where any length but 0 will do."""
    return {"murmur": (1, 3), "states": (1, 4, window.state_frames), "embedding": (1, None), TIMING_OUTPUT: (1, 2)}


def outputs_of(session: "InferenceSession", manifest: Manifest) -> tuple[str, ...]:
    """The outputs that a network is asked for, in order. Raises ModelError where it declares others, or another input."""
    inputs = {each.name: each for each in session.get_inputs()}
    outputs = {each.name: each for each in session.get_outputs()}
    asked = OUTPUTS + tuple({TIMING_OUTPUT} & outputs.keys())
    shapes = _output_shapes(manifest.window)
    if inputs.keys() != {INPUT}:
        raise _refusal(manifest, f"reads {_listed(inputs)}, where it is given {INPUT!r} alone")
    for found, name, shape in (
        (inputs, INPUT, _input_shape(manifest.window)),
        *((outputs, name, shapes[name]) for name in asked),
    ):
        if name not in found:
            raise _refusal(manifest, f"has no output {name!r}")
        if found[name].type != _FLOAT32 or not _declares(found[name].shape, shape):
            raise _refusal(
                manifest,
                f"declares {name!r} as {found[name].type} {found[name].shape} and not as float {_words(shape)}",
            )
    return asked


def require_given(names: Sequence[str], outputs: Sequence[object], manifest: Manifest) -> None:
    """Passes what a network gave for one window, in the order of `names`. Raises ModelError for any other shape or type."""
    shapes = _output_shapes(manifest.window)
    for name, output in zip(names, outputs, strict=True):
        if not isinstance(output, np.ndarray) or output.dtype != np.float32 or not _is(output.shape, shapes[name]):
            shape, kind = getattr(output, "shape", ()), getattr(output, "dtype", type(output).__name__)
            raise _refusal(
                manifest, f"gives {name!r} as {kind} {list(shape)} and not as float32 {_words(shapes[name])}"
            )


def _declares(declared: Sequence[object], shape: _Shape) -> bool:
    """What is declared by a letter is any length; the windows of a call are."""
    return len(declared) == len(shape) and all(
        not isinstance(length, int) or length == wanted or (wanted is None and length > 0)
        for length, wanted in zip(declared, shape, strict=True)
    )


def _is(found: tuple[int, ...], shape: _Shape) -> bool:
    return len(found) == len(shape) and all(
        length == wanted or (wanted is None and length > 0) for length, wanted in zip(found, shape, strict=True)
    )


def _words(shape: _Shape) -> str:
    return f"[{', '.join('any' if length is None else str(length) for length in shape)}]"


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(map(repr, sorted(names))) or "nothing"


def _refusal(manifest: Manifest, what: str) -> ModelError:
    return ModelError(f"The model {manifest.name} {manifest.version} {what}: it is no murmur network of this form.")
