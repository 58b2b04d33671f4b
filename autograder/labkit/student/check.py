"""Your own checks: `python check.py`, or `python check.py NAME` for one question.

They run in a fresh Python on the files as they are saved: what passes here is what grading reads.
Exits with 1 if any check fails.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")

HOME = Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.path.insert(0, str(HOME))
    try:
        from labcheck import terminal
    except ModuleNotFoundError as error:
        sys.exit(
            f"{error.name} is not installed in this Python ({sys.executable}): "
            "python -m pip install -r requirements.txt"
        )
    sys.exit(terminal.main(HOME, sys.argv[1:]))
