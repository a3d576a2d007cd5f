"""95 % intervals that know that items of one person are not independent: numpy alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stetho.evaluation.measures import Bool, Float64, auroc

Int64 = npt.NDArray[np.int64]

Z = 1.959963984540054
"""Of the two-sided 95 % interval of a standard normal variable."""
RESAMPLES = 2000
SEED = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def wilson(right: float, n: float, z: float = Z) -> Interval:
    """A proportion and its score interval (Wilson 1927), which is never empty, not even at 0 or 1.

    right of n items; they may be effective counts. Raises ValueError where there is no proportion.
    """
    if not 0 <= right <= n or n <= 0:
        raise ValueError(f"{right} of {n} is no proportion.")
    p = right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At 0 and 1 an end is p itself, but for rounding.
    return Interval(p, min(p, max(0.0, float(middle - reach))), max(p, min(1.0, float(middle + reach))))


def wilson_by_person(hit: Bool, people: Sequence[str]) -> Interval:
    """Wilson's interval of the share of `hit`, (n,), on as many independent items as these people amount to.

    The count is divided by the design effect of whole people (Rao and Scott 1992), which is at least 1. Where all items
    agree nothing can be said of it, and a person counts once. A bootstrap would give an empty interval there.
    """
    _, owner = np.unique(np.asarray(people), return_inverse=True)
    share = float(hit.mean()) if hit.size else 0.0
    effective = float(hit.size) / _design_effect(hit, owner, share) if hit.size else 0.0
    found = wilson(share * effective, effective)
    return Interval(share, min(share, found.low), max(share, found.high))


def _design_effect(hit: Bool, owner: Int64, share: float) -> float:
    """By how much the variance of a share is larger than that of independent items."""
    items = np.bincount(owner)
    if items.max() == 1:
        return 1.0
    binomial = share * (1 - share) / hit.size
    if items.size < 2 or binomial == 0:
        return hit.size / items.size
    residual = np.bincount(owner, weights=hit) - share * items
    variance = items.size / (items.size - 1) * float(residual @ residual) / hit.size**2
    return max(1.0, variance / binomial)


def bootstrap_by_person(
    people: Sequence[str], measure: Callable[[Int64], float], *, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """`measure` of all items, and the 2.5 and 97.5 % points over resamples of whole people (Efron 1979).

    people: whose each item is. measure: gets the places of the items of a resample, one as often as its person was
    drawn; what it can't tell of a resample (NaN) is left out. The same seed gives the same interval.
    """
    _, owner = np.unique(np.asarray(people), return_inverse=True)
    items = np.bincount(owner)
    order = np.argsort(owner, kind="stable")
    first = np.cumsum(items) - items
    generator = np.random.default_rng(seed)
    alone = bool(items.max() == 1)
    draws = np.empty(resamples)
    for turn in range(resamples):
        chosen = generator.integers(items.size, size=items.size)
        draws[turn] = measure(order[chosen] if alone else order[_places(first[chosen], items[chosen])])
    value = measure(np.arange(owner.size))
    known = draws[~np.isnan(draws)]
    if not known.size:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def _places(first: Int64, counts: Int64) -> Int64:
    """`counts[i]` places from `first[i]` on, for each i."""
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first, counts) + step


def auroc_by_person(
    positive: Bool, x: Float64, people: Sequence[str], *, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """Area under the receiver operating curve with its bootstrap over people.

    Classes that don't overlap at all don't in any resample either: then the interval is Newcombe's (2006, method 5), of
    as many items as there are people with a positive and with a negative.
    """
    found = bootstrap_by_person(people, lambda i: auroc(positive[i], x[i]), resamples=resamples, seed=seed)
    if found.value not in {0.0, 1.0}:
        return found
    owner = np.asarray(people)
    return newcombe(found.value, np.unique(owner[positive]).size, np.unique(owner[~positive]).size)


def newcombe(area: float, positives: int, negatives: int, z: float = Z) -> Interval:
    """An area and its score interval for independent items (Newcombe 2006, method 5)."""
    half = (positives + negatives) / 2 - 1

    def outside(theta: float) -> bool:
        spread = 1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return (theta - area) ** 2 > z * z * theta * (1 - theta) * spread / (positives * negatives)

    return Interval(area, _edge(area, 0.0, outside), _edge(area, 1.0, outside))


def _edge(inside: float, end: float, outside: Callable[[float], bool]) -> float:
    """Where `outside` begins between the two."""
    if inside == end:
        return end
    near, far = inside, end
    for _ in range(50):
        middle = (near + far) / 2
        near, far = (near, middle) if outside(middle) else (middle, far)
    return near
