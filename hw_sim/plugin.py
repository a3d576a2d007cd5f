"""pytest fixtures for anyone's CI: a simulated stethoscope on a real port.

Put `pytest_plugins = ["hw_sim.plugin"]` into the conftest.py at the root of your tests.
"""

from collections.abc import Iterator

import pytest

from hw_sim.background import BackgroundDevice
from hw_sim.recipe import Recipe

_MARK = "stethoscope(name='clear', port='tcp', speed=1.0, **recipe): what the fixture `stethoscope` is"


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known, for runs with --strict-markers."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture
def stethoscope(request: pytest.FixtureRequest) -> Iterator[BackgroundDevice]:
    """A running device; `stethoscope.address` says where.

    `@pytest.mark.stethoscope("murmur", seed=7, loss=0.02, port="tcp")` says which: the arguments are those of
    `hw_sim.recipe.Recipe`, with `port` and `speed`. Without the mark it is a clear heart on a TCP port.
    """
    mark = request.node.get_closest_marker("stethoscope")
    wishes = dict(mark.kwargs) if mark is not None else {}
    port, speed = str(wishes.pop("port", "tcp")), float(wishes.pop("speed", 1.0))
    recipe = Recipe(*(mark.args if mark is not None else ()), **wishes)
    with BackgroundDevice(recipe, port, speed) as device:
        yield device
