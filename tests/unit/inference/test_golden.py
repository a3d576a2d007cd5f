"""Golden windows: what the maker saw is compared with what this machine computes."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stetho.artifacts import find_model
from stetho.errors import ModelError
from stetho.inference.golden import ALLOWED_DEVIATION, FILE, run_golden
from stetho.inference.session import MurmurModel

Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def model() -> MurmurModel:
    return MurmurModel.load(find_model())


@pytest.fixture
def golden(tmp_path: Path) -> Callable[[Callable[[Arrays], object]], Path]:
    """golden(change): a folder with the shipped windows, changed."""

    def write(change: Callable[[Arrays], object]) -> Path:
        with np.load(find_model() / FILE) as shipped:
            arrays = {name: shipped[name] for name in shipped.files}
        change(arrays)
        np.savez_compressed(tmp_path / FILE, **arrays)
        return tmp_path

    return write


def test_the_shipped_model_does_here_what_its_maker_saw(model: MurmurModel) -> None:
    run = run_golden(model, find_model())
    assert run.reproduced
    assert run.windows >= 4
    assert 0 <= run.deviation <= ALLOWED_DEVIATION


def _turned(arrays: Arrays, name: str) -> None:
    arrays[name][0] = np.roll(arrays[name][0], 1, axis=0)


def _doubled(arrays: Arrays) -> None:
    arrays["embedding"] *= 2


def _swapped(arrays: Arrays, name: str, one: int, other: int) -> None:
    arrays[name][[one, other]] = arrays[name][[other, one]]


@pytest.mark.parametrize(
    ("change", "outputs"),
    [
        (lambda arrays: _turned(arrays, "murmur"), {"murmur", "present", "unknown"}),
        (lambda arrays: _turned(arrays, "states"), {"states"}),
        (_doubled, {"embedding"}),
        (lambda arrays: _swapped(arrays, "logmel", 0, 3), None),
        (lambda arrays: _swapped(arrays, "samples", 0, 2), None),
    ],
    ids=["murmur", "states", "embedding", "logmel", "samples"],
)
def test_what_differs_is_found_and_named(model: MurmurModel, golden, change, outputs: set[str] | None) -> None:
    run = run_golden(model, golden(change))
    assert not run.reproduced
    assert outputs is None or run.output in outputs


def test_a_little_is_allowed(model: MurmurModel, golden) -> None:
    def change(arrays: Arrays) -> None:
        arrays["murmur"][0, 0] += 0.004

    run = run_golden(model, golden(change))
    assert run.reproduced
    assert run.deviation > 0


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("murmur"),
        lambda arrays: arrays.pop("samples"),
        lambda arrays: arrays.update(murmur=arrays["murmur"][:0], states=arrays["states"][:0]),
        lambda arrays: arrays.update(murmur=np.float32(3)),
        lambda arrays: arrays.update(samples=np.float32(3)),
        lambda arrays: arrays.update(embedding=np.float32(3)),
        lambda arrays: arrays.update(states=arrays["states"][:, :3]),
        lambda arrays: arrays.update(logmel=arrays["logmel"][..., :-1]),
        lambda arrays: arrays.update(logmel=arrays["logmel"].astype(np.float64)),
        lambda arrays: arrays.update(samples=np.zeros((9, 10000), np.float32)),
        lambda arrays: arrays.update(murmur=np.full_like(arrays["murmur"], np.nan)),
        lambda arrays: arrays.update(murmur=arrays["murmur"].astype(object)),
        lambda arrays: arrays.update(samples=arrays["samples"][:0]),
        lambda arrays: arrays.update(samples=np.zeros_like(arrays["samples"])),
        lambda arrays: arrays.update(samples=np.full_like(arrays["samples"], 0.5)),
    ],
)
def test_windows_that_fit_no_model_are_refused(model: MurmurModel, golden, change) -> None:
    with pytest.raises(ModelError, match=r"golden\.npz"):
        run_golden(model, golden(change))


def test_windows_of_a_network_with_other_outputs_are_refused(model: MurmurModel, golden) -> None:
    def change(arrays: Arrays) -> None:
        if arrays.pop("timing", None) is None:
            arrays["timing"] = np.zeros((len(arrays["murmur"]), 2), np.float32)

    with pytest.raises(ModelError, match="it has other outputs"):
        run_golden(model, golden(change))


def test_without_windows_nothing_is_verified(model: MurmurModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"golden\.py makes one"):
        run_golden(model, tmp_path)


@pytest.mark.parametrize("keep", [0, 10, 200, 5000])
def test_a_file_that_is_cut_is_refused(model: MurmurModel, tmp_path: Path, keep: int) -> None:
    (tmp_path / FILE).write_bytes((find_model() / FILE).read_bytes()[:keep])
    with pytest.raises(ModelError, match="can't be read"):
        run_golden(model, tmp_path)


def test_a_file_that_unpacks_to_very_much_is_refused(model: MurmurModel, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / FILE, "w", zipfile.ZIP_DEFLATED) as packed:
        for index in range(3):
            packed.writestr(f"{index}.npy", bytes(20_000_000))
    with pytest.raises(ModelError, match="unpacks to more than"):
        run_golden(model, tmp_path)


def test_any_byte_that_differs_is_refused_or_found_never_a_fault(model: MurmurModel, tmp_path: Path) -> None:
    content = (find_model() / FILE).read_bytes()
    random = np.random.default_rng(7)
    for place in random.integers(0, len(content), 30):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(random.integers(8))
        (tmp_path / FILE).write_bytes(bytes(damaged))
        try:
            run_golden(model, tmp_path)
        except ModelError:
            continue
