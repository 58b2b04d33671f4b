"""Where the kit's own files lie: in a checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]

IN_CHECKOUT = (_CHECKOUT / "solutions" / "neuralnet").is_dir()

SOLUTIONS = _CHECKOUT / "solutions" if IN_CHECKOUT else _PACKAGE / "_solutions"
ASSIGNMENTS = _CHECKOUT / "assignments" if IN_CHECKOUT else _PACKAGE / "_assignments"
STARTER = _CHECKOUT / "starter_code"
STUDENT_FILES = _PACKAGE / "student"
TEMPLATES = _PACKAGE / "reporting" / "templates"
GRADESCOPE_UPLOAD = _PACKAGE / "platforms" / "gradescope" / "upload"
"""What the root of a Gradescope upload holds beside the kit and the lab."""
PACKAGE = _PACKAGE
