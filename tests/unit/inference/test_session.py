"""A network is opened from its own bytes alone."""

from base64 import b64decode
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stetho.artifacts import find_model, read_model
from stetho.errors import ModelError
from stetho.inference import session
from stetho.inference.interface import INPUT, OUTPUTS, TIMING_OUTPUT
from stetho.inference.manifest import manifest_of
from stetho.inference.session import MurmurModel

# A MatMul whose weights lie in a file called w.bin: made with onnx, TensorProto.EXTERNAL.
WEIGHTS_ELSEWHERE = b64decode(
    "CAg6bgoWCgF4CgF3EgZtdXJtdXIiBk1hdE11bBIBZyosCAQIBBABQgF3ahEKCGxvY2F0aW9uEgV3LmJpbmoMCgZsZW5ndGgSAjY0cAFaEwoBeBIOCgwI"
    "ARIICgIIAQoCCARiDgoGbXVybXVyEgQKAggBQgQKABAR"
)


def test_weights_outside_of_what_was_hashed_are_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.bin").write_bytes(np.ones((4, 4), np.float32).tobytes())
    monkeypatch.chdir(tmp_path)  # where onnxruntime would look, and find it
    with pytest.raises(ModelError, match="is no network that runs here"):
        MurmurModel(manifest_of(read_model(find_model())), WEIGHTS_ELSEWHERE)


@pytest.mark.parametrize("network", [b"", b"network", b"\x08\x08", WEIGHTS_ELSEWHERE[:-20]])
def test_bytes_that_are_no_network_are_refused(network: bytes) -> None:
    with pytest.raises(ModelError, match="is no network that runs here"):
        MurmurModel(manifest_of(read_model(find_model())), network)


def test_another_mel_table_is_refused() -> None:
    files = read_model(find_model())
    other = replace(manifest_of(files), mel_sha256="0" * 64)
    with pytest.raises(ModelError, match="was trained on another mel table"):
        MurmurModel(other, files.network)


@dataclass(frozen=True)
class Described:
    """An input or output as onnxruntime describes it."""

    name: str
    shape: list[int | str | None]
    type: str = "tensor(float)"


IN = {INPUT: Described(INPUT, ["N", 1, 40, 250])}
OUT = {
    "murmur": Described("murmur", ["N", 3]),
    "states": Described("states", ["N", 4, 125]),
    "embedding": Described("embedding", ["N", 32]),
    TIMING_OUTPUT: Described(TIMING_OUTPUT, [None, "T"]),
}
GIVEN: dict[str, Any] = {
    "murmur": np.zeros((1, 3), np.float32),
    "states": np.zeros((1, 4, 125), np.float32),
    "embedding": np.ones((1, 32), np.float32),
    TIMING_OUTPUT: np.zeros((1, 2), np.float32),
}


class Network:
    """A session that declares and gives what it is told to."""

    def __init__(self, inputs: dict[str, Described], outputs: dict[str, Described], given: dict[str, Any]) -> None:
        self._inputs, self._outputs, self._given = inputs, outputs, given

    def get_inputs(self) -> list[Described]:
        return list(self._inputs.values())

    def get_outputs(self) -> list[Described]:
        return list(self._outputs.values())

    def run(self, names: tuple[str, ...], fed: dict[str, Any]) -> list[Any]:
        assert fed[INPUT].shape == (1, 1, 40, 250)
        return [self._given[name] for name in names]


def opened(network: Network, monkeypatch: pytest.MonkeyPatch) -> MurmurModel:
    monkeypatch.setattr(session, "_session", lambda *_: network)
    return MurmurModel(manifest_of(read_model(find_model())), b"")


def without(things: dict[str, Described], name: str) -> dict[str, Described]:
    return {key: value for key, value in things.items() if key != name}


def test_lengths_that_are_left_open_are_seen_when_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    model = opened(Network(IN, OUT, GIVEN), monkeypatch)
    assert model.score(np.zeros((40, 250), np.float32)).embedding_rms == 1.0
    assert (
        opened(Network(IN, without(OUT, TIMING_OUTPUT), GIVEN), monkeypatch).score(np.zeros((40, 250))).timing is None
    )


@pytest.mark.parametrize(
    ("inputs", "outputs", "sentence"),
    [
        *((IN, without(OUT, name), f"has no output '{name}'") for name in OUTPUTS),
        ({}, OUT, "reads nothing, where it is given 'logmel' alone"),
        ({**IN, "age": Described("age", ["N"])}, OUT, "reads 'age', 'logmel', where"),
        ({INPUT: Described(INPUT, ["N", 1, 64, 250])}, OUT, r"declares 'logmel' as .* not as float \[1, 1, 40, 250\]"),
        ({INPUT: Described(INPUT, ["N", 1, 40, 250], "tensor(double)")}, OUT, r"declares 'logmel' as tensor\(double\)"),
        (IN, {**OUT, "murmur": Described("murmur", ["N", 2])}, r"declares 'murmur' .* not as float \[1, 3\]"),
        (IN, {**OUT, "states": Described("states", ["N", 125, 4])}, "declares 'states'"),
        (IN, {**OUT, "embedding": Described("embedding", ["N", 0])}, r"declares 'embedding' .* \[1, any\]"),
        (IN, {**OUT, "murmur": Described("murmur", ["N", 3], "tensor(int64)")}, "declares 'murmur'"),
        (IN, {**OUT, TIMING_OUTPUT: Described(TIMING_OUTPUT, ["N", 3])}, "declares 'timing'"),
    ],
)
def test_a_network_that_declares_another_form_is_refused(
    inputs: dict[str, Described], outputs: dict[str, Described], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ModelError, match=rf"^The model murmur \S+ {sentence}.*: it is no murmur network of this form\.$"
    ):
        opened(Network(inputs, outputs, GIVEN), monkeypatch)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("murmur", np.zeros((3,), np.float32)),
        ("murmur", np.zeros((1, 3), np.float64)),
        ("murmur", [[0.0, 0.0, 0.0]]),
        ("states", np.zeros((1, 4, 124), np.float32)),
        ("embedding", np.zeros((1, 0), np.float32)),
        (TIMING_OUTPUT, np.zeros((1, 1), np.float32)),
    ],
)
def test_a_network_that_gives_another_form_is_refused_before_it_scores_a_sound(
    name: str, given: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match=rf"gives '{name}' as .*: it is no murmur network of this form\.$"):
        opened(Network(IN, OUT, {**GIVEN, name: given}), monkeypatch)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_what_is_no_number_for_silence_is_refused(number: float, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**GIVEN, "embedding": np.full((1, 32), number, np.float32)}
    with pytest.raises(ModelError, match="output on a window is not finite"):
        opened(Network(IN, OUT, given), monkeypatch)


def test_a_network_that_gives_another_form_later_makes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(GIVEN)
    model = opened(Network(IN, OUT, given), monkeypatch)
    given["states"] = np.zeros((1, 4, 1), np.float32)
    with pytest.raises(ModelError, match="gives 'states' as"):
        model.score(np.zeros((40, 250), np.float32))
