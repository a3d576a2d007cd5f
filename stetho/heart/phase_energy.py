"""How much louder each part of the beat is than the quietest part of this patient's own beat. Numbers, no thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.heart.band_levels import BANDS_HZ, MURMUR_BANDS, MURMUR_HZ, over_bands
from stetho.heart.beat_selection import Selection
from stetho.heart.parts import DIASTOLE, PARTS, QUIET_PARTS, SYSTOLE, Part

F64 = npt.NDArray[np.float64]

_QUIET = [PARTS.index(part) for part in QUIET_PARTS]


@dataclass(frozen=True, slots=True, eq=False)
class Above:
    """Levels above the baseline in dB, over beats: float64 (5,), the four bands of `BANDS_HZ` and then 60-500 Hz together.

    median, 10th and 90th percentile.
    """

    median_db: F64
    low_db: F64
    high_db: F64

    @property
    def murmur_bands_db(self) -> float:
        """The median over 60-500 Hz."""
        return float(self.median_db[-1])

    def to_json(self) -> dict[str, Any]:
        rows = {"median_db": self.median_db, "p10_db": self.low_db, "p90_db": self.high_db}
        return {name: np.round(row, 1).tolist() for name, row in rows.items()}


@dataclass(frozen=True, slots=True, eq=False)
class PhaseEnergy:
    """baseline: the part of systole or diastole that is the quietest over 60-500 Hz, by the median beat; baseline_db:
    float64 (5,), its level there in dB of full scale squared, bands as in `Above`.

    Where a sound fills the whole beat, the quietest part holds it too, and all else is little above it.
    """

    baseline: Part
    baseline_db: F64
    systole: Above
    diastole: Above
    thirds: Mapping[Part, Above]

    @property
    def systole_over_diastole_db(self) -> float:
        """By how much systole is the louder over 60-500 Hz; below 0 where diastole is."""
        return self.systole.murmur_bands_db - self.diastole.murmur_bands_db

    def to_json(self) -> dict[str, Any]:
        """Levels in dB, one a band of `bands_hz`."""
        return {
            "bands_hz": [*map(list, BANDS_HZ), list(MURMUR_HZ)],
            "baseline": {"part": self.baseline.value, "level_db": np.round(self.baseline_db, 1).tolist()},
            "above_baseline": {
                "systole": self.systole.to_json(),
                "diastole": self.diastole.to_json(),
                **{part.value: above.to_json() for part, above in self.thirds.items()},
            },
        }


def phase_energy(selection: Selection) -> PhaseEnergy | None:
    """The energy of each part; None where there are too few beats."""
    if not selection.enough:
        return None
    parts_db = np.array([_with_murmur_bands(beat.parts_db) for beat in selection.used])  # beats, bands, parts
    typical_db = np.median(parts_db, axis=0)
    baseline = PARTS.index(min(QUIET_PARTS, key=lambda part: typical_db[-1, PARTS.index(part)]))
    baseline_db = typical_db[:, baseline]
    above_db = parts_db - baseline_db[:, None]
    return PhaseEnergy(
        baseline=PARTS[baseline],
        baseline_db=baseline_db,
        systole=_above(_together(above_db[:, :, SYSTOLE])),
        diastole=_above(_together(above_db[:, :, DIASTOLE])),
        thirds={PARTS[at]: _above(above_db[:, :, at]) for at in _QUIET},
    )


def _with_murmur_bands(parts_db: F64) -> F64:
    """float64 (4, 8) to (5, 8): a last row for 60-500 Hz together."""
    return np.vstack((parts_db, over_bands(parts_db[MURMUR_BANDS].T)))


def _together(thirds_db: F64) -> F64:
    """Mean power over three thirds, float64 (..., 3) in dB to (...)."""
    return over_bands(thirds_db) - 10.0 * np.log10(thirds_db.shape[-1])


def _above(levels_db: F64) -> Above:
    """Over beats, float64 (beats, 5)."""
    low_db, median_db, high_db = np.percentile(levels_db, (10.0, 50.0, 90.0), axis=0)
    return Above(median_db, low_db, high_db)
