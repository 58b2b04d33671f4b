"""What student code may import beside Python's own library: the one list.

The worker that grades opens nothing else, `check.py` refuses the rest by name, and README, notebook
and requirements.txt say it.
"""

from __future__ import annotations

import sys

LIBRARIES = ("numpy", "matplotlib")
"""With what these need themselves."""

NOT_IN_GRADING = "{name} is not available in grading: use {allowed} and Python's own library."


def may_import(name: str) -> bool:
    """Whether a top-level module is Python's own or one of the libraries."""
    return name in LIBRARIES or name in sys.stdlib_module_names


def refusal(name: str) -> str:
    """The sentence about a module that grading does not have."""
    return NOT_IN_GRADING.format(name=name, allowed=" and ".join(LIBRARIES))
