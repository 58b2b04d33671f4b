"""`labkit new`: a lab of an instructor's own, small but whole: it builds, grades and audits."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from labkit.base import paths
from labkit.base.errors import LabkitError
from labkit.base.files import write_text
from labkit.lab import stubs
from labkit.lab.contract import PACKAGE
from labkit.lab.course import available
from labkit.lab.lab import Lab
from labkit.lab.schema import COLUMNS

_TEMPLATES = Path(__file__).parent / "new_lab"
_OTHERS = COLUMNS | {"np", "plt", "z", "grader"}
"""Names that mean something else in the five files, or in the files that they lead to."""


def make(name: str) -> list[str]:
    """Write the five files of lab `name`, such as lab6_dropout, and its stubs; gives what to tell.

    Raises LabkitError where the name does not fit or is taken.
    """
    found = re.fullmatch(r"lab(0|[1-9]\d*)_([a-z][a-z0-9_]*)", name)
    if not found or keyword.iskeyword(found[2]):
        raise LabkitError(
            f"A lab is called like lab6_dropout (lab, number, _, a word in small letters that "
            f"Python can use as a name), not {name!r}."
        )
    if not paths.IN_CHECKOUT:
        raise LabkitError(
            "labkit new writes beside the kit's own labs: clone the repository, `make labs` there, "
            "and run .venv/bin/labkit new in the clone."
        )
    number, module = int(found[1]), found[2]
    if module in _OTHERS:
        raise LabkitError(
            f"{module!r} has a meaning of its own in the five files: choose another word."
        )
    labs = available()
    if taken := [lab.name for lab in labs if lab.number == number]:
        raise LabkitError(f"Lab {number} exists already: {taken[0]}. Choose another number.")
    if any(module in (*lab.contract.modules, *lab.contract.names) for lab in labs):
        raise LabkitError(f"{module!r} is a name of the package already: choose another word.")
    folder = paths.ASSIGNMENTS / name
    files = {
        folder / "lab.toml": "lab.toml",
        folder / "text.py": "text.py.txt",
        folder / "cases" / f"{module}.py": "cases.py.txt",
        folder / "mistakes" / f"{module}.py": "mistakes.py.txt",
        paths.SOLUTIONS / PACKAGE / f"{module}.py": "solution.py.txt",
    }
    for path in files:
        if path.exists():
            raise LabkitError(f"{path} is there already: remove it, or choose another name.")
    for path, template in files.items():
        text = (_TEMPLATES / template).read_text(encoding="utf-8")
        for key, value in (("NAME", name), ("NUMBER", str(number)), ("FUNCTION", module)):
            text = text.replace(f"@{key}@", value)
        write_text(path, text)
    stubs.write_starter(paths.STARTER, [*labs, Lab.load(folder)])
    command, short = ".venv/bin/labkit", f"lab{number}"
    return [
        *(f"wrote {path}" for path in files),
        f"renewed {paths.STARTER}",
        f"Next: {command} build {short}, {command} audit {short}; then change the five files.",
    ]
