"""What a few seconds of sound are like, in figures that a listener would name: measured on log-mel frames.

A heart is dull (its sounds lie below 120 Hz), sudden but soft-edged, sounds twice a beat and the same beat after beat;
voices and music hold pitches; rubbing comes and goes without a beat; rooms and fans stay.
"""

import numpy as np
import numpy.typing as npt

from stetho.dsp.mel import FMAX_HZ, FMIN_HZ, N_MELS
from stetho.stream import Samples

F64 = npt.NDArray[np.float64]

FEWEST_FRAMES = 145
MOST_FRAMES = 200

TRAITS = (
    "depth_low_db",  # how far the loud moments (90th percentile) lie above the quiet ones (20th): 25-120 Hz,
    "depth_mid_db",  # 120-250 Hz,
    "depth_high_db",  # 250-450 Hz,
    "depth_top_db",  # 450-800 Hz
    "crest_db",  # the loudest moments of 25-120 Hz above the middle ones
    "dullness",  # share of the beats' energy that lies in 25-120 Hz, its decimal logarithm
    "fall_1_db",  # how the beats' spectrum falls from one of the four bands to the next
    "fall_2_db",
    "fall_3_db",
    "rest_1_db",  # the same between the beats
    "rest_2_db",
    "rest_3_db",
    "along_mid",  # how closely the other bands' loudness follows that of 25-120 Hz: -1..1
    "along_high",
    "along_top",
    "rise_db",  # how steeply 25-120 Hz rises, and falls, in 20 ms
    "decay_db",
    "rise_high_db",  # 250-450 Hz
    "decay_high_db",
    "lines",  # how much the spectrum above 120 Hz stands in lines where it is loud,
    "steady_lines",  # all the time,
    "held_lines",  # and whether the lines of one moment are there 60 ms later: 0..1
    "comb",  # and at one distance, as a voice's: 0..1
    "pitch",  # where below 140 Hz a beat is loudest, in bands of 19 Hz
    "pitch_spread",  # and how that differs from moment to moment
    "period",  # how well the loudness repeats with the length of a beat, 0..1
    "pattern_period",  # and the whole pattern below 330 Hz
    "beat_s",  # the length of a beat that repeats
    "second",  # how far a second sound in the beat stands out, as a share of the first
    "second_at",  # and where: 0 beside the first, 0.5 opposite
    "valley",  # how high the quiet between the two lies
    "width",  # share of the beat that is loud
    "events_hz",  # loud moments a second, and how long they last
    "event_s",
    "unevenness",  # of the time between them
)

# Where the four bands begin, and the last one ends, among the mel bands.
_CENTRES_HZ = np.linspace(FMIN_HZ, FMAX_HZ, N_MELS + 2)[1:-1]
_FIRST = np.append(np.searchsorted(_CENTRES_HZ, (FMIN_HZ, 120.0, 250.0, 450.0)), N_MELS)
_WINDOW = np.hanning(35)
_TURNS = 2.0 * np.pi / 64.0 * np.outer(np.arange(35.0), np.arange(4.0, 17.0))
_COMB = np.concatenate((np.cos(_TURNS), np.sin(_TURNS)), axis=1)


def traits(log_mel: Samples) -> F64:
    """The figures `TRAITS` of float32 (40, n), 145 <= n <= 200 log-mel frames of 20 ms: float64 (35,), all finite.

    None depends on the level. Compiled, for all of it is measured again each half second.
    """
    from stetho.heart._kernels import beat_traits, colour_traits, line_traits, loudness_traits, trait_bands

    frames = np.ascontiguousarray(log_mel.T)
    frames = np.where(np.isfinite(frames), frames, np.float32(-23.0))
    power = np.exp(frames).astype(np.float64)
    bands, ordered = np.empty((len(power), 4)), np.empty((4, len(power)))
    trait_bands(power, _FIRST, bands, ordered)
    log_power, level_db, order_db = np.log(power), 10.0 * np.log10(bands), 10.0 * np.log10(ordered)
    found = np.empty(len(TRAITS))
    loudness_traits(level_db, order_db, found[:5], found[12:19])
    colour_traits(bands, ordered, log_power, _FIRST, found[5:12], found[23:25])
    line_traits(log_power, bands, _WINDOW, _COMB, found[19:23])
    beat_traits(level_db, order_db, log_power, found[25:])
    return found
