"""Whether a submission can be judged by a lab at all: none that cannot is ever a silent 0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from labkit.base.errors import LabkitError
from labkit.intake import Submission
from labkit.intake.archives import shown
from labkit.lab import course, schema
from labkit.lab.contract import PACKAGE
from labkit.lab.lab import Lab

_LINE = re.compile(rb"[^\r\n]+")
_WORD = re.compile(rb"\w+")
_TARGETS = re.compile(rb"[\w, \t:]*")


def unusable(lab: Lab, submission: Submission) -> str:
    """Status and sentence of a submission that cannot be judged; empty for one that can."""
    if submission.problem:
        return f"{submission.status}: {submission.problem}"
    return misfit(lab, submission.files)


def misfit(lab: Lab, files: Mapping[str, bytes]) -> str:
    """Status and sentence of a package without any function of the lab; empty where there is one.

    Only names are looked for, nothing is run: what Python cannot read may still be meant.
    """
    text = b"\n".join(content.replace(b"\0", b"") for name, content in files.items() if _code(name))
    if not files or _defined(text, (function.name for function in lab.functions)):
        return ""
    labs = dict(_other_labs(lab))
    defined = _defined(text, {name for names in labs.values() for name in names})
    others = [
        (len(found) / len(names), name)
        for name, names in labs.items()
        if (found := defined.intersection(names))
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
    wanted = {name.encode(): name for name in names}
    used = re.compile(rb"\b(?:%b)\b" % b"|".join(wanted))
    found: set[str] = set()
    # Line by line, each looked at from left to right once: a pattern for whole lines can take hours
    # on text that is made for it.
    for line in _LINE.finditer(text):
        if used.search(line[0]):
            found.update(wanted[word] for word in _bound(line[0]) if word in wanted)
    return found


def _bound(line: bytes) -> Iterator[bytes]:
    """Words of a line that it may give a meaning to."""
    bare = line.strip()
    first, rest = _parted(bare)
    if first == b"async":
        first, rest = _parted(rest)
    if first == b"def":
        if name := _WORD.match(rest):
            yield name[0]
    elif first in (b"from", b"import"):
        yield from (word[0] for word in _WORD.finditer(rest))
    elif line[:1].isspace() and _WORD.fullmatch(bare.rstrip(b",")):
        yield bare.rstrip(b",")  # a line of an import in brackets
    else:
        targets, equals, value = bare.partition(b"=")
        if equals and not value.startswith(b"=") and _TARGETS.fullmatch(targets):
            yield from (word[0] for word in _WORD.finditer(targets))


def _parted(text: bytes) -> tuple[bytes, bytes]:
    """The first word of a text and the rest, without the space between them."""
    first, rest = (*text.split(None, 1), b"", b"")[:2]
    return first, rest


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
