"""When the heart beats: the ground truth of a synthetic heart."""

from collections.abc import Iterator
from dataclasses import dataclass

from hw_sim.heart.draw import Draw
from hw_sim.heart.exact import sine_of_turns
from hw_sim.heart.settings import HeartSettings


@dataclass(frozen=True, slots=True)
class Beat:
    """One cardiac cycle, in samples since the stream began.

    s1, s2: onsets (S2 is A2; P2 follows at p2). stop: onset of the next S1. breath: phase of breathing at S1, in turns;
    inspiration is its first half.
    """

    index: int
    s1: int
    s2: int
    p2: int
    stop: int
    breath: float


def beats(settings: HeartSettings) -> Iterator[Beat]:
    """Every beat, without end; the same for the same settings."""
    rate = settings.rate_hz
    draw = Draw.of(settings.seed, "person")
    # S1 to S2 shortens with the cycle; the slope and intercept lie between Weissler's systolic intervals for adults
    # (Circulation 1968) and the annotated CirCor recordings (0.25 s at a cycle of 0.6 s).
    systole_offset_s = 0.128 + 0.012 * draw.bell()
    wander = 0.0
    start = int(draw.unit() * 0.3 * rate)
    index = 0
    while True:
        draw = Draw.of(settings.seed, "beat", index)
        breath = start / rate * settings.breaths_per_minute / 60.0
        # The rate rises in inspiration; slow wander is a leaky sum of chance, as in 1/f variability.
        wander = 0.9 * wander + 0.44 * draw.bell()
        vary = settings.sinus_arrhythmia * float(sine_of_turns(breath)) + settings.jitter * (wander + 0.4 * draw.bell())
        cycle_s = 60.0 / settings.rate_bpm * (1.0 - vary)
        systole_s = systole_offset_s + 0.2 * cycle_s + 0.003 * draw.bell()
        systole_s = min(systole_s, 0.6 * cycle_s)
        # A2 to P2: 10 ms in expiration, about 40 ms at the height of inspiration.
        split_s = 0.012 + 0.026 * max(0.0, float(sine_of_turns(breath + 0.95)))
        s2 = start + int(systole_s * rate)
        stop = start + int(cycle_s * rate)
        yield Beat(index, start, s2, s2 + int(split_s * rate), stop, breath % 1.0)
        start = stop
        index += 1
