"""Solutions to stubs: what a student gets of the reference package.

In the sources a solution stands between two comment lines, `# BEGIN SOLUTION` and
`# END SOLUTION`. Inside a function they hold its body, behind the docstring; at the left margin
they hold private helpers, which vanish from the stubs.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from labkit.contract import BY_NAME, MODULES, PACKAGE, modules
from labkit.errors import LabkitError
from labkit.paths import SOLUTIONS

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


def stub_package(lab: int, own_work: bool = False) -> dict[str, str]:
    """The package as a student of lab number `lab` gets it: path in the folder -> text.

    Stubs for this lab's modules, finished modules for the labs before it, nothing of later labs.
    With `own_work` the labs before it are stubs, too.
    """
    given = _labs(through=lab)
    return _package(given, stubbed=given.values() if own_work else (lab,))


def solution_package(lab: int) -> dict[str, str]:
    """The finished package up to lab number `lab`, without markers: path -> text."""
    return _package(_labs(through=lab), stubbed=())


def write_starter(target: Path, *, labs: Collection[int] | None = None) -> None:
    """Write `neuralnet/` with all published modules into `target`, in place of one that is there.

    Modules of `labs` become stubs (of all labs by default), the others are finished.
    """
    published = {module: lab for module, lab in _labs().items() if module in MODULES}
    stubbed = published.values() if labs is None else labs
    if (target / PACKAGE).is_dir():
        shutil.rmtree(target / PACKAGE)
    for path, text in _package(published, stubbed=stubbed).items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, encoding="utf-8")


def solution_lines(lab: int) -> frozenset[str]:
    """Lines that give away a solution of lab number `lab`, without indentation and comments.

    Only lines that tell something, and stand nowhere in the folder that the student gets.
    """
    given = {_code(line) for text in stub_package(lab).values() for line in text.splitlines()}
    solution = {
        _code(line)
        for module, lab_of_module in _labs().items()
        if lab_of_module == lab
        for block in _blocks(_source(module))
        if block.solution
        for line in block.lines
    }
    return frozenset(line for line in solution - given if _TELLING.match(line))


def _code(line: str) -> str:
    return line.partition("  # ")[0].strip()


def _labs(through: float = math.inf) -> dict[str, int]:
    """Modules of the package up to a lab, those of an instructor's own included, with their lab."""
    by_module = {function.module: function.lab for function in BY_NAME.values()}
    return {module: by_module[module] for module in modules() if by_module[module] <= through}


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
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() not in (_BEGIN, _END):
            blocks[-1].lines.append(line)
            continue
        begins = line.strip() == _BEGIN
        if begins == blocks[-1].solution:
            raise ValueError(f"line {number}: {line.strip()} where the other marker should be")
        blocks.append(_Block(begins, line[: line.index("#")], []))
    if blocks[-1].solution:
        raise ValueError(f"the last {_BEGIN} has no {_END}")
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


def _package(given: Mapping[str, int], *, stubbed: Collection[int]) -> dict[str, str]:
    """The package of the modules in `given` (with their labs); those of `stubbed` labs as stubs."""
    files = {f"{PACKAGE}/__init__.py": _source("__init__")}
    for module, lab in given.items():
        source = _source(module)
        files[f"{PACKAGE}/{module}.py"] = (
            strip(source, lab=lab, module=module) if lab in stubbed else finish(source)
        )
    return files
