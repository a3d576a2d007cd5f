"""The sound inputs of a computer: what is known of them, and which one an address means."""

from dataclasses import dataclass
from urllib.parse import quote

from stetho.errors import ConfigError, DeviceNotFoundError

_DEFAULT = ("", "default")


@dataclass(frozen=True, slots=True)
class AudioInput:
    """A sound input. index: PortAudio's number, which another start may change. rate_hz: what it takes by itself."""

    index: int
    name: str
    host_api: str
    channels: int
    rate_hz: int

    @property
    def description(self) -> str:
        return f"audio input ({self.host_api}, {self.rate_hz} Hz)"


def chosen(inputs: list[AudioInput], default_index: int, wanted: str) -> AudioInput:
    """By nothing or `default`, its index, its name, or a part of the name that no other has.

    Raises DeviceNotFoundError for none, ConfigError for several.
    """
    if not inputs:
        raise DeviceNotFoundError("This computer has no sound input: plug one in, then say it again.")
    if wanted in _DEFAULT:
        return next((known for known in inputs if known.index == default_index), inputs[0])
    found = _matching(inputs, wanted)
    if not found:
        raise DeviceNotFoundError(f"There is no sound input {wanted!r}: `stetho devices` lists what is here.")
    if len(found) > 1:
        several = ", ".join(f"audio://{known.index} ({known.name}, {known.host_api})" for known in found)
        raise ConfigError(f"{wanted!r} may be several sound inputs; name one by its number: {several}.")
    return found[0]


def address_for(one: AudioInput, inputs: list[AudioInput]) -> str:
    """The address of an input: by its name, or by its number where another has the same."""
    alone = sum(other.name.casefold() == one.name.casefold() for other in inputs) == 1
    if alone and not one.name.isdigit() and one.name not in _DEFAULT:
        return f"audio://{quote(one.name, safe='')}"
    return f"audio://{one.index}"


def _matching(inputs: list[AudioInput], wanted: str) -> list[AudioInput]:
    if wanted.isdigit():
        return [known for known in inputs if known.index == int(wanted)]
    text = wanted.casefold()
    same = [known for known in inputs if known.name.casefold() == text]
    return same or [known for known in inputs if text in known.name.casefold()]
