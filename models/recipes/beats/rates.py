"""Heart rates against those of the annotated beats."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from decoded import S1, Found, Live, Spans
from onsets import annotated_spans

from stetho.heart.rate import STEADY

SURE = 0.5  # a rate with more confidence than this is shown as one
SETTLED_S = (3, 4, 5, 6)
RIGHT = 0.1  # of the annotated rate


@dataclass(frozen=True)
class Rates:
    """Of one recording, beats a minute: annotated; found in the same stretches by the whole pass and live; whole and live
    over all of it; and live at each of `SETTLED_S`, with its confidence (None where none was said)."""

    annotated: float
    whole: float | None
    live: float | None
    shown: float | None
    shown_confidence: float
    early: tuple[tuple[float | None, float], ...]


def rates(whole: Found, live: Live, spans: Spans) -> Rates | None:
    """None where fewer than three intervals are annotated."""
    truth = _rate([(at, state) for at, _, state in spans], spans)
    if truth is None:
        return None
    shown = [one.rate for one in live.rates]
    last = shown[-1] if shown else None
    early = tuple(
        (shown[second - 1].heart_rate_bpm, shown[second - 1].confidence) if len(shown) >= second else (None, 0.0)
        for second in SETTLED_S
    )
    return Rates(
        truth,
        _rate(whole, spans),
        _rate(live.found, spans),
        None if last is None else last.heart_rate_bpm,
        0.0 if last is None else last.confidence,
        early,
    )


def _rate(found: Found, spans: Spans) -> float | None:
    """60 over the mean interval of the S1s in the annotated stretches, intervals a quarter off their median left out.

    Annotated onsets mostly lie on a grid of 20 ms: a median of them does, too, and is up to 10 ms off.
    """
    lengths = np.array(
        [
            later - earlier
            for start_s, stop_s in annotated_spans(spans)
            for earlier, later in pairwise([at for at, state in found if state == S1 and start_s - 0.1 <= at < stop_s])
        ]
    )
    if lengths.size < 3:
        return None
    middle = float(np.median(lengths))
    steady = lengths[np.abs(lengths / middle - 1.0) <= STEADY]
    return 60.0 / float(steady.mean() if steady.size else middle)


def halved_or_doubled(found: float, truth: float) -> bool:
    """Nearer to half or twice the rate than to it."""
    return not 0.5**0.5 < found / truth < 2.0**0.5
