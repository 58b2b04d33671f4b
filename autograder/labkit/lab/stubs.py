"""Solutions to stubs: what a student gets of the reference package.

In the sources a solution stands between two comment lines, `# BEGIN SOLUTION` and
`# END SOLUTION`. Inside a function they hold its body, behind the docstring; at the left margin
they hold private helpers, which vanish from the stubs.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_text
from labkit.base.paths import SOLUTIONS
from labkit.lab.contract import PACKAGE, Function
from labkit.lab.lab import Lab

_BEGIN = "# BEGIN SOLUTION"
_END = "# END SOLUTION"


def strip(source: str, *, lab: int, module: str) -> str:
    """The stubs of a module: signatures and docstrings stay, solutions go.

    A function's body becomes one line that raises NotImplementedError and names lab, function and
    file. Raises ValueError, with the line's number, where markers do not pair up.
    """
    kept = []
    function = ""
    for block in _blocks(source):
        if not block.solution:
            kept += block.lines
            function = next(
                (found[1] for line in reversed(block.lines) if (found := _DEF.match(line))),
                function,
            )
        elif block.indent:
            kept.append(block.indent + _not_written(lab, module, function))
    return _join(kept)


def finish(source: str) -> str:
    """The finished module: solutions stay, only the marker lines go."""
    return _join([line for block in _blocks(source) for line in block.lines])


def stub_package(lab: Lab, own_work: bool = False) -> dict[str, str]:
    """The package as a student of `lab` gets it: path in the folder -> text.

    Stubs for this lab's modules, finished modules for the labs before it, nothing of later labs.
    With `own_work` the labs before it are stubs, too.
    """
    labs = {function.lab for function in lab.contract}
    return _package(lab.contract, stubbed=labs if own_work else (lab.number,))


def solution_package(lab: Lab) -> dict[str, str]:
    """The finished package up to `lab`, without markers: path -> text."""
    return _package(lab.contract, stubbed=())


def sources(lab: Lab) -> dict[str, str]:
    """The package up to `lab` as it is written here, markers and all: path -> text."""
    return {f"{PACKAGE}/{m}.py": _source(m) for m in ("__init__", *lab.contract.modules)}


def finished_modules(lab: Lab) -> dict[str, str]:
    """Path and text of the modules that come finished with a lab."""
    own = {f"{PACKAGE}/{module}.py" for module in lab.modules}
    return {path: text for path, text in stub_package(lab).items() if path not in own}


def handed_out(lab: Lab) -> list[str]:
    """Functions and classes that stand finished in a lab's stubs, each with its file."""
    return [
        f"{node.name} ({module}.py)"
        for module in lab.modules
        for node in ast.parse(stub_package(lab)[f"{PACKAGE}/{module}.py"]).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and f"{node.name} is not written yet." not in ast.unparse(node)
    ]


def write_starter(target: Path, labs: Iterable[Lab]) -> None:
    """Write `neuralnet/` with the stubs of `labs` into `target`, in place of one that is there."""
    functions = [function for lab in labs for function in lab.functions]
    if (target / PACKAGE).is_dir():
        shutil.rmtree(target / PACKAGE)
    for path, text in _package(functions, stubbed={one.lab for one in functions}).items():
        write_text(target / path, text)


def solution_lines(lab: Lab) -> frozenset[str]:
    """Lines that give away a solution of `lab`, without indentation and comments.

    Only lines that tell something, and stand nowhere in the folder that the student gets.
    """
    given = {_code(line) for text in stub_package(lab).values() for line in text.splitlines()}
    solution = {
        _code(line)
        for module in lab.modules
        for block in _blocks(_source(module))
        if block.solution
        for line in block.lines
    }
    return frozenset(line for line in solution - given if _TELLING.match(line))


def _code(line: str) -> str:
    return line.partition("  # ")[0].strip()


_DEF = re.compile(r"def (\w+)\(")
_TELLING = re.compile(r"(?!#)(?=.*[(@*])(?=.{15}).*[^:(,]$")
"""A calculation or a call on one line; `return total` and `D, Hh, Ww, n = X.shape` are anyone's."""


@dataclass
class _Block:
    """Consecutive lines that are all of the solution, or all not."""

    solution: bool
    indent: str
    lines: list[str]


def _blocks(source: str) -> list[_Block]:
    """The source, cut at its markers, which are in none of the blocks."""
    blocks = [_Block(False, "", [])]
    lines = source.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip() not in (_BEGIN, _END):
            blocks[-1].lines.append(line)
            continue
        begins = line.strip() == _BEGIN
        if begins == blocks[-1].solution:
            raise ValueError(f"line {number}: {line.strip()} where the other marker should be")
        blocks.append(_Block(begins, line[: line.index("#")], []))
    if blocks[-1].solution:
        number = next(n for n in range(len(lines), 0, -1) if lines[n - 1].strip() == _BEGIN)
        raise ValueError(f"line {number}: this {_BEGIN} has no {_END}")
    return blocks


def _not_written(lab: int, module: str, function: str) -> str:
    message = (
        f"Lab {lab}: {function} is not written yet. Open {PACKAGE}/{module}.py and write it there."
    )
    return f'raise NotImplementedError("{message}")'


def _join(lines: list[str]) -> str:
    """One text; where a top-level block went, the usual two blank lines stay."""
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n") + "\n"


def _source(module: str) -> str:
    path = SOLUTIONS / PACKAGE / f"{module}.py"
    if not path.is_file():
        raise LabkitError(f"{path} is missing: the reference of that module is written there.")
    return path.read_text(encoding="utf-8")


def _package(functions: Iterable[Function], *, stubbed: Collection[int]) -> dict[str, str]:
    """The package of the modules of `functions`; those of `stubbed` labs as stubs."""
    files = {f"{PACKAGE}/__init__.py": _source("__init__")}
    for function in functions:
        module, path = function.module, f"{PACKAGE}/{function.module}.py"
        source, stub = _source(module), function.lab in stubbed
        try:
            if path not in files:
                files[path] = (
                    strip(source, lab=function.lab, module=module) if stub else finish(source)
                )
        except ValueError as error:
            raise LabkitError(
                f"{SOLUTIONS / path}, {error}: each {_BEGIN} needs its {_END}."
            ) from None
        if stub and _not_written(function.lab, module, function.name) not in files[path]:
            raise LabkitError(
                f"{SOLUTIONS / path}: students would get {function.name} finished: put {_BEGIN} "
                f"and {_END} around its body, behind the docstring."
            )
    return files
