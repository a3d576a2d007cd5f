"""pytest fixtures for anyone's CI: a simulated stethoscope on a real port, or in memory and in virtual time.

`pip install 'stetho[test]'` is enough: pytest finds it as a plugin (docs/ci.md).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hw_sim.background import BackgroundDevice
    from hw_sim.recipe import Recipe
    from hw_sim.virtual_stream import VirtualStream

_MARK = (
    "stethoscope(scenario='clear', port='tcp', speed=1.0, seed=0, faults=None, **recipe): "
    "which device the fixtures `stethoscope` and `stethoscope_stream` are"
)


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known, for runs with --strict-markers."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture
def stethoscope(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[BackgroundDevice]":
    """A running device: `.address`, `.serial_number`, and in `.truth` what it should be found to have heard.

    `@pytest.mark.stethoscope(scenario="murmur", seed=7, port="tcp", faults="script.toml", speed=10)` says which;
    the other arguments are those of `hw_sim.recipe.Recipe`. Without the mark it is a clear heart on a TCP port.
    """
    from hw_sim.background import BackgroundDevice

    wishes = _wishes(request)
    port, speed = str(wishes.pop("port", "tcp")), float(wishes.pop("speed", 1.0))
    with BackgroundDevice(_recipe(wishes, request.path.parent, tmp_path), port, speed) as device:
        yield device


@pytest.fixture
def stethoscope_stream(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[VirtualStream]":
    """What such a device sends, through the bridge: iterate it for chunks and events as they come.

    It runs in memory by a virtual clock: faster than time, and the same in each run. The mark is the same; `port` and
    `speed` mean nothing here.
    """
    from hw_sim.virtual_stream import VirtualStream

    wishes = _wishes(request)
    with VirtualStream(_recipe(wishes, request.path.parent, tmp_path)) as stream:
        yield stream


def _wishes(request: pytest.FixtureRequest) -> dict[str, Any]:
    mark = request.node.get_closest_marker("stethoscope")
    if mark is None:
        return {}
    return dict(zip(("scenario",), mark.args, strict=False)) | dict(mark.kwargs)


def _recipe(wishes: dict[str, Any], folder: Path, scratch: Path) -> "Recipe":
    """`faults` and `file` are looked for beside the test; a script may also stand in the mark itself."""
    from dataclasses import fields

    from hw_sim.recipe import Recipe

    known = {field.name for field in fields(Recipe)} - {"name"}
    wishes = {key: wish for key, wish in wishes.items() if key not in {"port", "speed"}}
    unknown = sorted(set(wishes) - known - {"scenario"})
    if unknown:
        raise pytest.UsageError(
            f"The mark stethoscope knows no {unknown[0]!r}; it knows scenario, port, speed, {', '.join(sorted(known))}."
        )
    script = wishes.get("faults")
    if isinstance(script, str) and "\n" in script:
        wishes["faults"] = scratch / "faults.toml"
        wishes["faults"].write_text(script, encoding="utf-8")
    for key in ("faults", "file"):
        if wishes.get(key) is not None:
            wishes[key] = folder / wishes[key]
    return Recipe(name=wishes.pop("scenario", "clear"), **wishes)
