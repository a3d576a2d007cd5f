"""Fault scripts made by chance, for tests that nothing may get past."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hw_sim.fault_script.actions import ACTIONS
from hw_sim.heart import Site
from hw_sim.heart.draw import Draw

_MOST_FAULTS = 6
_LONGEST_GONE_S = 20.0
"""Within the 30 s of the ring: what was missed then can be had again."""


def random_script(seed: int, seconds: float, kinds: tuple[str, ...] = ()) -> str:
    """The TOML of a script for a stream of that length: one to six faults, and now and then a drift.

    kinds: what to draw from; by default every action. The same seed gives the same text.
    """
    draw = Draw.of(seed, "fault script")
    lines = [f"seed = {draw.bits() >> 12}", f"drift_ppm = {int(draw.between(-100, 101)) if draw.unit() < 0.5 else 0}"]
    for _ in range(1 + int(draw.unit() * _MOST_FAULTS)):
        action = draw.pick(kinds or tuple(ACTIONS))
        fields = {"action": f'"{action}"', **_DRAWN[action](draw, seconds)}
        lines += ["", "[[fault]]", *(f"{key} = {value}" for key, value in fields.items())]
    return "\n".join(lines) + "\n"


Fields = Mapping[str, str]


def _s(seconds: float) -> str:
    return f'"{seconds:.3f}s"'


def _moment(draw: Draw, seconds: float, shortest_s: float, longest_s: float) -> dict[str, str]:
    """Somewhere in the stream, and how long; short ones are likelier than long ones."""
    share = draw.unit() * draw.unit()
    return {"at": _s(draw.unit() * seconds), "for": _s(shortest_s + share * (longest_s - shortest_s))}


def _a_while(draw: Draw, seconds: float) -> dict[str, str]:
    return _moment(draw, seconds, 0.2, seconds) if draw.unit() < 0.5 else {}


def _share(most: float) -> Callable[[Draw, float], Fields]:
    return lambda draw, seconds: {"share": f"{draw.unit() * most:.4f}", **_a_while(draw, seconds)}


def _low_battery(draw: Draw, seconds: float) -> Fields:
    at_s = draw.between(0.2, 1.0) * seconds
    runs_out = {"for": _s(draw.between(0.1, 1.0) * (seconds - at_s))} if draw.unit() < 0.3 else {}
    return {"at": _s(at_s), **runs_out, "percent": str(1 + int(draw.unit() * 20))}


_DRAWN: Mapping[str, Callable[[Draw, float], Fields]] = MappingProxyType(
    {
        "loss": _share(0.15),
        "duplication": _share(0.3),
        "bit_flips": lambda draw, s: {"rate": f"{draw.unit() * draw.unit() * 1e-4:.2e}", **_a_while(draw, s)},
        "jitter": lambda draw, s: {"most": _s(draw.unit() * 0.2), **_a_while(draw, s)},
        "reordering": lambda draw, s: {
            "share": f"{draw.unit() * 0.2:.4f}",
            "by": _s(draw.between(0.01, 0.2)),
            **_a_while(draw, s),
        },
        "stall": lambda draw, s: _moment(draw, s, 0.05, 5.0),
        "disconnect": lambda draw, s: _moment(draw, s, 0.05, _LONGEST_GONE_S),
        "ring_overflow": lambda draw, s: {**_moment(draw, s, 0.5, 10.0), "depth": _s(draw.unit() * 2.0)},
        "reboot": lambda draw, s: _moment(draw, s, 0.3, 4.0),
        "low_battery": _low_battery,
        "clipping": lambda draw, s: {**_moment(draw, s, 0.2, s), "gain_db": f"{draw.between(6, 40):.1f}"},
        "hum": lambda draw, s: {
            **_moment(draw, s, 0.2, s),
            "hz": draw.pick(("50", "60")),
            "level_db": f"{draw.between(-50, -10):.1f}",
        },
        "lift_off": lambda draw, s: _moment(draw, s, 0.1, 5.0),
        "move": lambda draw, s: {**_moment(draw, s, 0.1, 5.0), "site": f'"{draw.pick(tuple(Site))}"'},
    }
)
