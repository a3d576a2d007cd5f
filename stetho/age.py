"""How old the person on a recording is, as far as it is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stetho.errors import InputError

OLDEST_YEARS = 130.0


@dataclass(frozen=True, slots=True)
class Age:
    """Between two ages in years; the same one twice where it is known exactly."""

    least_years: float
    most_years: float

    def within(self, span_years: tuple[float, float]) -> bool:
        """Whether the person is certainly of these ages."""
        return span_years[0] <= self.least_years and self.most_years <= span_years[1]


# The groups that CirCor's table uses (NICHD pediatric terminology, Williams et al. 2012), and what lies above them.
GROUPS: Mapping[str, Age] = MappingProxyType(
    {
        "neonate": Age(0.0, 0.1),
        "infant": Age(0.0, 1.0),
        "child": Age(1.0, 11.0),
        "adolescent": Age(12.0, 18.0),
        "young adult": Age(18.0, 21.0),
        "adult": Age(18.0, OLDEST_YEARS),
    }
)


def parse_age(years: str, group: str) -> Age | None:
    """The age that two cells of a table give, the exact one first; None where both are empty.

    Raises InputError for what is neither a number of years nor a known group.
    """
    if years.strip():
        try:
            exact = float(years)
        except ValueError:
            exact = -1.0
        if not 0.0 <= exact <= OLDEST_YEARS:
            raise InputError(f"{years!r} is no age in years.")
        return Age(exact, exact)
    if not group.strip():
        return None
    known = GROUPS.get(group.strip().lower())
    if known is None:
        raise InputError(f"{group!r} is no age group; the groups are {', '.join(GROUPS)}.")
    return known


# Where a group ends, in completed years: what the table above leaves open between two groups, and the overlaps of it.
_UP_TO_YEARS = (("neonate", 28 / 365.25), ("infant", 1.0), ("child", 12.0), ("adolescent", 19.0), ("young adult", 22.0))


def group_of(years: float) -> str:
    """The one group that an exact age is counted in."""
    return next((group for group, end_years in _UP_TO_YEARS if years < end_years), "adult")
