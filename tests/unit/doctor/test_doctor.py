"""What `stetho doctor` finds, and what its archive holds."""

import getpass
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stetho.config import data_folder
from stetho.doctor.bundle import redacted, write_bundle
from stetho.doctor.checks import examine
from stetho.doctor.finding import Finding
from stetho.doctor.machine import machine
from stetho.doctor.recordings import recordings
from stetho.errors import ExportError
from stetho.records.recorder import Recorder
from stetho.stream import Chunk, Origin, StreamSpec, read_only


def test_every_finding_keeps_the_schema_and_what_matters_is_looked_at(validate: Callable[[str, Any], None]) -> None:
    findings = list(examine())
    for finding in findings:
        validate("doctor", finding.to_json())
    names = {finding.check for finding in findings}
    assert names >= {
        "stetho",
        "python",
        "platform",
        "settings",
        "kernel_cache",
        "disk",
        "model",
        "recordings",
        "serial",
        "bluetooth",
    }


def test_a_recording_that_was_cut_off_is_found_and_not_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "meier.wav")
    spec = StreamSpec(4000, Origin.DEVICE)
    recorder(Chunk(read_only(np.ones(100)), spec, 0, 0), ())
    recorder.leave()
    monkeypatch.chdir(tmp_path)
    (found,) = recordings()
    assert (found.ok, found.detail) == (True, "1 cut off in this folder")
    assert "stetho recover" in str(found.advice)


def test_a_missing_extra_is_no_failure() -> None:
    assert all(finding.ok for finding in examine() if finding.check.startswith("extra_"))


def test_a_model_that_is_refused_is_a_failure_with_advice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STETHO_MODELS", str(tmp_path))
    (found,) = [finding for finding in examine() if finding.check == "model"]
    assert not found.ok
    assert found.advice is not None


def test_a_wrong_setting_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STETHO_RECONNECT_S", "soon")
    found = {finding.check: finding for finding in examine()}
    assert not found["settings"].ok
    assert "STETHO_RECONNECT_S" in found["settings"].detail
    model = found["model"]
    assert (model.mark, model.detail) == ("-   ", "not looked at until the settings are mended")
    assert (model.ok, model.advice) == (False, None)


def test_the_settings_that_were_read_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("reconnect_s = 3", encoding="utf-8")
    monkeypatch.setenv("STETHO_CONFIG", str(path))
    (found,) = [finding for finding in machine() if finding.check == "settings"]
    assert (found.mark, found.detail) == ("ok  ", f"{path} was read")


def test_the_archive_names_neither_user_nor_computer_nor_home(tmp_path: Path) -> None:
    faults = data_folder() / "faults"
    faults.mkdir(parents=True, exist_ok=True)
    (faults / "x.log").write_text(f"in {Path.home()}/stetho.py", encoding="utf-8")
    bundle = tmp_path / "b.zip"
    write_bundle(bundle, [Finding("disk", True, f"{Path.home()}/data is full")])
    with zipfile.ZipFile(bundle) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
        names = archive.namelist()
    assert {"findings.jsonl", "packages.txt", "faults/x.log"} <= set(names)
    assert f"{Path.home()}/" not in text
    assert "numpy" in text


def test_the_user_s_name_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "janedoe")
    assert redacted("port of janedoe") == "port of <user>"


def test_an_archive_that_can_t_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="could not be written"):
        write_bundle(tmp_path / "no" / "b.zip", [])
