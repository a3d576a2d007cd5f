"""Fits the quality gate's score card, and writes it: `stetho/heart/card_points.py`.

    python models/recipes/quality_card.py --out stetho/heart/card_points.py

Each trait gives points by a broken line of five knots: for a heart, for each thing that disturbs one, for what an expert
calls usable. Logistic regressions on half of the people, of the rooms and of the seeds; the other half judges
(``not_a_heart.py``, ``quality_causes.py``). Spoken digits, lungs, Yaseen and HLS-CMDS hearts teach nothing.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from dataset import REPOSITORY, Recording, data_folder, recordings, state_intervals
from features import read_samples
from lock import unlocked
from made_sounds import TUNED
from quality_murmurs import marked, states_of, with_loud_murmur
from quality_sounds import (
    Float32,
    Sound,
    another_device,
    held_out,
    judged_hearts,
    made_heart,
    made_sounds,
    mel_of,
    mixed,
    recorded_sounds,
    windows,
)
from sklearn.linear_model import LogisticRegression

from stetho.heart.traits import MOST_FRAMES, TRAITS, traits

Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

WORK = REPOSITORY / ".cache" / "quality"
KNOTS = (0.01, 0.2, 0.5, 0.8, 0.99)
CAUSES = ("none", "rubbing", "speech", "ambient_noise")
CAUSE_OF: Mapping[str, str] = {
    "rubbing": "rubbing",
    "knocks": "rubbing",
    "speech": "speech",
    "env_baby_cry": "speech",
    "speech_digits": "speech",
}
UNCAUSED = ("mains hum", "digital silence", "flat line", "tone, 50-800 Hz", "breathing", "lung_manikin")
RATIOS_DB = (-10.0, -5.0, 0.0, 5.0, 5.0, 10.0)


@dataclass(frozen=True)
class Example:
    """One stretch of sound: its traits, what it is, and what disturbs it ("" where that teaches nothing)."""

    values: Float64
    role: str  # heart, usable, poor, noise, mixed
    kind: str
    cause: str


def examples() -> Iterator[Example]:
    """Everything that is tuned on; nobody behind the lock."""
    generator = np.random.default_rng(5)
    intervals = state_intervals(data_folder())
    hearts: list[Float32] = []
    for row, samples in judged_hearts():
        if not held_out(row.group):
            hearts.append(samples)
            mel = mel_of(samples)
            yield from _of(mel, "heart", "circor", "none", 4, generator, other_device=True)
            if _is_loud(row):
                yield from _of(mel, "heart", "loud murmur", "none", 12, generator, other_device=True)
            yield from _murmurs(mel, intervals.get(row.name, []), generator)
    for row in unlocked(recordings(data_folder())):
        if row.dataset == "physionet2016" and not held_out(row.group):
            role = "usable" if row.usable else "poor"
            yield from _of(mel_of(read_samples(row.path)), role, "physionet2016", "", 5, generator)
    for number in range(0, 280, 2):
        yield from _of(mel_of(made_heart(number).samples), "heart", "made", "none", 5, generator, other_device=True)
    tuned = [*made_sounds(TUNED, 70), *(sound for sound in recorded_sounds() if not sound.held_out)]
    for sound in tuned:
        cause = cause_of(sound)
        yield from _of(mel_of(sound.samples), "noise", sound.kind, cause, 5, generator)
        for _ in range(0 if not cause else {"rubbing": 2, "speech": 4, "ambient_noise": 1}[cause]):
            heart = hearts[int(generator.integers(len(hearts)))][: 12 * 2000]
            both = mixed(heart, sound.samples, float(generator.choice(RATIOS_DB)), generator)
            yield from _of(mel_of(both), "mixed", sound.kind, cause, 3, generator)


def _is_loud(row: Recording) -> bool:
    return row.grade == "III/VI" and row.site_label == "present"


def _murmurs(
    mel: Float32, intervals: list[tuple[float, float, int]], generator: np.random.Generator
) -> Iterator[Example]:
    """Two stretches of a heart in which every phase is known, with a loud murmur made over each."""
    states = states_of(intervals, mel.shape[1])
    for part in list(marked(states, MOST_FRAMES + 4))[:1]:
        for _ in range(2):
            loud = with_loud_murmur(mel[:, part], states[part], generator)
            yield from _of(loud, "heart", "made murmur", "none", 2, generator, other_device=True)


def cause_of(sound: Sound) -> str:
    return "" if sound.kind in UNCAUSED else CAUSE_OF.get(sound.kind, "ambient_noise")


def _of(
    mel: Float32,
    role: str,
    kind: str,
    cause: str,
    count: int,
    generator: np.random.Generator,
    *,
    other_device: bool = False,
) -> Iterator[Example]:
    for number, window in enumerate(windows(mel, count, generator)):
        heard = another_device(window, generator) if other_device and number % 2 else window
        yield Example(traits(heard), role, kind, cause)


def kept_examples(file: Path) -> list[Example]:
    """Made once: an hour of sound is measured in minutes."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(list(examples())))
    found: list[Example] = pickle.loads(file.read_bytes())
    return found


