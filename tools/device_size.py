"""Builds the device's half in C for a Cortex-M0 and says what it takes of flash and memory.

Everything that a firmware may call is linked, with what it needs of the compiler's library; an empty program, linked the
same way, is taken off. What it needs of the C library, memset and memmove, is said apart: most firmware has them anyway.
Needs arm-none-eabi-gcc with newlib.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from firmware_bridge.device import FOLDER, SOURCES

COMPILER = "arm-none-eabi-gcc"
FLAGS = (
    *("-mcpu=cortex-m0", "-mthumb", "-Os", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"),
    *("-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "--specs=nano.specs", "--specs=nosys.specs"),
    "-nostartfiles",
    "-Wl,--entry=main",
)
_LAST_SECTION = re.compile(r"--- 8\. The link.*", re.DOTALL)
_FUNCTION = re.compile(r"^\w+ (stetho_link_\w+)\(", re.MULTILINE)


def called() -> list[str]:
    """What a firmware calls, by the header."""
    header = (FOLDER / "stetho_link.h").read_text(encoding="utf-8")
    (section,) = _LAST_SECTION.findall(header)
    return _FUNCTION.findall(section)


def figures() -> dict[str, int]:
    """flash_bytes: code and constants; c_library_bytes: memset and memmove.

    link_bytes: `struct stetho_link`, which is all the memory that there is but ring and frame.
    """
    calls = ", ".join(f"(call){name}" for name in called())
    whole = (
        '#include "stetho_link.h"\n'
        "typedef void (*call)(void);\n"
        "static struct stetho_link device;\n"
        f"call volatile calls[] = {{{calls}}};\n"
        "void *volatile used = &device;\n"
        "int main(void) { return used != 0 && calls[0] != 0; }\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        text, data, bss = _linked(Path(folder), whole, *SOURCES)
        c_library = _c_library(Path(folder))
        empty_text, empty_data, empty_bss = _linked(Path(folder), "int main(void) { return 0; }\n")
    table = 4 * (len(called()) + 1)  # the pointers that keep everything in
    flash = text - empty_text + data - empty_data - table - c_library
    return {"flash_bytes": flash, "c_library_bytes": c_library, "link_bytes": bss - empty_bss}


def _c_library(folder: Path) -> int:
    """How long what was linked of the C library is."""
    command = ["arm-none-eabi-nm", "--print-size", folder / "made.elf"]
    symbols = _said_by(command)
    return sum(int(size, 16) for size in re.findall(r"^\w+ (\w+) T (?:mem|str)\w+$", symbols, re.MULTILINE))


def _linked(folder: Path, main: str, *sources: Path) -> tuple[int, int, int]:
    """The sizes of text, data and bss."""
    program, made = folder / "main.c", folder / "made.elf"
    program.write_text(main, encoding="utf-8")
    quiet = "-Wno-cast-function-type"  # the table above casts
    _said_by([COMPILER, *FLAGS, quiet, "-I", FOLDER, program, *sources, "-o", made])
    sizes = _said_by(["arm-none-eabi-size", made])
    text, data, bss = sizes.splitlines()[1].split()[:3]
    return int(text), int(data), int(bss)


def _said_by(command: list[str | Path]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # names no stranger


def main() -> None:
    if shutil.which(COMPILER) is None:
        sys.exit(f"{COMPILER} is missing: install gcc-arm-none-eabi and libnewlib-arm-none-eabi.")
    found = figures()
    if "--json" in sys.argv[1:]:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        sys.stdout.write(
            f"Cortex-M0: {found['flash_bytes']:,} bytes of flash (and {found['c_library_bytes']} for memset and memmove), "
            f"{found['link_bytes']} of memory beside ring and frame\n"
        )


if __name__ == "__main__":
    main()
