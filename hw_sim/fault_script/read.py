"""A fault script out of a TOML file. What is wrong in one is said with its line, its entry and what to write."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw_sim.fault_script.actions import ACTIONS, Field
from hw_sim.fault_script.values import number, whole
from hw_sim.faults import Fault
from hw_sim.heart.draw import stream_seed
from stetho.errors import ConfigError

_LARGEST_BYTES = 1 << 20
_MOST_FAULTS = 1000
_TOP = {"seed": whole(0, 2**53), "drift_ppm": number(-10_000, 10_000)}


@dataclass(frozen=True, slots=True)
class FaultScript:
    """What goes wrong. Made anew for each device: faults remember what they drew."""

    faults: tuple[Fault, ...]
    drift_ppm: int = 0


def read_script(path: Path, seed: int = 0) -> FaultScript:
    """A script from a file; `seed` where it names none itself. Raises ConfigError for whatever is wrong in it."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ConfigError(f"{path} is no fault script: it is larger than a megabyte.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ConfigError(f"The fault script {path} can't be read: {why}.") from None
    return parse_script(text, str(path), seed)


def parse_script(text: str, name: str = "the fault script", seed: int = 0) -> FaultScript:
    """A script from a text; `name` is what errors call it. Raises ConfigError for whatever is wrong in it."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is no TOML: {error}.") from None
    entries = said.pop("fault", [])
    top = _top(said, name)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{name}: write each fault under a line of its own that says [[fault]], in two brackets.")
    if len(entries) > _MOST_FAULTS:
        raise ConfigError(f"{name} has {len(entries)} faults; {_MOST_FAULTS} are the most.")
    lines = _lines_of_entries(text)
    seed = top.get("seed", seed)
    faults = []
    for index, entry in enumerate(entries):
        line = f"line {lines[index]}, " if index < len(lines) else ""
        faults.append(_fault(entry, f"{name}, {line}fault {index + 1}", stream_seed(seed, "script", index)))
    return FaultScript(tuple(faults), round(top.get("drift_ppm", 0)))


def _lines_of_entries(text: str) -> list[int]:
    """Where each entry begins; empty or short for other ways of writing lists in TOML."""
    return [number for number, line in enumerate(text.splitlines(), 1) if line.replace(" ", "").startswith("[[fault]]")]


def _top(said: Mapping[str, object], name: str) -> dict[str, Any]:
    values = {}
    for key, value in said.items():
        if key not in _TOP:
            raise ConfigError(f"{name} knows no {key!r} outside of a [[fault]]; it knows {', '.join(_TOP)}.")
        try:
            values[key] = _TOP[key](value)
        except ValueError as error:
            raise ConfigError(f"{name}: {key} {error}, not {value!r}.") from None
    return values


def _fault(entry: Mapping[str, object], where: str, seed: int) -> Fault:
    action = entry.get("action")
    if not isinstance(action, str) or action not in ACTIONS:
        said = "no action" if action is None else f"the action {action!r}"
        raise ConfigError(f"{where} has {said}; write action = with one of {', '.join(ACTIONS)}.")
    where = f"{where} ({action})"
    fields = ACTIONS[action].fields
    unknown = next((key for key in entry if key not in fields and key != "action"), None)
    if unknown is not None:
        raise ConfigError(f"{where} knows no {unknown!r}; it knows {', '.join(fields)}.")
    values = {key: _value(entry.get(key), key, field, where) for key, field in fields.items()}
    return ACTIONS[action].make(values, seed)


def _value(said: object, key: str, field: Field, where: str) -> object:
    if said is None:
        if field.needed:
            raise ConfigError(f"{where} says no {key!r}, which it has to.")
        return field.default
    try:
        return field.read(said)
    except ValueError as error:
        raise ConfigError(f"{where}: {key} {error}, not {said!r}.") from None