@dataclass(frozen=True)
class Card:
    """knots (traits, 5); points (traits, 5, heads) of heart, usable and the causes; start (heads,)."""

    knots: Float64
    points: Float64
    start: Float64


def fit(found: list[Example]) -> Card:
    values = np.array([one.values for one in found])
    role, kind, cause = (np.array([getattr(one, name) for one in found]) for name in ("role", "kind", "cause"))
    clear = np.isin(role, ("heart", "noise", "usable"))
    knots = np.quantile(values[clear], KNOTS, axis=0).T
    knots += 1e-6 * np.arange(len(KNOTS))  # never two alike
    places = _placed(values, knots)
    heart = np.isin(role, ("heart", "usable"))
    heads = [_logistic(places, heart, clear, _even(clear, heart, kind), 0.3)]
    judged = np.isin(role, ("usable", "poor"))
    heads.append(_logistic(places, role == "usable", judged, judged.astype(np.float64), 0.05))
    caused = np.isin(cause, CAUSES) & (role != "usable")
    heads += _multinomial(places, cause, caused, _even(caused, cause, kind))
    points = np.stack([weights.reshape(len(TRAITS), len(KNOTS)) for weights, _ in heads], axis=2)
    start = np.array([first for _, first in heads])
    return Card(knots, points, start)


def _placed(values: Float64, knots: Float64) -> Float64:
    """Each value as shares of the two knots around it, ``(n, traits * 5)``."""
    unit = np.eye(len(KNOTS))
    columns = [
        np.stack([np.interp(values[:, t], knots[t], unit[k]) for k in range(len(KNOTS))], axis=1)
        for t in range(len(TRAITS))
    ]
    return np.concatenate(columns, axis=1)


def _even(part: Bool, side: npt.NDArray[np.generic], kind: npt.NDArray[np.str_]) -> Float64:
    """Weights under which each side counts alike, and each kind of sound within its side."""
    weights = np.zeros(len(part))
    for value in np.unique(side[part]):
        kinds = np.unique(kind[part & (side == value)])
        for one in kinds:
            own = part & (side == value) & (kind == one)
            weights[own] = 1.0 / own.sum() / len(kinds)
    return np.asarray(weights / weights[part].mean())


def _logistic(places: Float64, right: Bool, part: Bool, weights: Float64, ease: float) -> tuple[Float64, float]:
    model = LogisticRegression(C=ease, max_iter=600).fit(places[part], right[part], sample_weight=weights[part])
    return model.coef_[0], float(model.intercept_[0])


def _multinomial(
    places: Float64, cause: npt.NDArray[np.str_], part: Bool, weights: Float64
) -> list[tuple[Float64, float]]:
    model = LogisticRegression(C=0.3, max_iter=600).fit(places[part], cause[part], sample_weight=weights[part])
    order = [list(model.classes_).index(name) for name in CAUSES]
    return [(model.coef_[index], float(model.intercept_[index])) for index in order]


def written(card: Card) -> str:
    """The card as a module."""
    lines = [
        '"""A generated table, not edited by hand: the points of the score card, which models/recipes/quality_card.py fits."""',
        "",
        "# fmt: off",
        f'HEADS = ("heart", "usable", {", ".join(repr(name) for name in CAUSES)})'.replace("'", '"'),
        f"START = ({', '.join(f'{value:.2f}' for value in card.start)})",
        "# Of each trait: its knots; then, for each head, the points at each knot.",
        "POINTS: dict[str, tuple[tuple[float, ...], ...]] = {",
    ]
    for index, name in enumerate(TRAITS):
        rows = [card.knots[index], *card.points[index].T]
        texts = [
            f"({', '.join(f'{value:.{4 if row == 0 else 2}f}' for value in values)})" for row, values in enumerate(rows)
        ]
        lines.append(f'    "{name}": (')
        lines += [f"        {text}," for text in texts]
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])


def main() -> None:
    """Measure, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=WORK)
    arguments = parser.parse_args()
    card = fit(kept_examples(arguments.work / "examples-2.pickle"))
    arguments.out.write_text(written(card), encoding="utf-8")


if __name__ == "__main__":
    main()
