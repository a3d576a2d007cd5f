"""What may be in memory, and when: seen in a fresh interpreter, not in this one."""

import subprocess
import sys

import pytest

HEAVY = ("asyncio", "bleak", "serial", "onnxruntime", "starlette", "scipy", "librosa")
COMPILERS = ("numba", "llvmlite")


def loaded(statement: str) -> set[str]:
    """The modules in memory after `statement` ran in an interpreter of its own."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.split())


def test_the_package_itself_is_light() -> None:
    assert not loaded("import stetho") & {"numpy", *HEAVY, *COMPILERS}


@pytest.mark.parametrize(
    "package",
    ["stetho.stream", "stetho.stage", "stetho.dsp", "stetho.heart", "stetho.listening", "firmware_bridge.wire"],
)
def test_signal_code_and_codecs_load_no_io(package: str) -> None:
    # asyncio is named by none of them; import-linter reads the sources, this reads memory.
    every_module = (
        f"import importlib, pkgutil, {package} as package\n"
        "for module in pkgutil.walk_packages(getattr(package, '__path__', []), package.__name__ + '.'):\n"
        "    if not module.name.endswith('_kernels'):\n"
        "        importlib.import_module(module.name)"
    )
    assert not loaded(every_module) & {*HEAVY, *COMPILERS}


@pytest.mark.parametrize("package", ["stetho.engine", "stetho.analysis", "stetho.exam.verdict"])
def test_nothing_compiles_or_loads_a_network_before_it_is_used(package: str) -> None:
    assert not loaded(f"import {package}") & {"onnxruntime", "bleak", "serial", "scipy", "librosa", *COMPILERS}


def run(*arguments: str) -> str:
    """A statement that runs the command line as a process would, its output thrown away."""
    return (
        f"import contextlib, io, sys\nsys.argv = {['stetho', *arguments]!r}\nfrom stetho.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    main()"
    )


def test_help_loads_no_engine() -> None:
    assert not loaded(run("--help")) & {"numpy", "onnxruntime", "bleak", "serial", "scipy", "librosa", *COMPILERS}


def test_the_live_path_runs_without_scipy_and_librosa() -> None:
    memory = loaded(run("live", "sim://murmur?seconds=6&speed=0", "--json"))
    assert {"onnxruntime", "numba"} <= memory, "it did not run: this proves nothing"
    # numba looks at scipy's version where it finds it; the seconds lie in its subpackages.
    assert not memory & {"scipy.signal", "scipy.fft", "scipy.special", "librosa", "bleak", "soundfile", "starlette"}
