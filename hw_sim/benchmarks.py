"""Rows of `stetho bench` that need a heart or devices: how well beats are found, how many streams a machine bears."""

from hw_sim import bench_segmentation
from hw_sim.many_streams import AGED_MS, Trial, rendered, tried
from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.timing import Timing

STREAMS = 64
SECONDS = 12.0


def benchmarks() -> tuple[Benchmark, ...]:
    streams = Benchmark("streams", lambda: largest(STREAMS), of_size=largest)
    return (*bench_segmentation.benchmarks(), streams)


def largest(most: int) -> Row:
    """The largest number up to `most` with no loss and no p99 age of 100 ms or more: the half of a number that was too
    much, then what lies between, to an eighth. Each try takes a quarter of a minute.
    """
    sound = rendered(SECONDS)
    tried(sound, 1)  # what is compiled and read once is no part of it
    trials = [tried(sound, most)]
    bad, good = most, 0
    if trials[-1].good:
        bad, good = most + 1, most
    while bad - good > max(1, good // 8):
        at = good + (bad - good) // 2
        trials.append(tried(sound, at))
        good, bad = (at, bad) if trials[-1].good else (good, at)
    return _row(trials, good, most)


def _row(trials: list[Trial], good: int, most: int) -> Row:
    shown = next((trial for trial in trials if trial.streams == good), trials[-1])
    said = f"{good} streams of {SECONDS:.0f} s, recorded and judged"
    if shown.processes > 1:
        said += f" in {shown.processes} processes"
    said += f": no loss, p99 age {shown.p99_ms:.0f} ms"
    if good == 0:
        said = f"not even one stream came through: {shown.lost} with a loss, p99 age {shown.p99_ms:.0f} ms"
    worse = next((trial for trial in reversed(trials) if not trial.good and trial.streams > good), None)
    if worse is None:
        said += f"; {most} is the most that was tried"
    else:
        said += f"; of {worse.streams} streams {worse.lost} had a loss, p99 age {worse.p99_ms:.0f} ms"
    timing = Timing(1000 * shown.median_ms, 1000 * shown.p99_ms, shown.ages_ms.size)
    return Row("streams", timing, goal=Goal(streams=STREAMS, p99_us=1000 * AGED_MS), note=said, streams=good)
