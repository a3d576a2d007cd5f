"""Recordings in this folder that a crash cut off."""

from collections.abc import Iterator
from pathlib import Path

from stetho.doctor.finding import Finding
from stetho.records.cut_off import find_cut_off


def recordings() -> Iterator[Finding]:
    """Never a failure of the machine: what is there can be had, and the user may not know."""
    count = len(list(find_cut_off(Path())))  # no names: a finding may be sent to others
    if count:
        yield Finding("recordings", True, f"{count} cut off in this folder", "`stetho recover` saves what is there.")
    else:
        yield Finding("recordings", True, "none in this folder was cut off")
