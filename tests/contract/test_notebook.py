"""The notebooks of the documentation run from top to bottom, show pictures, and hold no recording.

They are run by a plain runner, cell by cell in one namespace, since a kernel with its sockets and processes would test
itself and little else: none of their cells asks anything of one.
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from stetho.notice import INVESTIGATIONAL

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((REPOSITORY / "docs" / "notebook").glob("*.ipynb"))


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def shown_by(cell: str, names: dict[str, Any]) -> object:
    """Runs a cell; the value of its last line, if that is an expression, as a notebook would show it."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def test_there_is_one() -> None:
    assert [path.name for path in NOTEBOOKS] == ["from_wav_to_verdict.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_top_to_bottom_and_shows_pictures(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = [shown_by(text(cell), names) for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    pages = [value._repr_html_() for value in shown if hasattr(value, "_repr_html_")]
    assert len(pages) == 4
    assert "Murmur suspected" in pages[0]
    assert pages[0].count("<svg") == 3
    assert all("SIMULATED" in page for page in (pages[0], *pages[2:]))
    assert "Unknown: " in pages[1]
    assert "<svg" in pages[2]
    assert "data:image/png" in pages[3]
    assert True in shown, "the result is not what the command prints"
    said = capsys.readouterr().out
    assert "bpm" in said
    off_ms = re.search(r"off by (\d+) ms \(median\)", said)
    assert off_ms is not None
    assert int(off_ms[1]) <= 40


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_a_whole_notebook_without_outputs(path: Path) -> None:
    notebook = read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | (
            {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        )
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    assert INVESTIGATIONAL in text(cells[0])
    prose = " ".join(text(cell) for cell in cells if cell["cell_type"] == "markdown")
    assert not re.search(r"\bnormal\b", prose, re.IGNORECASE)
