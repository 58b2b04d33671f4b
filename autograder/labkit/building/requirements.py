"""What students install: no more than a lab needs, and the NumPy that grades."""

from __future__ import annotations

import re

from labkit.base import paths
from labkit.lab.lab import Lab

_LOCK = paths.GRADESCOPE_UPLOAD / "grading.lock.txt"

COMMAND = "nbclassic"
"""What opens a notebook: a smaller install than JupyterLab."""

OTTER = "otter-grader>=7.0,<8"


def of_students(lab: Lab) -> list[str]:
    """The lines of a student's requirements.txt."""
    found = [_numpy(), "matplotlib>=3.9", "nbclassic>=1.3", "anywidget>=0.9"]
    return [*found, OTTER] if lab.config.client == "otter" else found


def _numpy() -> str:
    """The minor versions that the grading image is locked to: one for each range of Pythons.

    pip takes the newest that a Python allows, as the lock does, so both get the same.
    """
    text = _LOCK.read_text(encoding="utf-8")
    minors = sorted({tuple(map(int, m)) for m in re.findall(r"(?m)^numpy==(\d+)\.(\d+)", text)})
    (low, first), (high, last) = minors[0], minors[-1]
    return f"numpy>={low}.{first},<{high}.{last + 1}"
