"""Simulators of other people's protocols, by the name of the driver that speaks it; each hears what ours hears."""

from dataclasses import replace

from hw_sim.products.esp32_i2s import Esp32Microphone
from hw_sim.programme import Performance
from hw_sim.recipe import Recipe
from stetho.errors import ConfigError

_RATES_HZ = {"esp32_i2s": 16_000}


def product_of(driver: str, recipe: Recipe) -> Esp32Microphone:
    """The simulated product. Raises ConfigError for a driver without one, and for faults, which it does not have."""
    if driver not in _RATES_HZ:
        raise ConfigError(
            f"No simulated device speaks to driver={driver!r}; known: stetho_link, {', '.join(_RATES_HZ)}."
        )
    if recipe.loss or recipe.faults is not None:
        raise ConfigError(f"A simulated {driver} knows neither loss= nor faults=: leave them out of the address.")
    rate_hz = recipe.rate_hz or _RATES_HZ[driver]
    performance = Performance(replace(recipe, rate_hz=rate_hz).programme(), rate_hz)
    return Esp32Microphone(lambda count: performance.read(count)[0], rate_hz)
