"""`labkit new`: a lab of an instructor's own, small but whole: it builds, grades and audits at once."""

from __future__ import annotations

import re
from pathlib import Path

from labkit import contract, paths
from labkit.atomic import write_text
from labkit.errors import LabkitError
from labkit.labs import Lab, available

_TEMPLATES = paths.TEMPLATES / "new_lab"


def make(name: str, into: Path) -> list[str]:
    """Write lab `name` (such as lab6_dropout) into the folder of labs `into`; gives what to do next.

    Raises LabkitError where the name does not fit or is taken.
    """
    found = re.fullmatch(r"lab(\d+)_([a-z][a-z0-9_]*)", name)
    if not found:
        raise LabkitError(f"A lab is called like lab6_dropout (lab, number, _, word), not {name!r}.")
    if not paths.IN_CHECKOUT:
        raise LabkitError(
            "labkit new writes beside the kit's own labs: clone the repository, `make labs` there, "
            "and run it in the clone."
        )
    number, module = int(found[1]), found[2]
    taken = [lab.name for lab in available() if lab.number == number or lab.name == name]
    if taken or (into / name).exists():
        raise LabkitError(f"Lab {number} exists already ({', '.join(taken) or into / name}).")
    if module in contract.modules() or module in contract.BY_NAME:
        raise LabkitError(f"{module!r} is a name of the published package already; choose another.")
    files = {
        into / name / "lab.toml": "lab.toml",
        into / name / f"{name}.py": "master.py.txt",
        into / name / "catalogue.py": "catalogue.py.txt",
        paths.SOLUTIONS / contract.PACKAGE / f"{module}.py": "solution.py.txt",
    }
    for path, template in files.items():
        text = (_TEMPLATES / template).read_text(encoding="utf-8")
        for key, value in (("NAME", name), ("NUMBER", str(number)), ("FUNCTION", module)):
            text = text.replace(f"@{key}@", value)
        write_text(path, text)
    Lab.load(into / name)
    short = f"lab{number}"
    return [
        *(f"wrote {path}" for path in files),
        f"Next: labkit build {short}, then labkit audit {short}; then change the four files.",
    ]
