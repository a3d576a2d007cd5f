"""docs/ci.md and the example project say what the code does."""

import re
from pathlib import Path

from hw_sim.fault_script import parse_script, read_script
from hw_sim.fault_script.actions import ACTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
CI = (DOCS / "ci.md").read_text(encoding="utf-8")


def test_the_table_of_actions_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", CI[CI.index("| action |") :], re.MULTILINE)
    documented = {action: set(re.findall(r"`(\w+)`", fields)) for action, fields in rows}
    assert documented == {action: set(known.fields) for action, known in ACTIONS.items()}


def test_optional_fields_are_marked_as_such():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", CI[CI.index("| action |") :], re.MULTILINE))
    for action, known in ACTIONS.items():
        brackets = "".join(re.findall(r"\[.*?\]", rows[action]))
        optional = {name for name, field in known.fields.items() if field.default is None and not field.needed}
        assert set(re.findall(r"`(\w+)`", brackets)) == optional, action


def test_the_scripts_shown_can_be_read():
    scripts = re.findall(r"^```toml\n(.*?)^```", CI, re.MULTILINE | re.DOTALL)
    assert scripts
    for script in scripts:
        assert parse_script(script).faults
    for path in DOCS.glob("examples/**/*.toml"):
        if path.name != "pyproject.toml":
            assert read_script(path).faults
