"""Where recordings are looked for: in a named folder, and nowhere else then."""

import os
from pathlib import Path

import pytest

from stetho.reproduce.places import Places


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sounds" / "p1").mkdir(parents=True)
    for name in ("secret.wav", "sounds/a.wav", "sounds/p1/a.wav"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.wav", "sounds/a.wav"),
        ("p1/a.wav", "sounds/p1/a.wav"),
        ("p2/a.wav", "sounds/a.wav"),
        ("/elsewhere/a.wav", "sounds/a.wav"),
        ("C:\\hearts\\a.wav", "sounds/a.wav"),
        ("../sounds/a.wav", "sounds/a.wav"),
        ("../secret.wav", None),
        ("p1/../../secret.wav", None),
        ("{here}/secret.wav", None),
        ("p1", None),
        ("..", None),
        (".", None),
        ("a.wav\0", None),
        ("\ud800.wav", None),
        ("a" * 4000, None),
    ],
)
def test_in_a_folder(folder: Path, name: str, found: str | None) -> None:
    places = Places(folder / "r.jsonl", folder / "sounds")
    place = places.find(name.format(here=folder))
    assert (place and place.read_text()) == found


def test_without_a_folder_as_named_and_beside_the_results(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    places = Places(folder / "sounds" / "r.jsonl")
    assert places.find("secret.wav") == Path("secret.wav")
    assert places.find("p1/a.wav") == folder / "sounds" / "p1" / "a.wav"
    assert places.find("gone.wav") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "sounds" / "pipe.wav")
    assert Places(folder, folder / "sounds").find("pipe.wav") is None
