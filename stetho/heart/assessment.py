"""What makes half a second of sound usable, and the reasons when it is not.

What is measured (level, clipping, mains lines, what the link lost) is judged by limits; whether it is a heart, and what
disturbs it, by the score card, once there are 3 s to judge. The card was fitted on half of the people of CirCor and
PhysioNet 2016, on simulated hearts, on made sounds and on half of the recorded rooms; how well it does on the others is
what models/recipes/not_a_heart.py and quality_causes.py print. The limits of the card's points were chosen on what is
tuned on, and after a look at recorded voices, lungs, and adults with a murmur as loud as their heart sounds.
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
HEARD_LINE = 0.2
QUIETEST_DB = -72.0
EMPTY_HEART_DB = -58.0
LEAST_MODULATION = 0.45
# Half a second may hold one sound of a slow heart, or none: only what is quite steady is refused by then.
FIRST_MODULATION = 0.25
LEAST_HEART_SHARE = 0.04
PLAIN_HEART = 0.0
"""Points of a heart that need nothing beside them; 15 in 1000 of CirCor's half seconds have fewer."""
DOUBTFUL_HEART = -2.3
"""Points of a heart that beats plainly: a murmur as loud as the sounds costs a heart so many."""
PLAIN_PERIODICITY = 0.6
# A clock beats plainly too, above the heart's band: of those that are doubtful, none has so much in it.
PLAIN_HEART_SHARE = 0.15
FAINT_HEART = -4.0
"""Points with which something beats, and not well enough."""
FAINT_MODULATION = 0.23
"""Of a room alone, one half second in twenty has so much."""


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


# These are measured and not concluded, so that nothing explains them better.
_PLAIN = (Reason.LINK_LOSS, Reason.CLIPPING, Reason.TOO_QUIET, Reason.NO_CONTACT, Reason.POOR_CONTACT)


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
    return Quality(span, score, not reasons, reasons, seen.broken, _disturbance(reasons, seen, heard))


def _disturbance(reasons: tuple[Reason, ...], seen: Likeness, heard: Opinion | None) -> Reason | None:
    if seen.line_share > HEARD_LINE and (not reasons or reasons[0] not in _PLAIN):
        return Reason.MAINS_HUM
    if reasons:
        return reasons[0]
    if heard is None or not heard.disturbance:
        return None
    return Reason.POOR_CONTACT if seen.heart_level_db < EMPTY_HEART_DB else Reason(heard.disturbance)


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
    if seen.modulation < FIRST_MODULATION or seen.heart_share < LEAST_HEART_SHARE:
        return False
    plain = (seen.periodicity or 0.0) >= PLAIN_PERIODICITY and seen.heart_share >= PLAIN_HEART_SHARE
    return heard.heart >= (DOUBTFUL_HEART if plain else PLAIN_HEART)


def _cause(seen: Likeness, heard: Opinion) -> Reason:
    """What keeps the heart from being heard. Next to nothing in its band: the chest piece hardly touches, if at all."""
    if seen.heart_level_db < EMPTY_HEART_DB:
        beats = heard.heart >= FAINT_HEART and seen.modulation >= FAINT_MODULATION
        return Reason.POOR_CONTACT if beats else Reason.NO_CONTACT
    return Reason(heard.nearest)


def _may_be_a_heart(seen: Likeness) -> bool:
    """Of less than 3 s: sounds that stand out and lie where hearts sound."""
    least_modulation = LEAST_MODULATION if seen.seconds >= 1.0 else FIRST_MODULATION
    return seen.modulation >= least_modulation and seen.heart_share >= LEAST_HEART_SHARE
