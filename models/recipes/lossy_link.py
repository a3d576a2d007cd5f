"""A recording sent over the product's own link: its codec, its packets, and what its assembly makes of those lost.

The wire's rate is 4 kHz; the pack's recordings hold 2 kHz, so that what ADPCM loses of 1-2 kHz is not asked for here.
Nothing is sent again: it is the worst that can be concealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from firmware_bridge.assemble import Assembler
from firmware_bridge.wire import AdpcmEncoder, Audio, Codec
from firmware_bridge.wire.pcm16 import encode as encode_pcm16
from stetho.source import Hole
from stetho.spool import TakeSpool
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

Float32 = npt.NDArray[np.float32]
Int16 = npt.NDArray[np.int16]
Bool = npt.NDArray[np.bool_]

SPEC = StreamSpec(4000, Origin.REPLAYED)
PACKET_SAMPLES = 80  # 20 ms, as devices send it
PACKET_US = 20_000
BURST = 2.0  # packets lost in a row, on average, where they are lost in bursts


def at_wire_rate(samples: Float32) -> Int16:
    """2 kHz to what a device at 4 kHz would have sampled, 16 bits."""
    doubled = resample_poly(samples.astype(np.float64), 2, 1)
    return np.asarray(np.clip(np.round(32768.0 * doubled), -32768, 32767), np.int16)


def packets(pcm: Int16, codec: Codec) -> list[Audio]:
    """The live packets of one stream."""
    encoder = AdpcmEncoder(1)
    sent = []
    for number, start in enumerate(range(0, len(pcm), PACKET_SAMPLES)):
        row = pcm[None, start : start + PACKET_SAMPLES]
        payload = encode_pcm16(row) if codec is Codec.PCM16 else encoder.encode(row)
        sent.append(Audio(1, number, start, row.shape[1], codec, 1, number * PACKET_US, payload))
    return sent


def scattered(count: int, share: float, generator: np.random.Generator) -> Bool:
    """Which packets are lost, each by its own chance."""
    return np.asarray(generator.random(count) < share)


def in_bursts(count: int, share: float, generator: np.random.Generator) -> Bool:
    """The same share in runs of `BURST` on average: two states, all lost in one and none in the other (Gilbert 1960)."""
    leave = 1.0 / BURST
    enter = leave * share / (1.0 - share)
    lost, bad = np.zeros(count, bool), bool(generator.random() < share)
    for number, chance in enumerate(generator.random(count)):
        lost[number] = bad
        bad = chance >= leave if bad else chance < enter
    return lost


def received(sent: Sequence[Audio], lost: Bool) -> tuple[tuple[Chunk, ...], tuple[Chunk, ...]]:
    """What comes of the packets that were not lost: live, with holes concealed; and saved, as a verdict reads it back."""
    total = sent[-1].first_sample + sent[-1].samples
    spool = TakeSpool(SPEC)

    def save(chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        spool.add(chunk, holes)

    assembler = Assembler(SPEC, 0, lambda device_us, _: 1000 * device_us, save)
    live: list[Chunk] = []
    for number, packet in enumerate(sent):
        if not lost[number]:
            live += assembler.feed(packet, 1000 * PACKET_US * (number + 1))
    assembler.expect(total)
    live += assembler.finish_live()
    assembler.close_archive()
    saved = tuple(joined(spool.read(Span(0, total))))
    spool.close()
    return tuple(joined(live)), saved


def joined(chunks: Iterable[Chunk]) -> list[Chunk]:
    """Chunks that touch, as one: how a stream is cut changes nothing that is said of it, but the time it takes."""
    runs: list[list[Chunk]] = []
    for chunk in chunks:
        if runs and runs[-1][-1].stop == chunk.start:
            runs[-1].append(chunk)
        else:
            runs.append([chunk])
    return [_one(run) for run in runs]


def _one(run: Sequence[Chunk]) -> Chunk:
    concealed = tuple(hole for chunk in run for hole in chunk.concealed)
    samples = read_only(np.concatenate([chunk.samples for chunk in run], axis=1))
    return Chunk(samples, run[0].spec, run[0].start, run[0].t0_ns, concealed)
