"""What a synthetic heart sounds like: every figure that shapes it, and where the figure comes from."""

from dataclasses import dataclass
from enum import StrEnum


class Site(StrEnum):
    """Where the chest piece lies: aortic, pulmonary, tricuspid and mitral area."""

    AV = "AV"
    PV = "PV"
    TV = "TV"
    MV = "MV"


class Phase(StrEnum):
    """The half of the cycle in which a murmur is heard."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"


class Shape(StrEnum):
    """How a murmur's loudness runs over its phase."""

    DIAMOND = "diamond"  # crescendo-decrescendo
    PLATEAU = "plateau"
    DECRESCENDO = "decrescendo"


@dataclass(frozen=True, slots=True)
class Murmur:
    """A murmur: band noise shaped in time.

    grade: I-VI of Levine, as 1-6. pitch_hz: the middle of its band. `loudest` is the site where it is heard best.
    """

    phase: Phase
    grade: int
    shape: Shape
    pitch_hz: float
    loudest: Site

    def __post_init__(self) -> None:
        if not 1 <= self.grade <= 6:
            raise ValueError(f"a murmur's grade runs from 1 to 6, not {self.grade}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the microphone hears: levels in dB of the first sound's, at their loudest; None is silence.

    rub_per_minute: how often the chest piece slips or is touched.
    """

    room_db: float | None = -25.0
    lungs_db: float | None = -30.0
    device_db: float | None = -50.0
    rub_db: float = -6.0
    rub_per_minute: float = 0.0


@dataclass(frozen=True, slots=True)
class HeartSettings:
    """A heart, and how it is heard.

    rate_bpm: mean heart rate. sinus_arrhythmia: share by which breathing shortens and lengthens the beat (0.05 is
    5 %). jitter: standard deviation of what varies beside it, as a share of the beat. breaths_per_minute: breathing,
    which also splits S2. level: peak amplitude of S1 in full scale; 0 is a microphone that touches nothing.
    s2_db, s3_db, s4_db: the other sounds' level beside S1's; None leaves one out.
    """

    seed: int
    rate_hz: int = 4000
    rate_bpm: float = 90.0
    sinus_arrhythmia: float = 0.04
    jitter: float = 0.015
    breaths_per_minute: float = 18.0
    level: float = 0.25
    site: Site = Site.TV
    s2_db: float = -1.0
    s3_db: float | None = None
    s4_db: float | None = None
    murmurs: tuple[Murmur, ...] = ()
    surroundings: Surroundings = Surroundings()

    def __post_init__(self) -> None:
        if not 500 <= self.rate_hz <= 48_000:
            raise ValueError(f"a heart can be sampled at 500 to 48000 Hz, not {self.rate_hz}")
        if not 25.0 <= self.rate_bpm <= 240.0:
            raise ValueError(f"a heart beats 25 to 240 times a minute, not {self.rate_bpm}")
