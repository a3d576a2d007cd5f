"""Whether the gate names what disturbs a heart: windows of 5 s, each with one cause, recorded and made noises apart.

    python models/recipes/quality_causes.py [--windows 60]

Noises are mixed under CirCor hearts at -5, 0 and 5 dB (25-800 Hz). What can't be mixed so (contact, level, clipping, the
link) is made of the same hearts. The cause of a window is the one that most of its half seconds name, whether it leaves
them usable or not; a window in which most name nothing counts as wrong. Hearts, rooms and seeds are those that the score
card was not tuned on; spoken digits taught nothing. Intervals are Wilson's.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
from made_sounds import JUDGED, RATE_HZ, hum
from not_a_heart import SPEC, share
from quality_card import CAUSE_OF, UNCAUSED
from quality_sounds import held_out, judged_hearts, made_sounds, mixed, power, recorded_sounds

from stetho.dsp.resample import to_2khz
from stetho.heart.quality import QualityGate, Reason
from stetho.stage import run
from stetho.stream import Chunk, Span, read_only

Float32 = npt.NDArray[np.float32]
Generator = np.random.Generator

RATIOS_DB = (-5.0, 0.0, 5.0)
STOP = 9 * 2000
WINDOW = 5 * 2000


def cause_in(samples: Float32, concealed: tuple[Span, ...] = ()) -> str:
    """What most half seconds of the last 5 of 9 s name; "" for nothing."""
    gate = QualityGate()
    gate.prepare(SPEC)
    found = list(run(gate, [Chunk(read_only(samples[:STOP]), SPEC, 0, 0, concealed)]))[-10:]
    return Counter("" if one.disturbance is None else one.disturbance.value for one in found).most_common(1)[0][0]


def room(generator: Generator, count: int) -> Float32:
    """What a microphone on a table hears: its own hiss, and a room that falls by 3 dB an octave."""
    spectrum = np.fft.rfft(generator.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1.0 / 2000), 20.0)
    made = np.fft.irfft(spectrum * (hz / 100.0) ** -0.5, count)
    return np.asarray(made / np.sqrt(np.mean(made**2)), np.float32)


def to_level(samples: Float32, level_db: float) -> Float32:
    """At a level in dB of full scale (root mean square, 25-800 Hz)."""
    return (samples * np.float32(10.0 ** (level_db / 20.0) / np.sqrt(2.0 * power(samples)))).astype(np.float32)


def _no_contact(heart: Float32, generator: Generator) -> Float32:
    return to_level(room(generator, len(heart)), generator.uniform(-70.0, -60.0))


def _poor_contact(heart: Float32, generator: Generator) -> Float32:
    """The heart, far away and as loud as the room."""
    both = mixed(heart, room(generator, len(heart)), float(generator.choice(RATIOS_DB)), generator)
    return to_level(both, generator.uniform(-69.0, -61.0))


def _too_quiet(heart: Float32, generator: Generator) -> Float32:
    return np.asarray(np.round(to_level(heart, generator.uniform(-85.0, -76.0)) * 32768) / 32768, np.float32)


def _clipping(heart: Float32, generator: Generator) -> Float32:
    top = np.quantile(np.abs(heart[-WINDOW:]), 1.0 - generator.uniform(0.02, 0.1))
    return np.clip(heart / np.float32(top), -1.0, 32767 / 32768).astype(np.float32)


CONDITIONS: Mapping[Reason, Callable[[Float32, Generator], Float32]] = {
    Reason.NO_CONTACT: _no_contact,
    Reason.POOR_CONTACT: _poor_contact,
    Reason.TOO_QUIET: _too_quiet,
    Reason.CLIPPING: _clipping,
}


def losses(generator: Generator) -> tuple[Span, ...]:
    """Holes of 60 ms, one in each 150 ms."""
    first = int(generator.integers(0, 200))
    return tuple(Span(start, start + 120) for start in range(first, STOP - 120, 300))


Named = Iterator[tuple[str, str, str, str]]


def mixtures(hearts: list[Float32], count: int, generator: Generator) -> Named:
    """(made or recorded, true cause, kind, named cause) of the noises; count: windows of each kind."""
    sounds: dict[tuple[str, str], list[Float32]] = {}
    for sound in [*made_sounds(JUDGED, count), *(one for one in recorded_sounds() if one.held_out)]:
        if sound.kind not in UNCAUSED:
            sounds.setdefault(("recorded" if sound.recorded else "made", sound.kind), []).append(sound.samples)
    sounds["made", "mains hum"] = [
        to_2khz(hum(generator, 12 * RATE_HZ).astype(np.float32), RATE_HZ) for _ in range(count)
    ]
    for (source, kind), own in sounds.items():
        cause = Reason.MAINS_HUM if kind == "mains hum" else Reason(CAUSE_OF.get(kind, "ambient_noise"))
        for number in range(count):
            heart = hearts[int(generator.integers(len(hearts)))][:STOP]
            both = mixed(heart, own[number % len(own)], RATIOS_DB[number % 3], generator)
            yield source, cause.value, kind, cause_in(both)


def conditions(hearts: list[Float32], count: int, generator: Generator) -> Named:
    for cause, change in CONDITIONS.items():
        for _ in range(count):
            heart = hearts[int(generator.integers(len(hearts)))][:STOP]
            yield "made", cause.value, "", cause_in(change(heart, generator))
    for _ in range(count):
        heart = hearts[int(generator.integers(len(hearts)))][:STOP]
        yield "made", Reason.LINK_LOSS.value, "", cause_in(heart, losses(generator))


def main() -> None:
    """Print a line a cause and one a kind, and the mean over causes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=60, help="of each kind")
    count = parser.parse_args().windows
    generator = np.random.default_rng(12)
    hearts = [one for row, one in judged_hearts() if held_out(row.group) and len(one) >= STOP]
    found = [*mixtures(hearts, count, generator), *conditions(hearts, count, generator)]
    print("| noises | cause | kind | windows | named rightly | named instead |\n| --- | --- | --- | --- | --- | --- |")
    for source in ("made", "recorded"):
        own = [one for one in found if one[0] == source]
        rights = []
        for cause in sorted({one[1] for one in own}):
            kinds = sorted({one[2] for one in own if one[1] == cause})
            shares = []
            for kind in kinds:
                named = Counter(one[3] for one in own if one[1:3] == (cause, kind))
                total, right = sum(named.values()), named.pop(cause, 0)
                shares.append(right / total)
                instead = ", ".join(f"{name or 'nothing'} {number}" for name, number in named.most_common(3))
                print(f"| {source} | {cause} | {kind} | {total} | {share(right, total)} | {instead} |")
            rights.append(float(np.mean(shares)))
        print(f"| {source} | **mean over {len(rights)} causes** | | {len(own)} | **{np.mean(rights):.3f}** | |")
    undisturbed = Counter(cause_in(one) for one in hearts[:: max(1, len(hearts) // 300)])
    print(f"\nCirCor as it is, {sum(undisturbed.values())} windows, named: {dict(undisturbed)}")


if __name__ == "__main__":
    main()
