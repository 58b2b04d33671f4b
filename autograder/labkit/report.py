"""The instructor's report: one self-contained HTML file, with its numbers as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labkit.atomic import write_text
from labkit.labs import Lab
from labkit.results import Result


def write(out: Path, results: Sequence[Result], lab: Lab) -> list[Path]:
    """Write report.html into `out`; gives the files written."""
    path = out / "report.html"
    write_text(path, f"<!doctype html><title>{lab.title}</title>{len(results)}")
    return [path]
