"""The device's half of the protocol in C99 (docs/firmware.md). Nothing here is Python but where its files lie."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SOURCES = tuple(sorted(FOLDER.glob("*.c")))
"""What a firmware compiles, with `FOLDER` among the folders of its headers."""
