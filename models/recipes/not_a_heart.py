"""What is no heart must be unknown, and what is one must pass: a report, by kind, through the product's own path.

    python models/recipes/not_a_heart.py [--model FOLDER] [--sounds 100] [--hearts-only | --sounds-only]

Every sound goes through ``stetho.analyze``: gate, network and distance to the training data together. "by the gate" is
the share that the gate alone refuses (fewer than three windows that it would have scored). Made and recorded sounds are
apart; intervals are Wilson's. Made sounds are of seeds that nothing was tuned on, but of the makers that were: another
maker's drums may do otherwise. Speakers and lungs taught nothing, but limits were chosen after a look at them; so were
Yaseen's clips. Rooms are of uploads that taught neither network nor gate (from murmur 1.2.0 on). What is said of sounds is
kept in ``--work`` too, for the report of the release whose model it is.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from dataset import REPOSITORY, Recording, data_folder, recordings
from features import read_samples
from figures import Goal
from made_sounds import JUDGED
from measured import NOT_A_HEART, Aim, keep, sha256_of
from metrics import Figure, auroc, figure, wilson
from quality_sounds import CENTRES_HZ, RATES_BPM, Sound, held_out, made_sounds, recorded_sounds

from hw_sim.heart import Heart, Phase, Wish, scenario
from stetho.analysis import analyze_chunks
from stetho.artifacts import find_model
from stetho.dsp.mel import RATE_HZ
from stetho.dsp.resample import to_2khz
from stetho.heart.quality import Quality, QualityGate, summarize, usable_over
from stetho.inference.session import MurmurModel
from stetho.inference.verdict import Label
from stetho.stage import run
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

Float32 = npt.NDArray[np.float32]

SPEC = StreamSpec(RATE_HZ, Origin.FILE)
WORK = REPOSITORY / ".cache" / "murmur"
GOAL = Goal(">=", 0.99)
NEVER = ("digital silence", "flat line", "tone, 50-800 Hz")  # a release that finds a heart in one of these is none
GATED = 20  # of each
LEAST_WINDOWS = 3
WINDOW_S = 5


@dataclass
class Tally:
    """Of one kind of sound: how many, how many are unknown, how many the gate alone refuses, and what was said."""

    sounds: int = 0
    unknown: int = 0
    refused: int = 0
    said: Counter[str] = field(default_factory=Counter)


def share(hits: int, of: int) -> str:
    return str(wilson(hits, of))


def chunk_of(samples: Float32) -> Chunk:
    return Chunk(read_only(samples), SPEC, 0, 0)


def judged(samples: Float32) -> list[Quality]:
    """The gate alone."""
    gate = QualityGate()
    gate.prepare(SPEC)
    return list(run(gate, [chunk_of(samples)]))


def passes(samples: Float32) -> bool:
    """Whether the gate lets enough windows through for a verdict; of a shorter clip, all that there are."""
    found = judged(samples)
    starts = range(max(0, len(samples) // RATE_HZ - WINDOW_S + 1))
    usable = [usable_over(found, Span(s * RATE_HZ, (s + WINDOW_S) * RATE_HZ)) for s in starts]
    return sum(usable) >= min(LEAST_WINDOWS, max(1, len(usable)))


def tallied(sounds: Iterable[Sound], model: MurmurModel, least_s: float = 12.0) -> dict[str, Tally]:
    """What the product says of each; a shorter clip is repeated."""
    tallies: dict[str, Tally] = {}
    for sound in sounds:
        samples = np.tile(sound.samples, -(-int(least_s * RATE_HZ) // len(sound.samples)))
        result = analyze_chunks("sound", SPEC, [chunk_of(samples)], model)
        tally = tallies.setdefault(sound.kind, Tally())
        tally.sounds += 1
        tally.unknown += result.label is Label.UNKNOWN
        tally.refused += not passes(samples)
        tally.said[result.murmur.reason or f"**{result.label.value}**"] += 1
    return tallies


def never_hearts(model: MurmurModel, count: int = GATED) -> dict[str, Tally]:
    """What is said of silence, flat lines and tones, of which not one may be anything but unknown."""
    return tallied((sound for sound in made_sounds(JUDGED, count) if sound.kind in NEVER), model)


def sounds_table(made: dict[str, Tally], recorded: dict[str, Tally]) -> Iterator[str]:
    yield "| kind | sounds | unknown, made | unknown, recorded | by the gate | what was said |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for tallies, is_made in ((made, True), (recorded, False)):
        for kind, tally in tallies.items():
            whole = share(tally.unknown, tally.sounds)
            columns = (whole, "") if is_made else ("", whole)
            said = ", ".join(f"{name} {count}" for name, count in tally.said.most_common(4))
            refused = share(tally.refused, tally.sounds)
            yield f"| {kind} | {tally.sounds} | {columns[0]} | {columns[1]} | {refused} | {said} |"


def sounds_report(count: int, model: MurmurModel) -> tuple[str, list[Aim]]:
    """The tables, and the goal for each kind that taught nothing."""
    made = tallied(made_sounds(JUDGED, count), model)
    recorded = tallied((sound for sound in recorded_sounds() if sound.held_out), model)
    parts, aims = ["\n".join(sounds_table(made, recorded))], []
    for name, tallies in (("made", made), ("recorded", recorded)):
        least = min(tallies, key=lambda kind: tallies[kind].unknown / tallies[kind].sounds)
        macro = np.mean([tally.unknown / tally.sounds for tally in tallies.values()])
        parts.append(f"{name}: unknown {macro:.4f} (mean over {len(tallies)} kinds); least: {least}")
        aims += [
            Aim(f"not a heart, {name}: {kind}, unknown", GOAL, wilson(tally.unknown, tally.sounds))
            for kind, tally in tallies.items()
        ]
    return "\n\n".join(parts), aims


# --- hearts ---------------------------------------------------------------------------------------------------------


def tilted(samples: Float32, db: float) -> Float32:
    """Treble up or down by ``db`` at 800 Hz, straight over the frequencies, as in the robustness report."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1.0 / RATE_HZ)
    changed = np.fft.irfft(spectrum * 10.0 ** (db * np.minimum(hz, CENTRES_HZ[-1]) / 800.0 / 20.0), len(samples))
    return np.clip(changed, -1.0, 1.0).astype(np.float32)


