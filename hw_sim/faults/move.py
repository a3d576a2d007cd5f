"""A chest piece that is laid on another site."""

from hw_sim.faults.lift_off import LiftOff


class Move(LiftOff):
    """At `at_us` the chest piece is lifted, and `for_us` later laid on at `site`.

    What it hears stays the same heart as it sounded: the fault is that the site changed, not how the heart sounds there.
    """

    def __init__(self, at_us: int, for_us: int, seed: int, site: str) -> None:
        super().__init__(at_us, for_us, seed, site)
