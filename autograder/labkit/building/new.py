"""`labkit new`: a lab of an instructor's own, small but whole: it builds, grades and audits."""

from __future__ import annotations

import keyword
import re

from labkit import contract, paths
from labkit.atomic import write_text
from labkit.errors import LabkitError
from labkit.labs import Lab, available

_TEMPLATES = paths.TEMPLATES / "new_lab"


def make(name: str) -> list[str]:
    """Write the four files of lab `name`, such as lab6_dropout; gives what to tell.

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
    if taken := [lab.name for lab in available() if lab.number == number]:
        raise LabkitError(f"Lab {number} exists already: {taken[0]}. Choose another number.")
    if module in contract.modules() or module in contract.BY_NAME:
        raise LabkitError(f"{module!r} is a name of the package already: choose another word.")
    folder = paths.ASSIGNMENTS / name
    files = {
        folder / "lab.toml": "lab.toml",
        folder / f"{name}.py": "master.py.txt",
        folder / "catalogue.py": "catalogue.py.txt",
        paths.SOLUTIONS / contract.PACKAGE / f"{module}.py": "solution.py.txt",
    }
    for path in files:
        if path.exists():
            raise LabkitError(f"{path} is there already: remove it, or choose another name.")
    for path, template in files.items():
        text = (_TEMPLATES / template).read_text(encoding="utf-8")
        for key, value in (("NAME", name), ("NUMBER", str(number)), ("FUNCTION", module)):
            text = text.replace(f"@{key}@", value)
        write_text(path, text)
    Lab.load(folder)
    short = f"lab{number}"
    return [
        *(f"wrote {path}" for path in files),
        f"Next: labkit build {short}, labkit audit {short}; then change the four files.",
    ]