def heart_groups(every: int) -> Iterator[tuple[str, list[Float32]]]:
    """Each group of hearts by its name. every: of CirCor, one recording in so many."""
    rows = recordings(data_folder())
    circor = [row for row in rows if row.dataset == "circor"][::every]
    for label in ("absent", "present", "unknown"):
        name = f"CirCor, murmur {label}" if label != "unknown" else "CirCor, the expert could not judge"
        own = [row for row in circor if row.visit_label == label]
        yield name, [read_samples(row.path) for row in own]
        yield f"{name}; people not tuned on", [read_samples(row.path) for row in own if held_out(row.group)]
    loud = [row for row in circor if row.grade == "III/VI"]
    yield "CirCor, systolic murmur of grade III", [read_samples(row.path) for row in loud]
    some = [read_samples(row.path) for row in circor if row.visit_label != "unknown"][:: max(1, 8 // every)]
    for db in (-12.0, 12.0):
        yield f"an eighth of CirCor, treble {db:+.0f} dB at 800 Hz", [tilted(one, db) for one in some]
    yield "an eighth of CirCor, 20 dB quieter", [np.float32(0.1) * one for one in some]
    yield "an eighth of CirCor, as loud as it can be", [one * np.float32(0.97 / np.abs(one).max()) for one in some]
    for usable in (True, False):
        part = [row for row in rows if row.dataset == "physionet2016" and row.usable is usable]
        name = f"PhysioNet 2016, {'usable' if usable else 'not usable'}, not tuned on"
        yield name, [read_samples(row.path) for row in part if held_out(row.group)]
    with (data_folder() / "pcg" / "manifest.csv").open(newline="") as file:
        classes = {row["recording"]: row["label_raw"] for row in csv.DictReader(file)}
    for dataset in ("yaseen2018", "hls_cmds"):
        own = [row for row in rows if row.dataset == dataset]
        for kind in sorted({classes[row.name] for row in own}):
            clips = [read_samples(row.path) for row in own if classes[row.name] == kind]
            yield f"{dataset} {kind}, repeated to 12 s", [np.tile(one, -(-12 * RATE_HZ // len(one))) for one in clips]
    for bpm in RATES_BPM:
        yield f"simulator, {bpm} bpm", [_made_heart(number, float(bpm), None) for number in range(20)]
    for grade in (1, 2, 3, 4, 5, 6):
        yield f"simulator, murmur of grade {grade}", [_made_heart(number, None, grade) for number in range(20)]


def _made_heart(number: int, bpm: float | None, grade: int | None) -> Float32:
    timing = Phase.DIASTOLIC if number % 4 == 3 else Phase.SYSTOLIC
    wish = Wish(seed=70_000 + number, rate_bpm=bpm, grade=grade, timing=None if grade is None else timing)
    pcm = Heart(scenario("clear" if grade is None else "murmur", wish)).read(12 * 4000)
    return to_2khz((pcm / 32768.0).astype(np.float32), 4000)


def report_hearts(every: int) -> None:
    print("| hearts | recordings | pass the gate |\n| --- | --- | --- |")
    for name, sounds in heart_groups(every):
        if sounds:
            passed = sum(passes(one) for one in sounds)
            print(f"| {name} | {len(sounds)} | {share(passed, len(sounds))} |", flush=True)
    print(
        f"\nPhysioNet 2016, usable against not by the mean score of a recording, groups not tuned on: AUROC {usable_auroc()}"
    )


def usable_auroc() -> str:
    """Of the half of the groups that the card was not fitted on."""
    rows = [row for row in recordings(data_folder()) if row.dataset == "physionet2016" and held_out(row.group)]
    scores = np.asarray([summarize(judged(read_samples(row.path))).score for row in rows])
    usable = np.asarray([row.usable for row in rows])
    parts: Sequence[tuple[str, npt.NDArray[np.int64]]] = (
        ("all", np.arange(len(rows))),
        *((p, np.flatnonzero([p in row.group for row in rows])) for p in ("training-b", "training-e")),
    )
    found = (f"{name} {_usable_auroc(part, rows, usable, scores)}" for name, part in parts)
    return ", ".join(found)


def _usable_auroc(
    part: npt.NDArray[np.int64],
    rows: Sequence[Recording],
    usable: npt.NDArray[np.bool_],
    scores: npt.NDArray[np.float64],
) -> Figure:
    return figure([rows[index].group for index in part], lambda items: auroc(usable[part[items]], scores[part[items]]))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="folder of the model; the pinned one if not given")
    parser.add_argument("--work", type=Path, default=WORK, help="where the tables of sounds are kept")
    parser.add_argument("--sounds", type=int, default=100, help="made sounds of each kind")
    parser.add_argument("--every", type=int, default=1, help="of CirCor, one recording in so many")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--hearts-only", action="store_true")
    only.add_argument("--sounds-only", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.model or find_model()
    model = MurmurModel.load(folder)
    print(f"model {model.manifest.version}", file=sys.stderr)
    if not arguments.hearts_only:
        markdown, aims = sounds_report(arguments.sounds, model)
        print(markdown)
        keep(arguments.work, NOT_A_HEART, judged_of(folder), markdown, aims)
    if not arguments.sounds_only:
        report_hearts(arguments.every)


def judged_of(folder: Path) -> dict[str, str]:
    """What sounds are judged by: the network and the manifest in ``folder``."""
    return {name: sha256_of(folder / name) for name in ("model.int8.onnx", "manifest.toml")}


if __name__ == "__main__":
    main()
