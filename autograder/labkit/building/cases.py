"""The cases of a lab as its folder has them: `cases/*.py`, hidden or public by name.

    def public_softmax__by_hand(check, np): …
    def hidden_softmax__extreme(check, np): …

are two cases of the question `softmax`. Each stands alone: what it needs is nested in it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.lab.lab import Lab

_NAME = re.compile(r"(public|hidden)_(\w+?)__\w+")


@dataclass(frozen=True)
class CaseSource:
    """One case as it is written."""

    name: str
    question: str
    hidden: bool
    source: str
    path: Path
    line: int

    @property
    def title(self) -> str:
        """As in the feedback: the docstring's first line."""
        definition = ast.parse(self.source).body[0]
        assert isinstance(definition, ast.FunctionDef)
        return (ast.get_docstring(definition) or self.name).partition("\n")[0].strip()

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.name}"


def read_cases(lab: Lab) -> dict[str, list[CaseSource]]:
    """The cases of each question, in the order of the files.

    Raises LabkitError for a file that is no Python, a function that is no case of a question of
    the lab, a question without a public case, or two cases of one name or title.
    """
    found: dict[str, list[CaseSource]] = {name: [] for name in lab.questions}
    for path in sorted((lab.folder / "cases").glob("*.py")):
        for case in _cases(path):
            if case.question not in found:
                raise LabkitError(
                    f"{case} asks about {case.question!r}, which is no question in lab.toml."
                )
            for other in found[case.question]:
                same = "name" if case.name == other.name else "title"
                if getattr(case, same) == getattr(other, same):
                    raise LabkitError(
                        f"{case} has the {same} of the case in {other.path.name}, line "
                        f"{other.line}: change one of them."
                    )
            found[case.question].append(case)
    for question, cases in found.items():
        if all(case.hidden for case in cases):
            where = cases[0].path if cases else lab.folder / "cases"
            raise LabkitError(
                f"{where}: no {'public ' if cases else ''}case asks about {question}, so no "
                f"student could check it: write a function public_{question}__something(check, np)."
            )
    return found


def places(lab: Lab) -> dict[str, tuple[str, list[int]]]:
    """The file of each case, and its line there for each line that it has in Otter's test file.

    Otter writes a case anew from its syntax tree, without comments, each statement on one line.
    """
    found = {}
    for case in (case for cases in read_cases(lab).values() for case in cases):
        written = ast.parse(case.source)
        anew = ast.unparse(written)
        lines = [case.line] * (anew.count("\n") + 1)
        for ours, otters in zip(ast.walk(written), ast.walk(ast.parse(anew)), strict=False):
            if isinstance(ours, ast.stmt) and isinstance(otters, ast.stmt):
                lines[otters.lineno - 1] = case.line + ours.lineno - 1
        found[case.name] = (f"cases/{case.path.name}", lines)
    return found


def public_points(lab: Lab) -> dict[str, float]:
    """What students can see of each question's points, which its cases share."""
    return {
        name: lab.questions[name] * sum(not case.hidden for case in cases) / len(cases)
        for name, cases in read_cases(lab).items()
    }


def _cases(path: Path) -> list[CaseSource]:
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise LabkitError(f"{path}, line {error.lineno}: {error.msg}.") from None
    found = []
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the file's docstring
        match = _NAME.fullmatch(node.name) if isinstance(node, ast.FunctionDef) else None
        if match is None or not isinstance(node, ast.FunctionDef):
            raise LabkitError(
                f"{path}, line {node.lineno}: only cases may stand here, called "
                "public_<question>__<what> or hidden_<question>__<what>; what they need is nested "
                "in them."
            )
        source = ast.get_source_segment(text, node) or ""
        found.append(
            CaseSource(node.name, match[2], match[1] == "hidden", source, path, node.lineno)
        )
    return found
