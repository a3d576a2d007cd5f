"""The rows `segmentation_60s*`: from samples to beats, ours alone and against a library in an environment of its own.

Ours is what finds beats and nothing else: the front end, the beats network once over the recording, and its decoder with
all of it in view. `segmentation_60s` is the dearer way that an analysis takes, whose network is there for the murmur as
well.

Timed on 60 s of a simulated heart, in turns. Judged on that, and on annotated recordings where there are some. A peer is
helped where that costs us nothing: its onsets are moved by its own median error in each recording, and where it doesn't
tell S1 from S2 it is not asked to.
"""

from collections.abc import Sequence

import numpy as np

from hw_sim.recipe import Recipe
from hw_sim.truth import Truth
from stetho.audio_array import whole
from stetho.bench.accuracy import Accuracy, Matches, match
from stetho.bench.heart_case import HeartCase, annotated, data_folder
from stetho.bench.peers.environment import Environment
from stetho.bench.peers.process import Found, Peer, running
from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.timing import Timing
from stetho.clock import SYSTEM_CLOCK
from stetho.dsp.mel import log_mel
from stetho.dsp.resample import to_2khz
from stetho.heart.beats import Beat, beats
from stetho.heart.durations import STATES, HeartState
from stetho.heart.online.network import CausalStates, log_probabilities
from stetho.heart.online.tracker import FRAME_S, decode_whole
from stetho.heart.rate import heart_rate
from stetho.inference.beats_model import shipped_beats_model
from stetho.inference.models import shipped_model
from stetho.inference.segmentation import segment
from stetho.stream import Samples

SECONDS = 60
ROUNDS = 9
_PEERS = (
    (Environment("pypcg", ("pyPCG-toolbox==0.1b5",), "run_pypcg.py"), "pyPCG 0.1b5, peak detection of its tutorial"),
    (Environment("neurokit2", ("neurokit2==0.2.13",), "run_neurokit2.py"), "neurokit2 0.2.13, filter and peaks"),
)


def benchmarks() -> tuple[Benchmark, ...]:
    against = tuple(_benchmark(environment, peer_name) for environment, peer_name in _PEERS)
    return (Benchmark("segmentation_60s", _as_analysed), *against)


def _as_analysed() -> Row:
    heart, model = simulated(), shipped_model()
    recording = whole(heart.samples, heart.rate_hz)
    took_us = []
    for _ in range(1 + ROUNDS):
        before_ns = SYSTEM_CLOCK.monotonic_ns()
        beats(segment(recording, model))
        took_us.append((SYSTEM_CLOCK.monotonic_ns() - before_ns) / 1e3)
    timing = _timing(took_us[1:])
    note = f"as an analysis finds beats; {1e6 * SECONDS / timing.median_us:,.0f} times real time"
    return Row("segmentation_60s", timing, note=note)


def _benchmark(environment: Environment, peer_name: str) -> Benchmark:
    name = f"segmentation_60s_{environment.name}"
    return Benchmark(name, lambda: _row(name, environment, peer_name), fetch=environment.make)


def _row(name: str, environment: Environment, peer_name: str) -> Row:
    heart = simulated()
    with running(environment) as peer:
        ours, peers = _timed(heart, peer)
        accuracies = [_judged("a simulated heart", [heart], peer)]
        folder = data_folder()
        if folder is not None:
            cases = list(annotated(folder))
            accuracies.append(_judged("CirCor, which our network was trained on", cases, peer))
    note = f"against {peer_name}; {'; '.join(map(str, accuracies))}"
    return Row(name, ours, peer_name, peers, Goal(ratio=100, more_accurate=True), note, accuracies=tuple(accuracies))


def simulated() -> HeartCase:
    """A minute of a heart with a murmur."""
    truth = Truth(Recipe("murmur", seed=7))
    samples = (truth.samples(SECONDS) / np.float32(32768)).astype(np.float32)
    onsets = [(beat.s1 / truth.rate_hz, beat.s2 / truth.rate_hz) for beat in truth.beats(SECONDS)]
    s1_s, s2_s = (tuple(at for at in column if at < SECONDS) for column in zip(*onsets, strict=True))
    return HeartCase("simulated", samples, truth.rate_hz, s1_s, s2_s, ((0.0, float(SECONDS)),))


