"""What the codec costs recordings that hold all of 4 kHz: the pack's others end at 1 kHz, which is kind to a codec.

These are training data; a fold's network hears them as new, but they are too few for an area, and only changes are told.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lossy_link
import numpy as np
import numpy.typing as npt
import soundfile
from conditions import LOST, SEED, Take
from dataset import Recording
from heard import Said, said_of

from firmware_bridge.wire import Audio, Codec
from stetho.inference.session import MurmurModel

Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """Of ``recordings``, against PCM16 at the same rate: how far the calibrated log-odds moved, which words changed.

    middle, largest: of the absolute differences. wrong: words that were right and became the other one; unknown: words
    that became unknown.
    """

    name: str
    recordings: int
    middle: float
    largest: float
    wrong: int
    unknown: int


@dataclass(frozen=True)
class _Native:
    row: Recording
    before: Said
    after: Mapping[str, Said]


def native_changes(
    folder: Path, rows: Sequence[Recording], model_of: Callable[[Recording], MurmurModel]
) -> tuple[Change, ...]:
    """Over those of ``rows`` that the pack holds at 4 kHz too."""
    by_name = {row.name: row for row in rows}
    heard = []
    with (folder / "pcg" / "native4k" / "manifest.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            if line["recording"] in by_name:
                row = by_name[line["recording"]]
                heard.append(_heard(row, folder / "pcg" / line["path"], model_of(row)))
    return tuple(_change(name, heard) for name in (heard[0].after if heard else ()))


def _heard(row: Recording, path: Path, model: MurmurModel) -> _Native:
    pcm, _ = soundfile.read(path, dtype="int16")
    sent = {codec: lossy_link.packets(pcm, codec) for codec in Codec}
    nothing = np.zeros(len(sent[Codec.PCM16]), bool)
    before = said_of(row.name, lossy_link.received(sent[Codec.PCM16], nothing)[0], model)
    takes = dict(_takes(row, sent[Codec.IMA_ADPCM], nothing))
    return _Native(row, before, {name: said_of(row.name, take, model) for name, take in takes.items()})


def _takes(row: Recording, sent: Sequence[Audio], nothing: Bool) -> Iterator[tuple[str, Take]]:
    yield "ADPCM, nothing lost", lossy_link.received(sent, nothing)[0]
    generator = np.random.default_rng([SEED, *row.name.encode()])
    lost = lossy_link.scattered(len(sent), LOST[0], generator)
    yield f"ADPCM, {LOST[0]:.0%} of packets lost scattered: live, concealed", lossy_link.received(sent, lost)[0]


def _change(name: str, heard: Sequence[_Native]) -> Change:
    moved = np.abs([one.after[name].score - one.before.score for one in heard])
    words = [(one.row.site_label, one.before.word, one.after[name].word) for one in heard]
    return Change(
        name,
        len(heard),
        float(np.nanmedian(moved)),
        float(np.nanmax(moved)),
        sum(before == truth and after not in {truth, "unknown"} for truth, before, after in words),
        sum(before != "unknown" and after == "unknown" for _, before, after in words),
    )
