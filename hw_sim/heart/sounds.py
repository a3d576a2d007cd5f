"""The heart's short sounds: S1 and S2 with their two valves each, S3 and S4.

Each valve's closure is a bundle of damped modes, as the chest rings: low ones long, high ones short. Levels follow
the half-octave spectra of the CirCor recordings' annotated sounds (median over 150 recordings).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hw_sim.heart.draw import Draw
from hw_sim.heart.exact import cosine_of_turns, exponential, gain_of_db, gains_of_db, sine_of_turns
from hw_sim.heart.rhythm import Beat
from hw_sim.heart.settings import HeartSettings, Site

Array = npt.NDArray[np.float64]

#             Hz:   30    42    60    84    118    167    236    334    470
_MODES_HZ = (30.0, 42.0, 60.0, 84.0, 118.0, 167.0, 236.0, 334.0, 470.0)
_S1_DB = (-3.0, -1.0, -1.0, 0.0, -4.0, -6.0, -9.0, -11.0, -12.0)
_S2_DB = (-7.0, -4.0, -2.0, 0.0, -1.0, -2.0, -4.0, -6.0, -9.0)
_S3_DB = (0.0, -1.0, -5.0, -12.0, -24.0, -40.0, -60.0, -60.0, -60.0)
_LENGTH_S = 0.16
# The second sound beside the first where each valve is heard best: at the base S2 is the louder, at the apex S1.
_S2_AT_SITE_DB = {Site.AV: 2.0, Site.PV: 1.5, Site.TV: -0.5, Site.MV: -2.0}


@dataclass(frozen=True, slots=True)
class Valve:
    """One closure: its modes as cosine and sine rows, shape (2 * modes, n), and how much of it is heard."""

    waves: Array
    level: float

    def sound(self, draw: Draw, gain: float) -> tuple[Array, Array]:
        """Weights and rows of one closure: each time a little different in strength and phase."""
        modes = len(self.waves) // 2
        strength = self.level * gain * gains_of_db(1.5 * draw.bells(modes))
        turn = 0.04 * draw.bells(modes)
        weights = np.empty(2 * modes)
        weights[0::2] = strength * cosine_of_turns(turn)
        weights[1::2] = strength * sine_of_turns(turn)
        return weights, self.waves


def _valve(draw: Draw, rate_hz: int, spectrum_db: tuple[float, ...], level_db: float, pitch: float) -> Valve:
    time_s = np.arange(int(_LENGTH_S * rate_hz)) / rate_hz
    rows = []
    for mode_hz, mode_db in zip(_MODES_HZ, spectrum_db, strict=True):
        hz = mode_hz * pitch * draw.gain(0.6)
        gain = draw.gain(2.0) * gain_of_db(mode_db)
        phase = draw.unit()
        if hz > 0.45 * rate_hz:
            gain = 0.0
        # The envelope t/tp exp(1 - t/tp) peaks at tp: low modes swell for longer, and the longer ring.
        peak_s = (0.3 / hz + 0.005) * draw.gain(0.8)
        envelope = gain * (time_s / peak_s) * exponential(1.0 - time_s / peak_s)
        rows += [envelope * cosine_of_turns(time_s * hz + phase), envelope * sine_of_turns(time_s * hz + phase)]
    return Valve(np.ascontiguousarray(np.array(rows)), gain_of_db(level_db))


class HeartSounds:
    """Renders the short sounds of one beat, S1's loudest 64 ms at an RMS of 1."""

    def __init__(self, settings: HeartSettings) -> None:
        draw = Draw.of(settings.seed, "sounds")
        rate = settings.rate_hz
        pitch = draw.gain(0.7)
        self._settings = settings
        self._mitral = _valve(draw, rate, _S1_DB, 0.0, pitch)
        self._tricuspid = _valve(draw, rate, _S1_DB, draw.between(-7.0, -3.0), 1.08 * pitch)
        self._t1_delay = int(draw.between(0.018, 0.034) * rate)
        self._aortic = _valve(draw, rate, _S2_DB, 0.0, 1.05 * pitch)
        p2_db = draw.between(-8.0, -4.0) + (3.0 if settings.site is Site.PV else 0.0)
        self._pulmonary = _valve(draw, rate, _S2_DB, p2_db, 0.95 * pitch)
        self._low = _valve(draw, rate, _S3_DB, 0.0, 1.0)
        self._s1_gain = 1.0 / _loudness(self._mitral, rate)
        s2_db = settings.s2_db + _S2_AT_SITE_DB[settings.site] + 1.0 * draw.bell()
        self._s2_gain = gain_of_db(s2_db) / _loudness(self._aortic, rate)
        self._low_gain = 1.0 / _loudness(self._low, rate)
        self.peak = self._s1_gain * _peak(self._mitral)
        self.tail = int(_LENGTH_S * rate) + max(self._t1_delay, int(0.06 * rate)) + 1

    def add(self, beat: Beat, out: Array) -> None:
        """Adds the sounds of a beat to `out`, whose first sample is the beat's S1; at least `tail` longer than it."""
        settings = self._settings
        draw = Draw.of(settings.seed, "sound", beat.index)
        strength = draw.gain(0.8)
        s2, p2 = beat.s2 - beat.s1, beat.p2 - beat.s1
        _place(out, 0, *self._mitral.sound(draw, strength * self._s1_gain))
        _place(out, self._t1_delay, *self._tricuspid.sound(draw, strength * self._s1_gain))
        strength = draw.gain(0.8)
        _place(out, s2, *self._aortic.sound(draw, strength * self._s2_gain))
        _place(out, p2, *self._pulmonary.sound(draw, strength * self._s2_gain))
        if settings.s3_db is not None:  # rapid filling, 0.13 s after A2
            after = s2 + int(0.13 * settings.rate_hz)
            _place(out, after, *self._low.sound(draw, gain_of_db(settings.s3_db) * self._low_gain))
        if settings.s4_db is not None:  # the atrium's contraction, 0.11 s before the next S1
            before = beat.stop - beat.s1 - int(0.11 * settings.rate_hz)
            _place(out, max(before, 0), *self._low.sound(draw, gain_of_db(settings.s4_db) * self._low_gain))


def _place(out: Array, at: int, weights: Array, rows: Array) -> None:
    from hw_sim.heart import _kernels

    _kernels.add_weighted(weights, rows, out[at : at + rows.shape[1]])


def _sum_of_cosines(valve: Valve) -> Array:
    total = np.zeros(valve.waves.shape[1])
    for row in valve.waves[::2]:
        total = total + row
    return total


def _loudness(valve: Valve, rate_hz: int) -> float:
    """RMS of the closure's first 64 ms, the frame in which it is loudest."""
    square = 0.0
    frame = _sum_of_cosines(valve)[: int(0.064 * rate_hz)].tolist()
    for sample in frame:
        square += sample * sample
    return float(np.sqrt(square / len(frame)))


def _peak(valve: Valve) -> float:
    return float(np.max(np.abs(_sum_of_cosines(valve))))
