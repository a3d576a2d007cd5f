"""From log-odds to the probability that a result writes."""

import math

DECIMALS = 3


def probability(log_odds: float) -> float:
    """A probability, rounded as every result is."""
    return round(1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, log_odds)))), DECIMALS)
