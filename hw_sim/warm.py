"""Compiles the simulator's kernels before a client is promised anything: seconds after an installation, once."""

from firmware_bridge import wire
from hw_sim.heart import Heart, HeartSettings


def warm() -> None:
    """Not on an event loop: it would stand still."""
    wire.warm()
    Heart(HeartSettings(seed=0)).read(1)
