"""The student's page: one self-contained HTML file."""

from __future__ import annotations

import html
from pathlib import Path

from labkit.atomic import write_text
from labkit.labs import Lab
from labkit.results import Result, question_text


def write(path: Path, result: Result, lab: Lab) -> None:
    """Write a student's page, whole or not at all."""
    rows = "".join(
        f"<h2>{html.escape(q.name)} {q.score:g}/{q.possible:g}</h2>"
        f"<pre>{html.escape(question_text(q, result))}</pre>"
        for q in result.questions
    )
    page = f"<!doctype html><title>{html.escape(lab.title)}</title><p>{html.escape(result.summary)}</p>"
    write_text(path, page + rows)
