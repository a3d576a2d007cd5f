"""Murmurs: turbulence heard as band noise, shaped over systole or diastole."""

import numpy as np
import numpy.typing as npt

from hw_sim.heart.band import BandNoise, band_pass, low_pass
from hw_sim.heart.draw import Draw
from hw_sim.heart.exact import gain_of_db
from hw_sim.heart.rhythm import Beat
from hw_sim.heart.settings import HeartSettings, Murmur, Phase, Shape, Site

Array = npt.NDArray[np.float64]

# Loudest level beside S1's by grade. I-III follow the quieter-floored half of CirCor's recordings; IV-VI go on from there.
_GRADE_DB = {1: -18.0, 2: -12.0, 3: -7.0, 4: -3.0, 5: 0.0, 6: 3.0}
_SITES = (Site.AV, Site.PV, Site.TV, Site.MV)
# How much quieter a murmur is at each site than where it is loudest (rows: loudest; columns: AV, PV, TV, MV).
_SPREAD_DB = {
    Site.AV: (0.0, -3.0, -5.0, -7.0),
    Site.PV: (-3.0, 0.0, -4.0, -7.0),
    Site.TV: (-6.0, -3.0, 0.0, -4.0),
    Site.MV: (-8.0, -7.0, -4.0, 0.0),
}


def level_db(murmur: Murmur, site: Site) -> float:
    """Its loudest moment at a site, in dB of S1's level."""
    return _GRADE_DB[murmur.grade] + _SPREAD_DB[murmur.loudest][_SITES.index(site)]


def span_in_beat(murmur: Murmur, beat: Beat, rate_hz: int) -> tuple[int, int]:
    """Where it is heard in a beat: half-open range of stream samples."""
    if murmur.phase is Phase.SYSTOLIC:
        # Ejection waits for the valves to open; regurgitation does not.
        lead_s, trail_s = (0.05, 0.005) if murmur.shape is Shape.DIAMOND else (0.03, 0.0)
        return beat.s1 + int(lead_s * rate_hz), max(beat.s2 - int(trail_s * rate_hz), beat.s1)
    start = beat.p2 + int(0.02 * rate_hz)
    # Early diastolic: regurgitation fades as the pressures meet, after at most 0.35 s.
    return start, min(beat.stop - int(0.03 * rate_hz), start + int(0.35 * rate_hz))


def envelope(shape: Shape, count: int, rate_hz: int) -> Array:
    """Loudness over the murmur's span, peak 1, float64 (count,); rises and falls within 15 ms at its ends."""
    position = (np.arange(count) + 0.5) / max(count, 1)
    edge = max(0.015 * rate_hz, 1.0)
    gate = np.minimum(1.0, np.minimum(position * count / edge, (1.0 - position) * count / edge))
    if shape is Shape.DIAMOND:
        body = 4.0 * position * (1.0 - position)
    elif shape is Shape.DECRESCENDO:
        body = 1.0 - 0.85 * position
    else:
        body = np.ones(count)
    return np.asarray(gate * body)


class MurmurSound:
    """Renders one murmur beat by beat."""

    def __init__(self, settings: HeartSettings, murmur: Murmur, number: int) -> None:
        rate = settings.rate_hz
        self._settings, self._murmur, self._number = settings, murmur, number
        self._level = gain_of_db(level_db(murmur, settings.site))
        sections = [band_pass(rate, murmur.pitch_hz, 0.6), low_pass(rate, 3.0 * murmur.pitch_hz)]
        self._noise = BandNoise(settings.seed, f"murmur {number}", sections)

    def add(self, beat: Beat, out: Array) -> None:
        """Adds the murmur of a beat to `out`, whose first sample is the beat's S1."""
        start, stop = span_in_beat(self._murmur, beat, self._settings.rate_hz)
        noise = self._noise.read(beat.stop - beat.s1)
        if stop <= start:
            return
        strength = self._level * Draw.of(self._settings.seed, "murmur", self._number, beat.index).gain(1.0)
        shape = envelope(self._murmur.shape, stop - start, self._settings.rate_hz)
        start, stop = start - beat.s1, stop - beat.s1
        out[start:stop] += noise[start:stop] * shape * strength
