"""A device's address and what its query may say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from stetho.config import DEFAULT_RECONNECT_S, reconnect_seconds
from stetho.errors import ConfigError


@dataclass(frozen=True, slots=True)
class DeviceUri:
    """A parsed device address: `serial:///dev/ttyACM0?baud=921600`, `sim://murmur?seed=7`, `file:///a.wav`."""

    text: str
    scheme: str
    target: str
    query: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "DeviceUri":
        """Raises ConfigError for what is no address; the sentence shows one that is."""
        try:
            parts = urlsplit(text)
        except ValueError:  # a bracket that does not close, say
            parts = urlsplit("")
        target = parts.netloc + parts.path
        if "://" not in text or not parts.scheme:
            raise ConfigError(f"{text!r} is no device address; write one like serial:///dev/ttyACM0 or sim://murmur.")
        return cls(text, parts.scheme, target, MappingProxyType(dict(parse_qsl(parts.query, keep_blank_values=True))))

    def integer(self, key: str, default: int) -> int:
        """A whole number of the query; raises ConfigError when it is something else."""
        value = self.query.get(key)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise ConfigError(f"{key}={value!r} in {self.text} must be a whole number.") from None

    def number(self, key: str, default: float) -> float:
        """A finite number of the query; raises ConfigError when it is something else."""
        value = self.query.get(key)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ConfigError(f"{key}={value!r} in {self.text} must be a number.")
        return number

    def reconnect_s(self) -> float:
        """For how long a lost device is looked for: `reconnect_s` of the query; raises ConfigError as its setting does."""
        where = f"reconnect_s in {self.text}"
        return reconnect_seconds(where, self.query.get("reconnect_s", DEFAULT_RECONNECT_S))
