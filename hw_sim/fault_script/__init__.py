"""What goes wrong and when, as a TOML file says it: see docs/ci.md."""

from hw_sim.fault_script.read import FaultScript, parse_script, read_script

__all__ = ["FaultScript", "parse_script", "read_script"]
