"""Says where a notebook or its figures cannot run in a student's folder, without running them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.building import notebook
from labkit.lab.contract import PACKAGE
from labkit.lab.lab import Lab
from labkit.student.labcheck.libraries import LIBRARIES, may_import

_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.M)
"""Jupyter's own commands, which are no Python."""

_JUPYTERS = {"IPython", "anywidget", "ipywidgets"}
"""What students install beside the libraries, to have the notebook."""

_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)|<img[^>]*\bsrc=[\"']([^\"']+)")
_READS = {"load", "loadtxt", "genfromtxt", "imread", "open"}


def check(lab: Lab, student: Path) -> None:
    """Raise LabkitError for what cannot be read, or needs what is not in the folder `student`."""
    figures = lab.folder / "figures.py"
    if figures.is_file():
        _Reader(student).code(figures.read_text(encoding="utf-8"), figures, 0)
    reader = _Reader(student)
    text, at = lab.text.read_text(encoding="utf-8"), 0
    for cell in notebook.read(lab).cells:
        if cell.cell_type == "code":
            at = max(at, text.find(cell.source, at))
            reader.code(cell.source, lab.text, text[:at].count("\n"))
        elif not cell.metadata.get("answer"):
            for name in filter(None, (one or two for one, two in _PICTURE.findall(cell.source))):
                line = text[: text.find(name, at)].count("\n") + 1
                if not re.match(r"\w+:|//", name):
                    reader.file(name, f"{lab.text}, line {line}")


class _Reader:
    """Reads cells in their order: what one imports, the next ones use."""

    def __init__(self, student: Path) -> None:
        self._student = student
        self._modules: dict[str, str] = {}
        """Modules of the student's folder, by the name that they have in the notebook."""

    def file(self, name: str, where: str) -> None:
        """Raise LabkitError where students have no such file."""
        if not (self._student / name).is_file():
            raise LabkitError(
                f"{where}: students have no {name}: put the file beside lab.toml, and call it "
                f"data/{Path(name).name} here."
            )

    def code(self, source: str, path: Path, above: int) -> None:
        """Read a cell that begins below so many lines of its file."""
        if source.startswith("%%"):
            return
        try:
            source = _MAGIC.sub(r"\1pass", source)
            tree = compile(source, str(path), "exec", ast.PyCF_ONLY_AST)
            compile(source, str(path), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            line = above + (error.lineno or 1)
            raise LabkitError(f"{path}, line {line}: {error.msg}: no student can run it.") from None
        nodes = list(ast.walk(tree))
        tried = {id(one) for node in nodes if isinstance(node, ast.Try) for one in node.body}
        own = {node.id for node in nodes if isinstance(node, ast.Name) and _stored(node)}
        own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        for node in nodes:
            where = f"{path}, line {above + getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in tried:
                self._import(node, where)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id not in own:
                    self._defines(self._modules.get(node.value.id, ""), node.attr, where)
            elif isinstance(node, ast.Call) and node.args:
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                name = getattr(node.args[0], "value", None)
                if called in _READS and isinstance(name, str) and name.startswith("data/"):
                    self.file(name, where)

    def _import(self, node: ast.Import | ast.ImportFrom, where: str) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._module(alias.name, where)
                self._modules[alias.asname or alias.name] = alias.name
            return
        name = node.module or ""
        self._module(name, where)
        for alias in node.names:
            if self._file(f"{name}.{alias.name}"):
                self._modules[alias.asname or alias.name] = f"{name}.{alias.name}"
            else:
                self._defines(name, alias.name, where)

    def _module(self, name: str, where: str) -> None:
        top = name.partition(".")[0]
        if self._file(name) or (not self._file(top) and (may_import(top) or top in _JUPYTERS)):
            return
        do = (
            "add its lab to earlier in lab.toml"
            if top == PACKAGE
            else f"use {' and '.join(LIBRARIES)}"
        )
        raise LabkitError(f"{where}: students have no module {name}: correct the name, or {do}.")

    def _defines(self, module: str, name: str, where: str) -> None:
        path = self._file(module) if module else None
        if path and name not in {*_names(ast.parse(path.read_text(encoding="utf-8"))), "*"}:
            raise LabkitError(
                f"{where}: {module} has no {name}: correct the name, or write it in "
                f"{path.relative_to(self._student)}."
            )

    def _file(self, module: str) -> Path | None:
        place = self._student.joinpath(*module.split("."))
        found = (place.with_suffix(".py"), place / "__init__.py")
        return next((path for path in found if path.is_file()), None)


def _names(tree: ast.Module) -> Iterator[str]:
    """What a module defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and _stored(node):
            yield node.id


def _stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)
