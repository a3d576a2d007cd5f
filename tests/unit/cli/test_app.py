"""`stetho` itself: lazy, quick, one catcher of errors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from stetho.cli.app import app
from stetho.cli.failures import failures_told
from stetho.cli.verb import OURS, Verb, verbs
from stetho.errors import ConnectionLostError, DeviceNotFoundError, InputError, ModelError, RecordError, StethoError
from stetho.notice import INVESTIGATIONAL

HEAVY = {"numpy", "numba", "onnxruntime", "soundfile", "serial", "bleak", "scipy", "librosa", "asyncio"}


def stetho(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "stetho", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})


def imported_by(code: str) -> set[str]:
    listing = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(said.stdout.splitlines()[-1]))


def test_help_names_every_verb_with_a_line_about_it_and_the_notice() -> None:
    said = stetho("--help", COLUMNS="200")
    assert said.returncode == 0
    for verb in verbs().values():
        assert any(line.split()[1:2] == [verb.name] and verb.summary() in line for line in said.stdout.splitlines())
        assert verb.summary().endswith(".")
    assert INVESTIGATIONAL in said.stdout


def test_help_loads_no_verb_and_nothing_heavy() -> None:
    loaded = imported_by(
        "from stetho.cli.app import app\ntry: app(['--help'], prog_name='stetho')\nexcept SystemExit: pass"
    )
    assert loaded & HEAVY == set()
    assert {f"stetho.cli.{name}" for name in OURS} & loaded == set()
    assert not any(name.startswith(("firmware_bridge", "hw_sim")) for name in loaded)


@pytest.mark.parametrize(
    "verb", ["live", "record", "analyze", "evaluate", "bench", "doctor", "devices", "info", "sim", "demo"]
)
def test_every_verb_has_its_own_help(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        app(args=[verb, "--help"], prog_name="stetho")
    assert ended.value.code == 0
    assert f"Usage: stetho {verb}" in capsys.readouterr().out


def test_a_mistyped_verb_is_a_usage_error_and_the_right_one_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(args=["analyse"], prog_name="stetho")
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert "analyze" in said.err
    assert said.out == ""


def test_the_version_is_said() -> None:
    assert stetho("--version").stdout.startswith("stetho 0.")


def test_without_an_address_it_is_said_how_to_find_one() -> None:
    said = stetho("live")
    assert said.returncode == 3
    assert "stetho devices" in said.stderr
    assert said.stderr.count("\n") == 1


def test_completion_offers_the_verbs() -> None:
    said = stetho(_STETHO_COMPLETE="complete_bash", COMP_WORDS="stetho an", COMP_CWORD="1")
    assert "analyze" in said.stdout


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    code = (
        "import sys\nfrom stetho.cli.failures import failures_told\n"
        "with failures_told():\n  for _ in range(100000): print('x' * 100, flush=True)"
    )
    command = f'{sys.executable} -c "$CODE" | head -1; echo "${{PIPESTATUS[0]}}"'
    said = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, env={**os.environ, "CODE": code}
    )
    assert said.stderr == ""
    assert said.stdout.splitlines()[1] == "0"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("That file is none."), 2),
        (DeviceNotFoundError("No device."), 3),
        (ConnectionLostError("Gone."), 4),
        (ModelError("Damaged."), 7),
        (RecordError("Disk full."), 8),
        (ExceptionGroup("tasks", [ValueError("x"), ConnectionLostError("Gone.")]), 4),
    ],
)
def test_an_error_is_one_sentence_and_the_contract_s_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, failures_told():
        raise error
    assert ended.value.code == code
    said = capsys.readouterr()
    leaf = error if isinstance(error, StethoError) else error.exceptions[-1]
    assert said.err == f"stetho: {leaf}\n"
    assert said.out == ""


def test_ctrl_c_is_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, failures_told():
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr().err == ""


def test_a_fault_of_ours_shows_no_traceback_and_keeps_one_without_what_was_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["stetho", "analyze", "/home/x/Jane Doe.wav"])
    with pytest.raises(SystemExit) as ended, failures_told():
        raise ZeroDivisionError("in /home/x/Jane Doe.wav")
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "fault in stetho" in said
    assert "Traceback" not in said
    log = Path(said.split("please report it with ")[1].strip(" .\n"))
    kept = log.read_text(encoding="utf-8")
    assert "ZeroDivisionError" in kept
    assert "Jane" not in kept


def test_typer_keeps_its_own_exits() -> None:
    with pytest.raises(typer.Exit), failures_told():
        raise typer.Exit(5)


def test_a_verb_whose_source_can_t_be_found_has_no_line() -> None:
    assert Verb("x", "no_such_package.commands.x", "x").summary() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a file's name be any bytes")
@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_a_name_that_is_no_unicode_and_a_terminal_that_is_ascii_break_nothing(
    tmp_path: Path, json_flag: list[str]
) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xff\xc3\xa9.wav")  # noqa: PTH118 - a path of bytes
    with open(path, "wb") as file:  # noqa: PTH123 - the same
        file.write(b"no audio")
    done = subprocess.run(
        [sys.executable, "-m", "stetho", "analyze", path, *json_flag],
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 2, done.stderr
    assert b"is no audio" in done.stdout
