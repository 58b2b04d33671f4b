"""What is wrong with a case, told to whoever wrote it, where it is written."""

from __future__ import annotations

import ast
from pathlib import Path

from labkit.base.errors import CheckFailedError
from labkit.judging.judge import Recorder
from labkit.student import labcheck


def refuse(recorder: Recorder, written: Path) -> None:
    """Raises CheckFailedError for a case that cannot run, or that the reference fails.

    The lab's cases are `written` in that folder; the recorder runs what Otter made of them.
    """
    for one in recorder.broken:
        raise CheckFailedError(
            f"{_place(recorder.folder(), written, one)}: {one.reason.rstrip('.')}."
        )
    for case in recorder.cases:
        if case.failed and (problem := case.tried[-1].problem):
            one = labcheck.Broken(recorder.question, case.name, 0, "")
            told = labcheck.compose(problem, (), hidden=False)
            raise CheckFailedError(
                f"{_place(recorder.folder(), written, one)}: the reference fails this case of "
                f"{recorder.question}, “{case.title}”: {' '.join(told.splitlines())}"
            )


def _place(lab: Path, written: Path, case: labcheck.Broken) -> str:
    """File and line where a case is written; Otter gives its statements lines of their own."""
    made = _statements(lab / "tests" / f"{case.question}.py", case.name)
    reached = max(sum(node.lineno <= case.line for node in made), 1)
    return next(
        f"{path}, line {found[reached - 1].lineno}"
        for path in sorted(written.glob("*.py"))
        if (found := _statements(path, case.name))
    )


def _statements(path: Path, case: str) -> list[ast.stmt]:
    """The statements of a case as they stand, its `def` first."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return sorted(
        (
            node
            for function in body
            if isinstance(function, ast.FunctionDef) and function.name == case
            for node in ast.walk(function)
            if isinstance(node, ast.stmt)
        ),
        key=lambda node: (node.lineno, node.col_offset),
    )
