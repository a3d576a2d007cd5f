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
from stetho.stream import Span

MOST_CONCEALED = 0.25
MOST_CLIPPED = 0.01
MOST_LINE = 0.5
QUIETEST_DB = -72.0
EMPTY_HEART_DB = -58.0
LEAST_MODULATION = 0.45
# Half a second may hold one sound of a slow heart, or none: only what is quite steady is refused by then.
FIRST_MODULATION = 0.25
LEAST_PERIODICITY = 0.32
LEAST_HEART_SHARE = 0.04
# Speech, barks and ticks repeat too, but above the heart's band: where little lies in it, the beat must be plainer.
DOUBTFUL_HEART_SHARE = 0.12
PLAIN_PERIODICITY = 0.45
# The low end of words, barks and sneezes: little, and nothing at all between them. A clean, loud murmur has that too.
ABRUPT_HEART_SHARE = 0.15
ABRUPT_MODULATION = 0.85
STRICT_PERIODICITY = 0.65


class Reason(StrEnum):
    """Why a stretch of signal can't be used."""

    NO_CONTACT = "no_contact"
    CLIPPING = "clipping"
    MAINS_HUM = "mains_hum"
    TOO_NOISY = "too_noisy"
    TOO_QUIET = "too_quiet"
    LINK_LOSS = "link_loss"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good half a second is: score 0..1, and the reasons, worst first, where it is not usable.

    span: in source samples. broken: a sample in it is no number; nothing that reaches into it can be judged.
    """

    span: Span
    score: float
    usable: bool
    reasons: tuple[Reason, ...] = ()
    broken: bool = False


def assess(span: Span, seen: Likeness, concealed_share: float) -> Quality:
    """The quality of a half second from what was measured. A sample that is no number makes it `link_loss`."""
    reasons = tuple(_reasons(seen, concealed_share))
    ramps = [
        _ramp(seen.modulation, 0.3, 0.7),
        _ramp(seen.heart_share, 0.0, 0.2),
        _ramp(seen.line_share, 1.0, 0.3),
        _ramp(seen.clipped_share, 0.02, 0.0),
        _ramp(concealed_share, 0.5, 0.0),
        _ramp(seen.level_db, -80.0, -55.0),
    ]
    if seen.periodicity is not None:
        ramps.append(_ramp(seen.periodicity, 0.15, 0.65))
    score = 0.0 if seen.broken else min(ramps)
    return Quality(span, score, not reasons, reasons, seen.broken)


def _ramp(value: float, worst: float, best: float) -> float:
    """0 at `worst`, 1 at `best`, straight between."""
    return min(1.0, max(0.0, (value - worst) / (best - worst)))


def _reasons(seen: Likeness, concealed_share: float) -> Iterable[Reason]:
    if seen.broken or concealed_share > MOST_CONCEALED:
        yield Reason.LINK_LOSS
    if seen.clipped_share > MOST_CLIPPED:
        yield Reason.CLIPPING
    if seen.level_db < QUIETEST_DB:
        yield Reason.TOO_QUIET
    elif seen.line_share > MOST_LINE:
        yield Reason.MAINS_HUM
    elif not _heart_like(seen):
        yield Reason.NO_CONTACT if seen.heart_level_db < EMPTY_HEART_DB else Reason.TOO_NOISY


def _heart_like(seen: Likeness) -> bool:
    """Beats that stand out, repeat, and lie where hearts sound. What takes seconds to tell counts only after them."""
    least_modulation = LEAST_MODULATION if seen.seconds >= 1.0 else FIRST_MODULATION
    if seen.modulation < least_modulation or seen.heart_share < LEAST_HEART_SHARE:
        return False
    if seen.periodicity is None:
        return True
    return seen.periodicity >= _least_periodicity(seen)


def _least_periodicity(seen: Likeness) -> float:
    if seen.heart_share < ABRUPT_HEART_SHARE and seen.modulation > ABRUPT_MODULATION:
        return STRICT_PERIODICITY
    return PLAIN_PERIODICITY if seen.heart_share < DOUBTFUL_HEART_SHARE else LEAST_PERIODICITY
