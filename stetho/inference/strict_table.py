"""A table of a TOML file from outside, read entry by entry: what isn't there, or is out of bounds, is refused by name."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from stetho.errors import ModelError
from stetho.inference.probability import DECIMALS

T = TypeVar("T")
_STEP = 10.0**-DECIMALS


class StrictTable:
    """One table of `path`. Every reader raises ModelError, whose one sentence names the entry and what it has to be."""

    def __init__(self, path: Path, name: str, values: Mapping[str, Any]) -> None:
        """name: its own, with dots; "" for the whole file."""
        self.path, self._name, self._values = path, name, values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def table(self, key: str) -> "StrictTable":
        return StrictTable(self.path, f"{self._name}.{key}".lstrip("."), self.value(key, dict))

    def value(self, key: str, kind: type[T], wanted: str = "") -> T:
        """wanted: what it has to be, in words, where the type does not say it."""
        found = self._values.get(key)
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self.refusal(key, wanted)
        return found

    def number(self, key: str, low: float, high: float) -> float:
        """A number from `low` to `high`; neither infinite nor none."""
        found = self._values.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float) or not low <= found <= high:
            raise self.refusal(key, f"a number from {low:g} to {high:g}")
        return float(found)

    def positive(self, key: str, high: float) -> float:
        """A number above 0 and up to `high`."""
        found = self._values.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0.0 < found <= high:
            raise self.refusal(key, f"a number above 0 and up to {high:g}")
        return float(found)

    def threshold(self, key: str) -> float:
        """A probability that a rounded one can reach as well as miss: at 0 or 1 a threshold would decide nothing."""
        return self.number(key, _STEP, 1.0 - _STEP)

    def count(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        wanted = f"a whole number from {low} to {high}"
        if not low <= (found := self.value(key, int, wanted)) <= high:
            raise self.refusal(key, wanted)
        return found

    def word(self, key: str) -> str:
        """One word that can stand in a file's name and on any screen."""
        wanted = "a word of at most 64 letters, digits and ._+-"
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", found := self.value(key, str, wanted)):
            raise self.refusal(key, wanted)
        return found

    def range(self, key: str, low: float, high: float) -> tuple[float, float]:
        """Two numbers in order, each from `low` to `high`."""
        match self._values.get(key):
            case [int() | float() as first, int() | float() as last] if low <= first <= last <= high:
                return float(first), float(last)
        raise self.refusal(key, f"two numbers in order, from {low:g} to {high:g}")

    def refusal(self, key: str, wanted: str = "") -> ModelError:
        """The sentence about one entry."""
        where = f"{self._name}.{key}".lstrip(".")
        return ModelError(
            f"{self.path} has no valid {where}{f' ({wanted})' if wanted else ''}: install the model again."
        )
