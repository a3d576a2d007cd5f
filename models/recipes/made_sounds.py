"""Sounds that hold no heart, made of numbers: what is tuned on them is judged on others, of other seeds.

Each maker gives float32 samples at 4 kHz in full scale, 12 s of them, at a level of its own. Recorded sounds are few
(speakers, rooms, a manikin), so kinds that nobody recorded through a chest piece are made here, and counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from made_music import ensemble, levelled_chords, levelled_drums, levelled_melody
from made_parts import RATE_HZ, Float32, Float64, Generator, noise
from made_people import levelled_breath, levelled_voice, voice
from made_steady import brown, fan, flat_line, hum, levelled_fan, levelled_hum, pink, pulsed_tone, silence, tone, white
from made_things import clock, footsteps, levelled_knocks, levelled_rub, rub

__all__ = ["JUDGED", "LOOKED_AT", "NO_HEARTS", "RATE_HZ", "TUNED", "fan", "hum", "made", "noise", "rub", "voice"]

TUNED, LOOKED_AT, JUDGED = 1, 2, 3
"""Families of seeds: the card and its limits are set on the first; the second was looked at meanwhile, so that it
judges nothing any more; figures are made of the third."""


def made(kind: str, family: int, number: int) -> Float32:
    """Sound ``number`` of ``kind`` (a key of `NO_HEARTS`), float32 (48000,)."""
    generator = np.random.default_rng([family, *kind.encode(), number])
    return np.clip(NO_HEARTS[kind](generator), -1.0, 32767 / 32768).astype(np.float32)


NO_HEARTS: Mapping[str, Callable[[Generator], Float64]] = MappingProxyType(
    {
        "digital silence": silence,
        "flat line": flat_line,
        "tone, 50-800 Hz": tone,
        "beeps, 30-180 a minute": pulsed_tone,
        "mains hum": levelled_hum,
        "white noise": white,
        "pink noise": pink,
        "brown noise": brown,
        "fan": levelled_fan,
        "music: chords": levelled_chords,
        "music: melody": levelled_melody,
        "music: drums": levelled_drums,
        "music: all together": ensemble,
        "speech": levelled_voice,
        "rubbing": levelled_rub,
        "knocks": levelled_knocks,
        "clock": clock,
        "footsteps": footsteps,
        "breathing": levelled_breath,
    }
)
