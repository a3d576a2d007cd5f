"""What the product makes of whole recordings, by networks that have never heard their owners: its gate, front end, windows.

No rule has a part in it: where thresholds change, nothing is heard again. Kept beside the networks, for as long as the product
hears as it did.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from dataset import Recording
from features import read_samples
from heard import model_of

import stetho
from stetho.artifacts import find_model
from stetho.dsp.frames import Frames
from stetho.dsp.mel import RATE_HZ
from stetho.heart.quality import Quality, QualitySummary, summarize
from stetho.inference.manifest import read_manifest
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import TakeAnalysis
from stetho.inference.timing import TimingLogits
from stetho.inference.verdict import ScoredWindow, present_log_odds, unknown_log_odds
from stetho.inference.windows import Window
from stetho.stream import Chunk, Origin, Samples, StreamSpec, read_only

SPEC = StreamSpec(RATE_HZ, Origin.FILE)
HEARD_BY = ("dsp", "heart", "inference", "stage.py", "stream.py")  # the parts of the product that a take is made by
JOBS = 2
EVERY = 100


@dataclass(frozen=True, slots=True)
class Take:
    """One recording: its windows as the product scored them, and its quality."""

    windows: tuple[ScoredWindow, ...]
    quality: QualitySummary


Takes = Mapping[str, Take]
"""By the recording's name."""


@dataclass(frozen=True)
class Listening:
    """Which networks hear which recordings: all of them each."""

    networks: tuple[Path, ...]
    rows: tuple[Recording, ...]

    def __str__(self) -> str:
        return f"{', '.join(network.stem for network in self.networks)}, of {len(self.rows)} recordings"


def heard(listenings: Sequence[Listening]) -> list[tuple[Takes, ...]]:
    """Of each listening, what each of its networks makes of the recordings; those that are not kept are heard, two at a time."""
    product = product_hash()
    missing = [one for one in listenings if any(_kept(network, one.rows, product) is None for network in one.networks)]
    if missing:
        with ProcessPoolExecutor(min(JOBS, len(missing)), get_context("spawn")) as pool:
            list(pool.map(partial(_hear, product=product), missing))
        if product != product_hash():
            print("the product changed while it listened: its figures are of neither, run it again", file=sys.stderr)
    return [tuple(_known(network, one.rows, product) for network in one.networks) for one in listenings]


def _known(network: Path, rows: Sequence[Recording], product: str) -> Takes:
    found = _kept(network, rows, product)
    if found is None:
        raise RuntimeError(f"{network.name} or what was heard by it changed meanwhile: run it again")
    return found


def _hear(listening: Listening, product: str) -> None:
    stamps = [_stamp(network, listening.rows, product) for network in listening.networks]
    manifest = read_manifest(find_model())  # its thresholds have no part in a take
    models = [model_of(network, manifest) for network in listening.networks]
    found = {}
    for count, row in enumerate(listening.rows):
        found[row.name] = takes_of(read_samples(row.path), models)
        if count % EVERY == 0:
            print(f"the product, {listening}: {count}", file=sys.stderr, flush=True)
    for place, (network, stamp) in enumerate(zip(listening.networks, stamps, strict=True)):
        own = {name: takes[place] for name, takes in found.items()}
        aside = _file(network).with_suffix(".takes.tmp")
        aside.write_bytes(pickle.dumps((stamp, pickle.dumps(own))))
        aside.replace(_file(network))


def _file(network: Path) -> Path:
    return network.with_suffix(".takes")


def _kept(network: Path, rows: Sequence[Recording], product: str) -> Takes | None:
    file = _file(network)
    if not file.exists():
        return None
    stamp, content = pickle.loads(file.read_bytes())  # our own file
    if stamp != _stamp(network, rows, product):
        return None
    found: Takes = pickle.loads(content)
    return found


def _stamp(network: Path, rows: Sequence[Recording], product: str) -> str:
    digest = hashlib.sha256(network.read_bytes())
    digest.update(product.encode())
    digest.update("\n".join(row.name for row in rows).encode())
    return digest.hexdigest()


def product_hash() -> str:
    """Of all code that a take may be made by."""
    digest, root = hashlib.sha256(), Path(str(stetho.__file__)).parent
    for part in HEARD_BY:
        for file in sorted([root / part] if part.endswith(".py") else (root / part).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass
class _Mels:
    """Keeps what the network was shown."""

    shown: list[Samples] = field(default_factory=list)

    def frames(self, frames: Frames) -> None:
        """Not needed."""

    def window(self, window: Window, scored: ScoredWindow) -> None:
        """One window."""
        del scored
        self.shown.append(window.log_mel)


def takes_of(samples: Samples, models: Sequence[MurmurModel]) -> tuple[Take, ...]:
    """One recording at 2 kHz, heard once by the product with the first network; the others are given the windows that it was.

    Nothing but the network's own figures depends on the network, so that each take is as if it had been the only one.
    """
    mels = _Mels()
    analysis = TakeAnalysis(models[0], SPEC, 0, mels)
    items = [*analysis.process(Chunk(read_only(samples[None]), SPEC, 0, 0)), *analysis.finish()]
    windows = tuple(item for item in items if isinstance(item, ScoredWindow))
    quality = summarize(tuple(item for item in items if isinstance(item, Quality)))
    others = (tuple(_again(*pair, model) for pair in zip(windows, mels.shown, strict=True)) for model in models[1:])
    return tuple(Take(own, quality) for own in (windows, *others))


def _again(scored: ScoredWindow, log_mel: Samples, model: MurmurModel) -> ScoredWindow:
    """The same window by another network."""
    output = model.score(log_mel)
    return replace(
        scored,
        present=present_log_odds(output.murmur),
        unknown=unknown_log_odds(output.murmur),
        embedding_rms=output.embedding_rms,
        timing=None if output.timing is None else TimingLogits(*map(float, output.timing)),
    )


def quality_scores(takes: Takes, rows: Sequence[Recording]) -> np.ndarray:
    """Of each recording, (n,)."""
    return np.asarray([takes[row.name].quality.score for row in rows])
