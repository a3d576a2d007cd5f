"""Everything between a chest and an ear, as one stage."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stetho.listening.amplifier import Amplifier
from stetho.listening.hum.notch import HumNotch
from stetho.listening.mode import Mode
from stetho.listening.mode_bank import ModeBank
from stetho.listening.noise.ambient import AMBIENT, AmbientCanceller
from stetho.listening.noise.spectral import SpectralDenoiser
from stetho.listening.spikes import SpikeRemoval
from stetho.stage import Stage
from stetho.stream import CHEST, Chunk, StreamSpec


@dataclass(frozen=True, slots=True)
class Listening:
    """How somebody wants to listen.

    gain_db: -40 to 40. quieter: noise of the surroundings is cancelled by the device's ambient channel, or where it has
    none thinned out by its spectrum, which can make a murmur that never pauses fainter.
    """

    mode: Mode = Mode.WIDE
    gain_db: float = 0.0
    without_hum: bool = True
    without_spikes: bool = True
    quieter: bool = False


class ListeningChain:
    """Stage: chunks of any rate from 1 kHz up to the chest channel as it is heard, at the places it came in with.

    Noise cancelled, hum and spikes removed, noise thinned out, one mode's band, gain, limiter. What goes out comes
    `look_ahead_s` late, 5 ms with everything on; the mode's own filter adds `Mode.delay_ms`. Mode and gain can be
    changed while it runs, without a click. For listening only: what is recorded or scored never comes from here.

    A stream that changes its rate in the middle ends there and begins again, as at a gap. Raises ConfigError for
    settings that can't be.
    """

    def __init__(self, listening: Listening = Listening()) -> None:
        self._listening = listening
        self._bank = ModeBank(listening.mode)
        self._amplifier = Amplifier(listening.gain_db)
        self._stages: tuple[Stage[Chunk, Chunk], ...] = ()
        self._asked: StreamSpec | None = None

    @property
    def listening(self) -> Listening:
        """How it is listened to now."""
        return replace(self._listening, mode=self._bank.mode, gain_db=self._amplifier.gain_db)

    @property
    def look_ahead_s(self) -> float:
        """By how much the output is late, beside what the mode's filter adds."""
        return sum(
            stage.look_ahead_s
            for stage in self._stages
            if isinstance(stage, (SpikeRemoval, SpectralDenoiser, Amplifier))
        )

    def select(self, mode: Mode) -> None:
        """Crossfades to another mode, from the next sample on."""
        self._bank.select(mode)

    def set_gain_db(self, gain_db: float) -> None:
        """Glides to another gain, from the next sample on. Raises ConfigError beyond ±40 dB."""
        self._amplifier.gain_db = gain_db

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernels and designs all filters. Raises ConfigError below 1 kHz."""
        self._asked = spec
        self._stages = tuple(self._wanted(spec))
        for stage in self._stages:
            spec = stage.prepare(spec)
        return replace(spec, channels=(CHEST,))

    def _wanted(self, spec: StreamSpec) -> Iterable[Stage[Chunk, Chunk]]:
        wish = self._listening
        hears_the_room = AMBIENT in spec.channels
        if wish.quieter and hears_the_room:
            yield AmbientCanceller()
        if wish.without_hum:
            yield HumNotch()
        if wish.without_spikes:
            yield SpikeRemoval()
        if wish.quieter and not hears_the_room:
            yield SpectralDenoiser()
        yield self._bank
        yield self._amplifier

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives what can be heard by now."""
        if self._asked is None:
            raise RuntimeError("ListeningChain.process() was called before prepare()")
        if item.spec.rate_hz != self._asked.rate_hz or item.spec.channels != self._asked.channels:
            rest = list(self.flush())
            self.prepare(item.spec)
            return [*rest, *self._through((item,), 0)]
        return self._through((item,), 0)

    def flush(self) -> Iterable[Chunk]:
        """Gives what is held back: each stage's rest goes through those behind it."""
        return [heard for at, stage in enumerate(self._stages) for heard in self._through(stage.flush(), at + 1)]

    def _through(self, chunks: Iterable[Chunk], first: int) -> Iterable[Chunk]:
        for stage in self._stages[first:]:
            chunks = [heard for chunk in chunks for heard in stage.process(chunk)]
        return chunks

    def reset(self, reason: str) -> None:
        """Starts again from silence, in the mode and at the gain chosen last."""
        for stage in self._stages:
            stage.reset(reason)
