"""The contract's "elsewhere": results of this processor, made again on one that lacks what the newest ones have.

onnxruntime, numpy and compiled kernels take other paths there, for integers (VNNI, AVX2, SSE) and for floats (with and
without fused multiply-add). The processor is this one, with its features hidden (older_processor.c).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CANT = "this processor's features can't be hidden from a program"
NOT_OLDER = 99
HIDDEN = {1: ("avx512", "amx", "avxvnni"), 2: ("avx512", "amx", "avxvnni", "avx2", "fma")}


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """older(level, "analyze", ...): stetho as it runs on an older processor."""
    compiler, folder = shutil.which("cc"), tmp_path_factory.mktemp("older")
    if sys.platform != "linux" or os.uname().machine != "x86_64" or compiler is None:
        pytest.skip(CANT)
    library = folder / "older.so"
    source = Path(__file__).with_name("older_processor.c")
    subprocess.run([compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", source, "-o", library], check=True)

    def run(level: int, *arguments: object) -> subprocess.CompletedProcess[str]:
        variables = {
            "LD_PRELOAD": str(library),
            "OLDER_PROCESSOR": str(level),
            "NUMBA_CACHE_DIR": str(folder / f"kernels{level}"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "stetho", *map(str, arguments)],
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=280,
        )
        if done.returncode == NOT_OLDER:
            pytest.skip(CANT)
        return done

    return run


@pytest.fixture(scope="module")
def results(
    forty_recordings: list[Path], heavy_count: Callable[[int], int], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Results of real recordings, as this processor makes them."""
    every = max(1, len(forty_recordings) // heavy_count(len(forty_recordings)))
    command = [sys.executable, "-m", "stetho", "analyze", "--json", *forty_recordings[::every]]
    path = tmp_path_factory.mktemp("here") / "results.jsonl"
    with path.open("wb") as file:
        subprocess.run(command, stdout=file, check=True, timeout=280)
    return path


@pytest.mark.parametrize("level", HIDDEN)
def test_real_recordings_are_reproduced_on_an_older_processor(
    older: Callable[..., Any], results: Path, validate: Callable[[str, Any], None], level: int
) -> None:
    done = older(level, "reproduce", "--json", results)
    assert done.returncode == 0, done.stdout + done.stderr
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(findings) == len(results.read_text(encoding="utf-8").splitlines())
    for finding in findings:
        validate("reproduce", finding)
        assert finding["outcome"] in {"identical", "reproduced"}
    outcomes = [finding["outcome"] for finding in findings]
    largest = max(finding["largest_difference"] for finding in findings)
    print(
        f"level {level}: {outcomes.count('identical')} of {len(outcomes)} identical; largest difference {largest:.3f}"
    )


@pytest.mark.parametrize("level", HIDDEN)
def test_a_result_says_that_it_was_made_on_an_older_processor(
    older: Callable[..., Any], results: Path, level: int
) -> None:
    recording = json.loads(results.read_text(encoding="utf-8").splitlines()[0])["recording"]
    done = older(level, "analyze", "--json", recording)
    features = json.loads(done.stdout)["provenance"]["machine"]["features"]
    assert [feature for feature in features if feature.startswith(HIDDEN[level])] == []
    assert "sse4.2" in features
