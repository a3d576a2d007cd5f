"""What a simulated device should be found to have heard: the ground truth of a test."""

from hw_sim.fault_script import FaultScript, read_script
from hw_sim.hearing import Hearing
from hw_sim.heart import Beat, Heart
from hw_sim.recipe import Recipe
from hw_sim.sound import Pcm


class Truth:
    """Of one device, by its recipe. Times count from the beginning of its stream."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._programme = recipe.programme()
        self.rate_hz = self._programme.rates_hz[0]

    def samples(self, seconds: float) -> Pcm:
        """What it samples, int16 (n,), clipping, hum and lift-off included; fewer where the sound ends before."""
        recipe = self._recipe
        script = FaultScript(()) if recipe.faults is None else read_script(recipe.faults, recipe.seed)
        return Hearing(self._programme, self.rate_hz, script.faults).read(int(seconds * self.rate_hz))[0]

    def beats(self, seconds: float) -> tuple[Beat, ...]:
        """Every beat whose S1 comes before that time, in samples; none of a recording, whose beats nobody knows."""
        if self._recipe.file is not None:
            return ()
        heart = self._programme.parts[0].make(self.rate_hz)
        return heart.beats(int(seconds * self.rate_hz)) if isinstance(heart, Heart) else ()
