"""Which port a simulated device is put on."""

import importlib.util

from hw_sim.pace import Pace
from hw_sim.ports.port import Port, PortDevice
from hw_sim.ports.pty import PtyPort
from hw_sim.ports.tcp import TcpPort
from stetho.errors import ConfigError


def has_pty() -> bool:
    """Whether this system makes pseudo-terminals."""
    return all(importlib.util.find_spec(name) is not None for name in ("pty", "tty", "termios"))


def port_of(text: str, device: PortDevice, pace: Pace) -> Port:
    """`pty`, `tcp` (any free port) or `tcp:9000`; `any` is a pty where there are some. Raises ConfigError."""
    kind, _, number = text.partition(":")
    if kind == "any":
        kind = "pty" if has_pty() else "tcp"
    if kind == "pty" and not number:
        return PtyPort(device, pace)
    if kind == "tcp" and (not number or (number.isdigit() and int(number) < 65_536)):
        return TcpPort(device, pace, int(number or 0))
    raise ConfigError(f"--port {text} is none; choose pty, tcp or tcp:PORT.")
