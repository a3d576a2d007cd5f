"""The product as a user has it: the wheel in an environment of its own, without extras, outside the checkout."""

import json
from collections.abc import Callable
from importlib.metadata import requires
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from tests.packaging.conftest import Environment

pytestmark = pytest.mark.slow


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_no_extra_is_there(core: "Environment") -> None:
    extras = {Requirement(line).name for line in requires("stetho") or () if "extra" in line} - {"stetho"}
    assert extras, "the extras have gone: this test proves nothing"
    found = f"import importlib.util as u; print([n for n in {sorted(extras)} if u.find_spec(n.replace('-', '_'))])"
    assert core.run("python", "-c", found).stdout.strip() == "[]"


def test_it_runs_from_its_own_files(core: "Environment") -> None:
    code = "import stetho, firmware_bridge, hw_sim; print(stetho.__file__, firmware_bridge.__file__, hw_sim.__file__)"
    for path in core.run("python", "-c", code).stdout.split():
        assert path.startswith(str(core.folder))


def test_the_models_are_found_in_the_package(core: "Environment") -> None:
    done = core.run("python", "-c", "from stetho.artifacts import find_model; print(find_model())")
    assert "_artifacts" in done.stdout, done.stderr


def test_demo_runs(core: "Environment", validate: Callable[[str, Any], None]) -> None:
    done = core.run("stetho", "demo", "--headless", "--seconds", "30", "--json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    events = lines(done.stdout)
    for event in events:
        validate("live", event)
    finals = [event for event in events if event["event"] == "verdict" and event["final"]]
    assert {event["origin"] for event in finals} == {"simulated"}


def test_a_recording_is_analysed(core: "Environment", validate: Callable[[str, Any], None]) -> None:
    recorded = core.run("stetho", "record", "sim://murmur?seed=7", "-o", "murmur.wav", "--seconds", "12")
    assert recorded.returncode == 0, recorded.stderr
    done = core.run("stetho", "analyze", "--json", "murmur.wav")
    assert done.returncode == 0, done.stderr
    (result,) = lines(done.stdout)
    validate("analyze", result)
    assert result["recording"] == "murmur.wav"
    assert result["origin"] == "simulated"


def test_a_missing_extra_names_itself(core: "Environment") -> None:
    done = core.run("stetho", "bench", "--json", "--row", "bandpass_chunk_20ms")
    assert done.returncode == 0, done.stderr
    (row,) = lines(done.stdout)
    assert row["ours_us"] > 0
    assert row["peer_us"] is None
    assert "pip install 'stetho[lab]'" in row["note"]
