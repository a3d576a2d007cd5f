"""What the C code takes of a Cortex-M0, and that the README says it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def figures():
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("this system has no arm-none-eabi-gcc")
    command = [sys.executable, ROOT / "tools/device_size.py", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout)


def test_it_fits_into_a_small_processor(figures):
    assert figures["flash_bytes"] <= 6000
    assert figures["link_bytes"] <= 1000


def test_the_figures_that_are_told_are_those_of_the_build(figures):
    for page in ("README.md", "docs/firmware.md"):
        text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
        (flash,) = re.findall(r"([\d,]+) bytes of flash", text)
        (memory,) = re.findall(r"([\d,]+) of memory", text)
        # Another release of the compiler may make a few bytes more or less of it.
        assert int(flash.replace(",", "")) == pytest.approx(figures["flash_bytes"], rel=0.05)
        assert int(memory) == figures["link_bytes"]
