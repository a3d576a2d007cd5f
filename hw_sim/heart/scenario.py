"""Named hearts: what a name and a seed leave open is drawn from the seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hw_sim.heart.draw import Draw
from hw_sim.heart.settings import HeartSettings, Murmur, Phase, Shape, Site, Surroundings
from stetho.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller fixes; None leaves it to the scenario and its seed."""

    seed: int = 0
    rate_hz: int = 4000
    rate_bpm: float | None = None
    site: Site | None = None
    grade: int | None = None
    timing: Phase | None = None


# Shape, site where it is loudest, and band of the systolic murmurs that are heard most: ejection, regurgitation, a
# hole between the ventricles, flow into the lungs. CirCor's are loudest at PV and TV, and rarely at AV.
_SYSTOLIC = (
    (Shape.DIAMOND, Site.AV, (110.0, 200.0)),
    (Shape.PLATEAU, Site.MV, (120.0, 240.0)),
    (Shape.PLATEAU, Site.TV, (90.0, 190.0)),
    (Shape.DIAMOND, Site.PV, (90.0, 170.0)),
    (Shape.DECRESCENDO, Site.TV, (100.0, 200.0)),
)
_DIASTOLIC = ((Shape.DECRESCENDO, Site.AV, (180.0, 320.0)), (Shape.DECRESCENDO, Site.PV, (150.0, 260.0)))


def _clear(wish: Wish) -> HeartSettings:
    """A quiet room, a quiet chest, no murmur."""
    draw = Draw.of(wish.seed, "scenario")
    rate_bpm = draw.between(68.0, 118.0)
    return HeartSettings(
        seed=wish.seed,
        rate_hz=wish.rate_hz,
        rate_bpm=rate_bpm if wish.rate_bpm is None else wish.rate_bpm,
        sinus_arrhythmia=draw.between(0.01, 0.07),
        jitter=draw.between(0.006, 0.02),
        breaths_per_minute=draw.between(14.0, 26.0),
        level=draw.between(0.06, 0.3),
        site=wish.site or draw.pick(tuple(Site)),
        s2_db=draw.between(-3.0, 1.0),
        s3_db=draw.between(-16.0, -11.0) if draw.unit() < 0.15 else None,
        s4_db=draw.between(-18.0, -13.0) if draw.unit() < 0.08 else None,
        surroundings=Surroundings(
            room_db=draw.between(-27.0, -17.0),
            lungs_db=draw.between(-33.0, -23.0),
            device_db=draw.between(-56.0, -44.0),
            rub_per_minute=draw.between(0.0, 2.0),
        ),
    )


def _murmur(wish: Wish) -> HeartSettings:
    """A murmur of grade II-IV, systolic unless asked otherwise, heard where it is loudest unless a site is given."""
    draw = Draw.of(wish.seed, "murmur")
    kinds = _DIASTOLIC if wish.timing is Phase.DIASTOLIC else _SYSTOLIC
    shape, loudest, band_hz = draw.pick(kinds)
    grade = draw.pick((2, 3, 3, 4)) if wish.grade is None else wish.grade
    murmur = Murmur(wish.timing or Phase.SYSTOLIC, grade, shape, draw.between(*band_hz), loudest)
    return replace(_clear(replace(wish, site=wish.site or loudest)), murmurs=(murmur,))


def _diastolic(wish: Wish) -> HeartSettings:
    """A murmur in early diastole."""
    return _murmur(replace(wish, timing=Phase.DIASTOLIC))


def _noisy(wish: Wish) -> HeartSettings:
    """A heart in a loud room under a hand that can't keep still: nobody could judge it."""
    around = Surroundings(room_db=2.0, lungs_db=-8.0, device_db=-40.0, rub_db=8.0, rub_per_minute=40.0)
    return replace(_clear(wish), level=0.1, surroundings=around)


def _silence(wish: Wish) -> HeartSettings:
    """A microphone that touches nothing: its own noise alone."""
    around = Surroundings(room_db=None, lungs_db=None, device_db=-50.0)
    return replace(_clear(wish), level=0.0, surroundings=around)


SCENARIOS: Mapping[str, Callable[[Wish], HeartSettings]] = MappingProxyType(
    {"clear": _clear, "murmur": _murmur, "diastolic": _diastolic, "noisy": _noisy, "silence": _silence}
)


def scenario(name: str, wish: Wish) -> HeartSettings:
    """The heart of that name. Raises ConfigError for a name nobody knows, or a wish no heart can have."""
    if name not in SCENARIOS:
        raise ConfigError(f"There is no heart called {name!r}; choose one of {', '.join(SCENARIOS)}.")
    try:
        return SCENARIOS[name](wish)
    except ValueError as error:
        raise ConfigError(f"{name} can't be made: {error}.") from None
