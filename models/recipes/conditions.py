"""The conditions of the robustness report, each a change to the waveform, and what is asked of some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import lossy_link
import numpy as np
import numpy.typing as npt
import spoiled
from noises import Bank

from firmware_bridge.wire import Audio, Codec
from stetho.dsp.mel import RATE_HZ
from stetho.stream import Chunk, Origin, StreamSpec, read_only

Float32 = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]
Take = tuple[Chunk, ...]
Lose = Callable[[int, float, np.random.Generator], Bool]
T = TypeVar("T")

CLEAN = "as recorded"
SNR_DB = (20, 10, 5)
LOST = (0.02, 0.05)
LINK_LOSS_OF_AUROC = 0.005
NOISE_LOSS_OF_AUROC = 0.03
SEED = 7


@dataclass(frozen=True)
class Original:
    """A recording before anything happened to it: float32 at 2 kHz. All chance is drawn from its name.

    What several conditions share is made once and kept.
    """

    name: str
    samples: Float32
    _kept: dict[str, Any] = field(default_factory=dict)

    def generator(self, *what: str) -> np.random.Generator:
        """The same for the same recording and purpose, on every run and in every process."""
        return np.random.default_rng([SEED, *"/".join((self.name, *what)).encode()])

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, or gave the first time."""
        if what not in self._kept:
            self._kept[what] = make()
        found: T = self._kept[what]
        return found

    def packets(self, codec: Codec) -> list[Audio]:
        """What a device would have sent of it."""
        return self.once(codec.name, lambda: lossy_link.packets(lossy_link.at_wire_rate(self.samples), codec))


@dataclass(frozen=True)
class Condition:
    """One row of the report. ``family`` names its table.

    most_lost: how much AUROC may be lost against the recording as it was, where there is a goal. errors_may_not_rise:
    whether what can't be judged any more has to become unknown: neither a missed murmur nor a false alarm.
    """

    name: str
    family: str
    spoil: Callable[[Original], Take]
    most_lost: float | None = None
    errors_may_not_rise: bool = False


def conditions(recorded: Bank, made: Bank) -> tuple[Condition, ...]:
    """All of them, the recording as it was first."""
    return (
        Condition(CLEAN, "clean", lambda original: _file(original.samples)),
        *_link(),
        *_noise("recorded noise", recorded),
        *_noise("made noise", made),
        *_device(),
        Condition("first half", "length", lambda original: _file(spoiled.half(original.samples, 0))),
        Condition("second half", "length", lambda original: _file(spoiled.half(original.samples, 1))),
    )


def _file(samples: Float32) -> Take:
    spec = StreamSpec(RATE_HZ, Origin.FILE)
    return (Chunk(read_only(samples), spec, 0, 0),)


def _link() -> Iterator[Condition]:
    yield Condition("4 kHz, PCM16, nothing lost", "link", partial(_sent, Codec.PCM16))
    yield Condition("4 kHz, ADPCM, nothing lost", "link", partial(_sent, Codec.IMA_ADPCM), LINK_LOSS_OF_AUROC)
    for share in LOST:
        goal = LINK_LOSS_OF_AUROC if share == LOST[0] else None
        for how, lose in (("scattered", lossy_link.scattered), ("in bursts", lossy_link.in_bursts)):
            name = f"ADPCM, {share:.0%} of packets lost {how}"
            yield Condition(f"{name}: live, concealed", "link", partial(_received, lose, share, 0), goal)
            yield Condition(f"{name}: saved, zeros", "link", partial(_received, lose, share, 1), goal)


def _sent(codec: Codec, original: Original) -> Take:
    sent = original.packets(codec)
    return lossy_link.received(sent, np.zeros(len(sent), bool))[0]


def _received(lose: Lose, share: float, output: int, original: Original) -> Take:
    """output: 0 is live, 1 is saved."""

    def receive() -> tuple[Take, Take]:
        sent = original.packets(Codec.IMA_ADPCM)
        return lossy_link.received(sent, lose(len(sent), share, original.generator(lose.__name__, str(share))))

    return original.once(f"{lose.__name__} {share}", receive)[output]


def _noise(family: str, bank: Bank) -> Iterator[Condition]:
    for kind, clips in bank.items():
        for snr_db in SNR_DB:
            asked = snr_db == 10
            yield Condition(
                f"{kind}, {snr_db} dB",
                family,
                partial(_noisy, kind, clips, snr_db),
                NOISE_LOSS_OF_AUROC if asked else None,
                errors_may_not_rise=asked,
            )


def _noisy(kind: str, clips: tuple[Float32, ...], snr_db: float, original: Original) -> Take:
    def make() -> Float32:
        noise = spoiled.strung(clips, len(original.samples), original.generator("noise", kind))
        return spoiled.as_loud_as(noise, original.samples)

    return _file(spoiled.with_noise(original.samples, original.once(f"noise {kind}", make), snr_db))


def _device() -> Iterator[Condition]:
    for gain_db in (20.0, -20.0):
        yield Condition(f"gain {gain_db:+.0f} dB", "device", partial(_louder, gain_db))
    for name, points in (("acoustic tube", spoiled.TUBE), ("contact sensor", spoiled.CONTACT)):
        yield Condition(name, "device", partial(_through, spoiled.response(points)))


def _louder(gain_db: float, original: Original) -> Take:
    return _file(spoiled.with_gain(original.samples, gain_db))


def _through(taps: npt.NDArray[np.float64], original: Original) -> Take:
    return _file(spoiled.with_response(original.samples, taps))
