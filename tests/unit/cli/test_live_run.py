"""What is said before a stream begins."""

import asyncio
from pathlib import Path

import pytest

from stetho.cli.live_run import PREPARING, Shown, run_live
from stetho.errors import DeviceNotFoundError
from stetho.file_source import FileSource, Pace
from stetho.inference.models import shipped_model
from stetho.source import DeviceInfo


class Unreachable(FileSource):
    """A device that is looked for, and not there."""

    def __init__(self, looked_for_s: float) -> None:
        super().__init__(Path("nowhere.wav"), "file://nowhere.wav", Pace(0))
        self._looked_for_s = looked_for_s

    async def open(self) -> DeviceInfo:
        await asyncio.sleep(self._looked_for_s)
        raise DeviceNotFoundError("It is not there.")


@pytest.mark.parametrize("looked_for_s", [0.2, pytest.param(2.0, marks=pytest.mark.slow)])
async def test_looking_for_a_device_is_not_called_preparing(
    capsys: pytest.CaptureFixture[str], looked_for_s: float
) -> None:
    with pytest.raises(DeviceNotFoundError):
        await run_live(Unreachable(looked_for_s), Shown.LINES, model=shipped_model())
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize("shown", Shown)
async def test_only_who_watches_is_told_that_a_device_is_looked_for(
    shown: Shown, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    with pytest.raises(DeviceNotFoundError):
        await run_live(Unreachable(0.0), shown, model=shipped_model())
    said = capsys.readouterr()
    assert PREPARING not in said.err
    assert ("Looking for the device" in said.err) == (shown is Shown.SCREEN)
