"""Schemas of other people's formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

_GRADESCOPE = json.loads(
    (Path(__file__).parent / "gradescope_results.schema.json").read_text(encoding="utf-8")
)


def check_gradescope(results: Any) -> None:
    """Raises jsonschema.ValidationError where Gradescope would not understand a results.json."""
    jsonschema.Draft202012Validator(_GRADESCOPE).validate(results)
