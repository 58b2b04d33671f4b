"""Whether a package can be a submission of a lab at all: none is ever a silent 0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from labkit.base.errors import LabkitError
from labkit.intake.archives import shown
from labkit.lab import course, schema
from labkit.lab.contract import PACKAGE
from labkit.lab.lab import Lab


def misfit(lab: Lab, files: Mapping[str, bytes]) -> str:
    """Status and sentence of a package without any function of the lab; empty where there is one.

    Only names are looked for, nothing is run: what Python cannot read may still be meant.
    """
    text = b"\n".join(content.replace(b"\0", b"") for name, content in files.items() if _code(name))
    if not files or _defined(text, (function.name for function in lab.functions)):
        return ""
    others = [
        (len(found) / len(names), name)
        for name, names in _other_labs(lab)
        if (found := _defined(text, names))
    ]
    if others:
        return (
            f"other lab: this is {max(others)[1]}, and no function of {lab.name} is in it: ask for "
            "the right zip."
        )
    inside = sorted(name for name in files if name.startswith(f"{PACKAGE}/") and files[name])
    holds = ", ".join(shown(name.partition("/")[2]) for name in inside[:4]) or "only empty files"
    return (
        f"no functions: its {PACKAGE}/ holds no function of {lab.name} (found: {holds}): look at "
        "it, or ask for the zip again."
    )


def _code(name: str) -> bool:
    return name.endswith(".py")


def _defined(text: bytes, names: Iterable[str]) -> set[str]:
    """Those of `names` that some line defines, assigns or imports."""
    found = set()
    for name in names:
        word = re.escape(name).encode()
        line = (
            rb"(?m)^\s*(?:async\s+)?def\s+%b\b|^[\w, \t]*\b%b\b[\w, \t:]*=[^=]"
            rb"|^\s*(?:from|import)\b.*\b%b\b|^\s+%b,?\s*$" % (word, word, word, word)
        )
        if re.search(line, text):
            found.add(name)
    return found


def _other_labs(lab: Lab) -> Iterator[tuple[str, list[str]]]:
    """Names and own functions of the labs that can be read here, but for `lab`."""
    folders = [*course.folders(), *lab.folder.parent.glob("lab*")]
    for folder in {folder.name: folder for folder in folders}.values():
        if folder.name == lab.name or not (folder / "lab.toml").is_file():
            continue
        try:
            names = list(schema.read(folder / "lab.toml").functions)
        except LabkitError:  # another lab that is being written
            continue
        if names:
            yield folder.name, names
