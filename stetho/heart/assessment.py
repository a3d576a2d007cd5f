"""What makes half a second of sound usable, and the reasons when it is not.

The limits were set on recordings that an expert could judge (CirCor), on PhysioNet 2016 with its quality labels, and on
sounds recorded in air. How many; the share of half seconds that pass; the share of those of 7 s or more with at least
three 5 s windows that pass:

    CirCor, murmur absent / present     1967 / 509   0.91 / 0.94   0.976 / 0.990
    CirCor, the expert could not judge         127   0.75          0.843
    PhysioNet 2016, good / bad           764 / 335   0.96 / 0.82   0.937 / 0.728
    spoken digits; lungs of a manikin      36 / 50   0.17 / 0.17   0.056 / 0.040
    rain, helicopter, dogs, babies        40 each    0.10, 0.12, 0.03, 0.08
    sneezes, ticking clocks               40 each    0.21, 0.27

The limits were chosen on these same recordings. Silence, flat lines, tones of 30-900 Hz: no half second passes; of white
and brown noise 1 %.
What beats like a heart in the heart's band, a clock against the chest piece say, passes: the gate can't know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from stetho.heart.likeness import Likeness
from stetho.heart.score_card import Opinion
from stetho.stream import Span

MOST_CONCEALED = 0.25
MOST_CLIPPED = 0.01
MOST_LINE = 0.5
QUIETEST_DB = -72.0
EMPTY_HEART_DB = -58.0
LEAST_MODULATION = 0.45
# Half a second may hold one sound of a slow heart, or none: only what is quite steady is refused by then.
FIRST_MODULATION = 0.25
LEAST_HEART_SHARE = 0.04
PLAIN_HEART = 0.0
"""Points of a heart that need nothing beside them; 1 in 200 of CirCor's half seconds has fewer."""
DOUBTFUL_HEART = -2.3
"""Points of a heart that beats plainly: a murmur as loud as the sounds costs a heart so many."""
PLAIN_PERIODICITY = 0.6
FAINT_HEART = -4.0
"""Points with which something beats, and not well enough."""


class Reason(StrEnum):
    """Why a stretch of signal can't be used."""

    NO_CONTACT = "no_contact"
    POOR_CONTACT = "poor_contact"
    RUBBING = "rubbing"
    SPEECH = "speech"
    AMBIENT_NOISE = "ambient_noise"
    CLIPPING = "clipping"
    MAINS_HUM = "mains_hum"
    TOO_NOISY = "too_noisy"
    TOO_QUIET = "too_quiet"
    LINK_LOSS = "link_loss"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good half a second is: score 0..1, and the reasons, worst first, where it is not usable.

    disturbance: what disturbs most, said even where it leaves the half second usable; None where nothing is heard to.
    span: in source samples. broken: a sample in it is no number; nothing that reaches into it can be judged.
    """

    span: Span
    score: float
    usable: bool
    reasons: tuple[Reason, ...] = ()
    broken: bool = False
    disturbance: Reason | None = None


def assess(span: Span, seen: Likeness, concealed_share: float, heard: Opinion | None = None) -> Quality:
    """The quality of a half second from what was measured. A sample that is no number makes it `link_loss`.

    heard: what the score card says of the last 3-4 s; None before there are so many.
    """
    reasons = tuple(_reasons(seen, concealed_share, heard))
    ramps = [
        _ramp(seen.modulation, 0.3, 0.7),
        _ramp(seen.heart_share, 0.0, 0.2),
        _ramp(seen.line_share, 1.0, 0.3),
        _ramp(seen.clipped_share, 0.02, 0.0),
        _ramp(concealed_share, 0.5, 0.0),
        _ramp(seen.level_db, -80.0, -55.0),
    ]
    if heard is not None:
        ramps = [*ramps[2:], heard.usable, _ramp(heard.heart, 2.0 * DOUBTFUL_HEART, 2.0)]
    score = 0.0 if seen.broken else min(ramps)
    return Quality(span, score, not reasons, reasons, seen.broken, _disturbance(reasons, heard))


def _disturbance(reasons: tuple[Reason, ...], heard: Opinion | None) -> Reason | None:
    if reasons:
        return reasons[0]
    return Reason(heard.disturbance) if heard is not None and heard.disturbance else None


def _ramp(value: float, worst: float, best: float) -> float:
    """0 at `worst`, 1 at `best`, straight between."""
    return min(1.0, max(0.0, (value - worst) / (best - worst)))


def _reasons(seen: Likeness, concealed_share: float, heard: Opinion | None) -> Iterable[Reason]:
    if seen.broken or concealed_share > MOST_CONCEALED:
        yield Reason.LINK_LOSS
    if seen.clipped_share > MOST_CLIPPED:
        yield Reason.CLIPPING
    if seen.level_db < QUIETEST_DB:
        yield Reason.TOO_QUIET
    elif seen.line_share > MOST_LINE:
        yield Reason.MAINS_HUM
    elif heard is None:
        if not _may_be_a_heart(seen):
            yield Reason.NO_CONTACT if seen.heart_level_db < EMPTY_HEART_DB else Reason.TOO_NOISY
    elif not _is_heart(seen, heard):
        yield _cause(seen, heard)


def _is_heart(seen: Likeness, heard: Opinion) -> bool:
    if seen.modulation < FIRST_MODULATION:
        return False
    plain = (seen.periodicity or 0.0) >= PLAIN_PERIODICITY
    return heard.heart >= (DOUBTFUL_HEART if plain else PLAIN_HEART)


def _cause(seen: Likeness, heard: Opinion) -> Reason:
    """What keeps the heart from being heard. Next to nothing in its band: the chest piece hardly touches, if at all."""
    if seen.heart_level_db < EMPTY_HEART_DB:
        beats = heard.heart >= FAINT_HEART and seen.modulation >= LEAST_MODULATION
        return Reason.POOR_CONTACT if beats else Reason.NO_CONTACT
    return Reason(heard.nearest)


def _may_be_a_heart(seen: Likeness) -> bool:
    """Of less than 3 s: sounds that stand out and lie where hearts sound."""
    least_modulation = LEAST_MODULATION if seen.seconds >= 1.0 else FIRST_MODULATION
    return seen.modulation >= least_modulation and seen.heart_share >= LEAST_HEART_SHARE
