"""A heart made of numbers, streamed."""

from collections.abc import Iterator
from itertools import takewhile

import numpy as np

from hw_sim.heart.ambient import Ambient
from hw_sim.heart.murmur import MurmurSound, span_in_beat
from hw_sim.heart.rhythm import Beat, beats
from hw_sim.heart.settings import HeartSettings
from hw_sim.heart.sounds import HeartSounds
from hw_sim.sound import Pcm
from stetho.stream import Span


class Heart:
    """A synthetic heart. The same settings give the same samples, on every machine and in blocks of any size."""

    def __init__(self, settings: HeartSettings) -> None:
        self.settings = settings
        self._sounds = HeartSounds(settings)
        self._murmurs = [MurmurSound(settings, murmur, number) for number, murmur in enumerate(settings.murmurs)]
        self._ambient = Ambient(settings)
        self._beats = beats(settings)
        self._full_scale = 32767.0 * (settings.level or 0.25) / self._sounds.peak
        self._tail = np.zeros(self._sounds.tail)
        self._ready = np.zeros(0, np.int16)
        self._lead_in = True

    @property
    def rate_hz(self) -> int:
        return self.settings.rate_hz

    def read(self, count: int) -> Pcm:
        """The next samples, int16 (count,). Never ends."""
        pieces = [self._ready]
        have = len(self._ready)
        while have < count:
            piece = self._next_cycle()
            pieces.append(piece)
            have += len(piece)
        samples = np.concatenate(pieces)
        self._ready = samples[count:]
        return samples[:count]

    def _next_cycle(self) -> Pcm:
        """Renders one beat; the first also what comes before it."""
        beat = next(self._beats)
        length = beat.stop - beat.s1
        out = np.zeros(length + len(self._tail))
        if self.settings.level:
            out[: len(self._tail)] += self._tail
            self._sounds.add(beat, out)
            for murmur in self._murmurs:
                murmur.add(beat, out)
            self._tail = out[length:].copy()
        cycle = out[:length]
        if self._lead_in:
            cycle = np.concatenate([np.zeros(beat.s1), cycle])
            self._lead_in = False
        self._ambient.add(cycle)
        return np.clip(np.floor(cycle * self._full_scale + 0.5), -32768.0, 32767.0).astype(np.int16)

    def beats(self, until: int) -> tuple[Beat, ...]:
        """The truth: every beat whose S1 comes before sample `until`."""
        return tuple(takewhile(lambda beat: beat.s1 < until, beats(self.settings))) if self.settings.level else ()

    def murmur_spans(self, until: int) -> Iterator[Span]:
        """The truth: where a murmur is heard, in order of beats."""
        for beat in self.beats(until):
            for murmur in self.settings.murmurs:
                start, stop = span_in_beat(murmur, beat, self.settings.rate_hz)
                if start < stop:
                    yield Span(start, stop)
