"""Run by neurokit2's own interpreter. It has nothing for heart sounds: this is what its general functions make of them.

The band of the sounds, its outline, and the outline's peaks: S1 and S2 are found alike and not told apart. The rate is
that of every second sound.
"""

import json
import sys
import time

import neurokit2 as nk
import numpy as np

SMOOTHED_S = 0.05


def sounds(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    """Peaks of the outline, in samples."""
    band = nk.signal_filter(samples, sampling_rate=rate_hz, lowcut=25, highcut=400, method="butterworth", order=4)
    outline = nk.signal_smooth(np.abs(band), method="convolution", kernel="boxzen", size=int(SMOOTHED_S * rate_hz))
    return np.asarray(nk.signal_findpeaks(outline, relative_height_min=0)["Peaks"])


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        samples, rate_hz = np.load(asked["path"]), asked["rate_hz"]
        before = time.perf_counter()
        try:
            found = sounds(samples, rate_hz)
        except (ValueError, IndexError):
            found = np.zeros(0)
        took_s = time.perf_counter() - before
        sounds_s = (found / rate_hz).tolist()
        apart_s = np.array(sounds_s[2:]) - np.array(sounds_s[:-2])
        bpm = 60.0 / float(np.median(apart_s)) if apart_s.size else None
        print(json.dumps({"took_s": took_s, "s1_s": [], "s2_s": [], "sounds_s": sounds_s, "bpm": bpm}), flush=True)  # noqa: T201  # the answer


main()
