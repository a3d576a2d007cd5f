"""How a simulated stethoscope is asked for, by an address or by flags, and made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from firmware_bridge.wire import Codec
from hw_sim.core import core_of
from hw_sim.device import Device
from hw_sim.fault_script import FaultScript, read_script
from hw_sim.faults import Loss
from hw_sim.heart import Heart, Phase, Site, Wish, scenario
from hw_sim.identity import Identity
from hw_sim.play import Recording
from hw_sim.programme import Part, Programme
from hw_sim.sound import Sound
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError
from stetho.stream import Origin

CODECS: Mapping[str, frozenset[Codec]] = MappingProxyType(
    {"pcm16": frozenset({Codec.PCM16}), "adpcm": frozenset({Codec.IMA_ADPCM})}
)
_KEYS = (
    *("seed", "rate_bpm", "site", "grade", "timing", "rate", "codec"),
    *("loss", "faults", "speed", "file", "loop", "seconds", "core"),
)
_OF_THE_BRIDGE = ("channels", "driver", "reconnect_s")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A device: what it hears, how it packs it, and what goes wrong.

    name: a scenario of `hw_sim.heart`; ignored where `file` is given. rate_hz: of the samples; None is 4 kHz for a
    heart, the file's own for a file. codec: the only one that
    the device has, or None for all. faults: a fault script (docs/ci.md). seconds: when it is lifted off; None is never,
    or at the file's end. core: which firmware it has, `python` or `c`.
    """

    name: str = "clear"
    seed: int = 0
    rate_bpm: float | None = None
    site: Site | None = None
    grade: int | None = None
    timing: Phase | None = None
    rate_hz: int | None = None
    codec: str | None = None
    loss: float = 0.0
    faults: Path | None = None
    file: Path | None = None
    loop: bool = False
    seconds: float | None = None
    core: str = "python"

    def __post_init__(self) -> None:
        if self.codec is not None and self.codec not in CODECS:
            raise ConfigError(f"There is no codec {self.codec!r}; choose one of {', '.join(CODECS)}.")
        if not 0.0 <= self.loss < 1.0:
            raise ConfigError(f"A loss is a share from 0 to below 1, not {self.loss}.")
        core_of(self.core)

    def device(self) -> Device:
        """Makes it. Raises ConfigError or InputError for what can't be made."""
        codecs = frozenset(Codec) if self.codec is None else CODECS[self.codec]
        identity = replace(Identity.of_seed(self.seed), codecs=codecs)
        script = self._script()
        core = core_of(self.core)
        return Device(identity, self.programme(), script.faults, drift_ppm=script.drift_ppm, core=core)

    def programme(self) -> Programme:
        """What the device hears."""
        return self._recording() if self.file is not None else self._heart()

    def _script(self) -> FaultScript:
        script = FaultScript(()) if self.faults is None else read_script(self.faults, self.seed)
        loss = (Loss(self.loss, self.seed),) if self.loss else ()
        return FaultScript((*loss, *script.faults), script.drift_ppm)

    def _heart(self) -> Programme:
        rates = (self.rate_hz,) if self.rate_hz else (4000, 2000)
        settings = scenario(self.name, self._wish(rates[0]))  # a wrong name or wish is told now, not at START
        part = Part(self._make_heart, self.seconds, touching=settings.level > 0, site=settings.site)
        return Programme((part,), rates)

    def _make_heart(self, rate_hz: int) -> Sound:
        return Heart(scenario(self.name, self._wish(rate_hz)))

    def _wish(self, rate_hz: int) -> Wish:
        return Wish(self.seed, rate_hz, self.rate_bpm, self.site, self.grade, self.timing)

    def _recording(self) -> Programme:
        file = self.file or Path()
        recording = Recording(file, rate_hz=self.rate_hz)
        recording.close()
        part = Part(self._play, self.seconds, site=self.site)
        return Programme((part,), (recording.rate_hz,), replayed=recording.origin is not Origin.SIMULATED)

    def _play(self, rate_hz: int) -> Sound:
        return Recording(self.file or Path(), loop=self.loop, rate_hz=rate_hz)


def of_uri(uri: DeviceUri) -> Recipe:
    """`sim://murmur?seed=7&loss=0.02`. Raises ConfigError for a key or a value that no simulated device has."""
    unknown = sorted(set(uri.query) - set(_KEYS) - set(_OF_THE_BRIDGE))
    if unknown:
        raise ConfigError(f"sim:// addresses know no {unknown[0]!r}; they know {', '.join(_KEYS)}.")
    query = uri.query
    return Recipe(
        name=uri.target,
        seed=uri.integer("seed", 0),
        rate_bpm=uri.number("rate_bpm", 0) if "rate_bpm" in query else None,
        site=site_of(query["site"]) if "site" in query else None,
        grade=uri.integer("grade", 0) if "grade" in query else None,
        timing=phase_of(query["timing"]) if "timing" in query else None,
        rate_hz=uri.integer("rate", 0) if "rate" in query else None,
        codec=query.get("codec"),
        loss=uri.number("loss", 0.0),
        faults=Path(query["faults"]) if "faults" in query else None,
        file=Path(query["file"]) if "file" in query else None,
        loop=query.get("loop", "0") not in {"0", "false", "no"},
        seconds=uri.number("seconds", 0) if "seconds" in query else None,
        core=query.get("core", "python"),
    )


def site_of(text: str) -> Site:
    """Raises ConfigError for what is no site."""
    if text.upper() not in Site.__members__:
        raise ConfigError(f"There is no site {text!r}; choose one of {', '.join(Site)}.")
    return Site[text.upper()]


def phase_of(text: str) -> Phase:
    """Raises ConfigError for what is neither phase."""
    if text.upper() not in Phase.__members__:
        raise ConfigError(f"A murmur's timing is {' or '.join(Phase)}, not {text!r}.")
    return Phase[text.upper()]
