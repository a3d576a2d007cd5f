"""Where two results differ, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOT_THERE = "not there"
LONGEST_TEXT = 200
MOST_ITEMS = 10
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, by its path (`murmur.probability`, `provenance.windows[3].counted`), as it was stored and as it is now."""

    field: str
    then: Any
    now: Any

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "then": shown(self.then), "now": shown(self.now)}


def differences(then: Any, now: Any, field: str = "") -> Iterator[Difference]:
    """Each field in which two JSON values differ, those of `now` first. It goes as deep as `now` does."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in (*now, *(key for key in then if key not in now)):
            path = f"{field}.{key}" if field else str(key)
            yield from differences(then.get(key, NOT_THERE), now.get(key, NOT_THERE), path[:LONGEST_TEXT])
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (was, is_now) in enumerate(zip(then, now, strict=True)):
            yield from differences(was, is_now, f"{field}[{index}]")
    elif isinstance(then, bool) is not isinstance(now, bool) or then != now:  # True is 1 to Python, not to JSON
        yield Difference(field, then, now)


def shown(value: Any) -> Any:
    """A value short enough to be shown, whatever a stranger's file holds."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list) and len(value) <= MOST_ITEMS and all(isinstance(item, Scalar) for item in value):
        return [shown(item) for item in value]
    if isinstance(value, list | dict):
        return f"{len(value)} items"
    return value
