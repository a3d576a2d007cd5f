"""Whether S1 and S2 are told apart surely enough to call one half of a beat systole: asked before anything says so.

A diastolic murmur can make S2 pass for S1. Then all that is named by phase is exchanged: what the network says of timing,
energies, occlusion.
"""

from enum import StrEnum

SURE_BEATS = 0.85
"""Confidence of the beats from which on their systole is called systole. Chosen on made hearts (grade III and IV) that
murmur 1.1.0 called present: of 87 diastolic ones 7 were said to lie in systole from 0.7 on, the surest at 0.80; from here on
none. Measured again with today's beats (seeds 0-99): of 58 diastolic ones none is as sure (at most 0.78), of 100
systolic ones 97 are. Of the diastolic, nothing is said."""


class PhaseDoubt(StrEnum):
    """Why nothing is said that names systole or diastole."""

    BEATS_UNCERTAIN = "beats_uncertain"


def phase_doubt(beat_confidence: float) -> PhaseDoubt | None:
    """beat_confidence: the heart rate's, 0..1. None where phases may be named."""
    return None if beat_confidence >= SURE_BEATS else PhaseDoubt.BEATS_UNCERTAIN
