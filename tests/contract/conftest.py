"""What every contract test uses: a schema of docs/schemas as a judge of objects."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
Validate = Callable[[str, Any], None]


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="session")
def validate() -> Validate:
    """validate("live", event): raises jsonschema.ValidationError unless the object keeps the contract.

    The object goes through JSON first, strictly: NaN is no JSON.
    """

    def judge(name: str, instance: Any) -> None:
        _validator(name).validate(json.loads(json.dumps(instance, allow_nan=False)))

    return judge
