"""A heart synthesised from a seed: the same bytes everywhere, in blocks of any size."""

from hw_sim.heart.heart import Heart
from hw_sim.heart.rhythm import Beat
from hw_sim.heart.scenario import SCENARIOS, Wish, scenario
from hw_sim.heart.settings import HeartSettings, Murmur, Phase, Shape, Site, Surroundings

__all__ = [
    "SCENARIOS",
    "Beat",
    "Heart",
    "HeartSettings",
    "Murmur",
    "Phase",
    "Shape",
    "Site",
    "Surroundings",
    "Wish",
    "scenario",
]
