"""What the tests of every stage share: a stream cut in any way."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from stetho.artifacts import MANIFEST, NETWORK, PINNED, find_model
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

Cut = Callable[..., list[Chunk]]


@pytest.fixture(scope="session")
def cut() -> Cut:
    """cut(samples, rate_hz, sizes, start=0, concealed=()): chunks of those sizes, over and over, to the end."""

    def _cut(
        samples: np.ndarray, rate_hz: int, sizes: Sequence[int], start: int = 0, concealed: Sequence[Span] = ()
    ) -> list[Chunk]:
        spec = StreamSpec(rate_hz, Origin.SIMULATED)
        chunks, at, turn = [], 0, 0
        while at < samples.size:
            size = min(sizes[turn % len(sizes)], samples.size - at)
            here = Span(start + at, start + at + size)
            inside = (Span(max(s.start, here.start), min(s.stop, here.stop)) for s in concealed if s.overlap(here))
            t0_ns = round(here.start / rate_hz * 1e9)
            chunks.append(Chunk(read_only(samples[at : at + size]), spec, here.start, t0_ns, tuple(inside)))
            at += size
            turn += 1
        return chunks

    return _cut


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    """The folder of a model of a site's own: the one that ships, under another version, with its golden windows."""
    folder, shipped = tmp_path / "own", find_model()
    folder.mkdir()
    for file in (MANIFEST, NETWORK, "golden.npz", "CARD.md"):
        shutil.copyfile(shipped / file, folder / file)
    manifest = (folder / MANIFEST).read_text(encoding="utf-8")
    version = PINNED["murmur"].version
    assert manifest.count(f'version = "{version}"') == 1
    (folder / MANIFEST).write_text(manifest.replace(f'version = "{version}"', 'version = "9.0.0"'), encoding="utf-8")
    return folder
