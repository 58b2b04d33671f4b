"""What the figures of all labs have in common."""

from __future__ import annotations

import ast

import pytest

from labkit.base import paths
from labkit.lab.course import available
from labkit.lab.lab import Lab

LABS = [
    lab
    for lab in available()
    if lab.folder.is_relative_to(paths.ASSIGNMENTS) and (lab.folder / "figures.py").is_file()
]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_a_guess_is_only_handed_on(lab: Lab) -> None:
    """What it means, the kit's `guesses` decides: all labs take one and tell of it alike."""
    tree = ast.parse((lab.folder / "figures.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    handed = {
        id(given) for call in calls for given in (*call.args, *(a.value for a in call.keywords))
    }
    used = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "guess"]
    assert used and all(id(name) in handed for name in used)
    assert any(ast.unparse(call.func).startswith("guesses.") for call in calls)
