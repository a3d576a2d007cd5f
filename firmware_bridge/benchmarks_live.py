"""The row of `stetho bench` about a running take: all that `live` computes for a chunk of 20 ms, with both models."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np

from firmware_bridge.assemble import Assembler
from firmware_bridge.wire import Audio, Codec, PacketDecoder, encode
from stetho.bench.row import Goal, Row
from stetho.bench.signals import CHUNK, RATE_HZ
from stetho.bench.timing import time_call
from stetho.clock import SYSTEM_CLOCK
from stetho.inference.beats_model import shipped_beats_model
from stetho.inference.models import shipped_model
from stetho.link_statistics import LinkStatistics
from stetho.live import LiveAnalysis
from stetho.source import DeviceInfo, Hole
from stetho.stream import CHEST, Chunk, Origin, StreamSpec

ROW = "live_chunk_20ms"
GOAL = Goal(median_us=100)
FRAMES = 3000  # a minute; then another take begins, in one call out of three thousand
BEAT_S, S2_AFTER_S = 0.8, 0.3
_US = 20_000
_SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)
_DEVICE = DeviceInfo("", "", "", "", "", "", Origin.SIMULATED, "pcm16", RATE_HZ, (CHEST,), has_contact_sensor=False)


def live_chunk() -> Row:
    """From a frame's bytes to events, the archive included. A window is scored in one of fifty: that is its p99."""
    streams = _endless(_frames())
    note = "decoding, assembly, archive, drawing, and a take with both models on a heart of 75 a minute"
    return Row(ROW, time_call(lambda: next(streams), budget_s=3.0), goal=GOAL, note=note)


def _endless(frames: list[bytes]) -> Iterator[list[object]]:
    while True:
        yield from heard(frames)


def heard(frames: list[bytes]) -> Iterator[list[object]]:
    """What is said of each frame, in turn."""
    clock, decoder = SYSTEM_CLOCK, PacketDecoder()
    model, beats = shipped_model(), shipped_beats_model()
    with closing(LiveAnalysis(_DEVICE, _SPEC, model, clock, LinkStatistics, beats=beats)) as live:
        saved: list[tuple[Chunk, tuple[Hole, ...]]] = []
        assembler = Assembler(_SPEC, 0, lambda _, now_ns: now_ns, lambda chunk, holes: saved.append((chunk, holes)))
        for frame in frames:
            said: list[object] = []
            now_ns = clock.monotonic_ns()
            for message in decoder.feed(frame):
                if isinstance(message, Audio):
                    for chunk in assembler.feed(message, now_ns):
                        said += live.process(chunk)
            for chunk, holes in saved:
                said += live.archive(chunk, holes)
            saved.clear()
            yield said


def _frames(count: int = FRAMES) -> list[bytes]:
    """A heart's frames, PCM16, 20 ms each: two dull beats of 40 and 55 Hz in a little noise."""
    t_s = np.arange(count * CHUNK) / RATE_HZ
    sound = 60.0 * np.random.default_rng(0).standard_normal(t_s.size)
    for after_s, hz, level in ((0.0, 40.0, 6000.0), (S2_AFTER_S, 55.0, 4000.0)):
        since_s = (t_s - after_s) % BEAT_S
        sound += level * np.sin(2 * np.pi * hz * since_s) * np.exp(-(((since_s - 0.05) / 0.025) ** 2))
    rows = np.rint(sound).astype("<i2").reshape(count, CHUNK)
    return [
        encode(Audio(1, index, index * CHUNK, CHUNK, Codec.PCM16, 1, index * _US, row.tobytes()))
        for index, row in enumerate(rows)
    ]