def found_by_us(samples: Samples, rate_hz: int) -> Found:
    """Samples to beats, and to the rate."""
    before_ns = SYSTEM_CLOCK.monotonic_ns()
    found = _beats(samples, rate_hz)
    bpm = heart_rate(found).heart_rate_bpm
    took_s = (SYSTEM_CLOCK.monotonic_ns() - before_ns) / 1e9
    s1_s = tuple(beat.s1_s for beat in found)
    s2_s = tuple(beat.s2_s for beat in found if beat.s2_s is not None)
    return Found(took_s, s1_s, s2_s, (), bpm)


def _beats(samples: Samples, rate_hz: int) -> list[Beat]:
    model = shipped_beats_model()
    ahead = model.weights.look_ahead
    frames = np.pad(
        log_mel(to_2khz(samples, rate_hz)), ((0, 0), (0, ahead)), "edge"
    )  # it speaks of a frame so much later
    logits = CausalStates(model.weights).process(frames)[ahead:]
    onsets = [(FRAME_S * at, STATES[state]) for at, state in decode_whole(log_probabilities(logits), model.durations)]
    s1_s = [at for at, state in onsets if state is HeartState.S1]
    s2_s = [at for at, state in onsets if state is HeartState.S2]
    following = [*s1_s[1:], None]
    return [
        Beat(first, next((at for at in s2_s if at > first and (then is None or at < then)), None), then)
        for first, then in zip(s1_s, following, strict=True)
    ]


def _timed(heart: HeartCase, peer: Peer) -> tuple[Timing, Timing]:
    both: list[tuple[float, float]] = []
    for _ in range(1 + ROUNDS):
        ours, theirs = found_by_us(heart.samples, heart.rate_hz), peer.segment(heart.samples, heart.rate_hz)
        both.append((ours.took_s, theirs.took_s))
    took_us = 1e6 * np.array(both[1:])  # the first of each compiles and reads
    return _timing(took_us[:, 0]), _timing(took_us[:, 1])


def _timing(took_us: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]) -> Timing:
    return Timing(float(np.median(took_us)), float(np.percentile(took_us, 99)), len(took_us))


def _judged(on: str, cases: Sequence[HeartCase], peer: Peer) -> Accuracy:
    ours = [found_by_us(case.samples, case.rate_hz) for case in cases]
    theirs = [_moved(peer.segment(case.samples, case.rate_hz), case) for case in cases]
    error, rates = _rate_error(cases, ours)
    peer_error, peer_rates = _rate_error(cases, theirs)
    f1, peer_f1 = (sum(map(matches, cases, all_found), Matches()).f1 for all_found in (ours, theirs))
    said = on if len(cases) == 1 else f"{len(cases)} people of {on}"
    return Accuracy(said, len(cases), f1, peer_f1, error, peer_error, rates, peer_rates)


def matches(case: HeartCase, found: Found) -> Matches:
    """S1 with S1 and S2 with S2; sounds with sounds where they are not told apart."""
    if found.s1_s or found.s2_s or not found.sounds_s:
        return match(case.s1_s, found.s1_s, case.spans_s) + match(case.s2_s, found.s2_s, case.spans_s)
    return match([*case.s1_s, *case.s2_s], found.sounds_s, case.spans_s)


def _moved(found: Found, case: HeartCase) -> Found:
    """A peer's onsets, moved by the median of how far its sounds lie from the nearest true ones."""
    true_s, sounds_s = np.array([*case.s1_s, *case.s2_s]), np.array(found.sounds_s)
    if not sounds_s.size:
        return found
    nearest = true_s[np.abs(sounds_s[:, None] - true_s).argmin(axis=1)]
    apart_s = sounds_s - nearest
    late_s = float(np.median(apart_s[np.abs(apart_s) < 0.25])) if (np.abs(apart_s) < 0.25).any() else 0.0
    s1_s, s2_s, all_s = (tuple(at - late_s for at in times) for times in (found.s1_s, found.s2_s, found.sounds_s))
    return Found(found.took_s, s1_s, s2_s, all_s, found.bpm)


def _rate_error(cases: Sequence[HeartCase], found: Sequence[Found]) -> tuple[float | None, int]:
    errors = [abs(one.bpm - case.bpm) for case, one in zip(cases, found, strict=True) if one.bpm is not None]
    return (float(np.mean(errors)) if errors else None), len(errors)
