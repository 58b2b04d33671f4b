"""A built lab as the sections of its page: text, cells, questions, written answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from labkit.base.zips import read_tree
from labkit.building.notebook import ANSWER, CHECK, HEADING, points_in_words
from labkit.building.site import recorded
from labkit.building.site.text import Typesetter, plain
from labkit.judging.grader import load_questions
from labkit.lab.bundle import Bundle
from labkit.lab.contract import PACKAGE
from labkit.student.labcheck.cases import read_cases
from labkit.student.labcheck.graded import KIT
from labkit.student.labcheck.notebooks import HANDS_IN, joined

_KIT = KIT | {f"{name}.py" for name in KIT}
_STUDENTS = {PACKAGE, "labdata.py"}
"""What a hand-in may hold of the lab's folder: `labdata` travels with a package that imports it."""

_COMMENTS = re.compile(r"<!--.*?-->", re.DOTALL)
"""Otter's marks around written questions, which may stand before a heading."""

_PICTURED = re.compile(r"\bcheck\.(data|images|asset)\(")
"""In the cases of a question whose check needs what lies in `data/`: the page fetches it late."""


_CAPTION = re.compile(r"\*(Figure \w+)")
_GUESS = re.compile(r"\bguess\b")


@dataclass(frozen=True)
class Block:
    """One cell of the notebook: kind is text, caption, code, answer or check.

    A caption stands apart where it would answer the guess that is asked for before it.
    """

    kind: str
    index: int
    """Number of the cell in the notebook."""
    html: str = ""
    source: str = ""
    label: str = ""
    """What a reader of the screen hears: the question's name, or the figure in words."""
    key: str = ""
    """Of a cell that students write in, its id: their own text is kept under it. Of a caption, the
    number of the cell that draws its figure."""


@dataclass
class Section:
    """What stands together; with `question` its stub stands beside."""

    blocks: list[Block] = field(default_factory=list)
    question: str = ""


@dataclass(frozen=True)
class Lesson:
    """A lab's page."""

    bundle: Bundle
    sections: list[Section]
    data: dict[str, Any]
    """What the page's script reads."""
    points: str
    """How many there are, in words."""
    files: dict[str, bytes]
    """What Python needs in its folder, without the pictures and the recorded outcomes."""
    recorded: dict[str, recorded.Part]
    """The outcomes of each question: its check needs them."""
    pictures: dict[str, bytes]
    """`data/…`: large, and the same for many labs."""


def lesson(bundle: Bundle, typesetter: Typesetter) -> Lesson:
    """The page of a lab, from the folder that students get."""
    tree = read_tree(bundle.student)
    lab = bundle.lab
    book = json.loads(tree[f"{lab.name}.ipynb"])
    cells = [{**cell, "source": joined(cell["source"])} for cell in book["cells"]]
    pictures = {name: data for name, data in tree.items() if name.startswith("data/")}
    files = {name: data for name, data in tree.items() if name not in pictures}
    tests = {name: bundle.student / "tests" / f"{name}.py" for name in lab.questions}
    cases = {name: [case.name for case in read_cases(path)] for name, path in tests.items()}
    files[recorded.NAME], outcomes = recorded.cut(files[recorded.NAME], cases)
    sections = list(_sections(list(_blocks(cells, typesetter))))
    public = {
        question.name: round(sum(case.points for case in question.cases if not case.hidden), 4)
        for question in load_questions(bundle)
    }
    package = {
        name: content.decode()
        for name, content in files.items()
        if name.startswith(f"{PACKAGE}/") and name.endswith(".py")
    }
    data = {
        "lab": lab.name,
        "book": book,
        "package": package,
        "kit": sorted(({name.split("/")[0] for name in tree} | _KIT) - _STUDENTS),
        "questions": [
            {
                "name": name,
                "module": lab.contract[name].module,
                "bonus": name in lab.bonus,
                "public": public[name],
                "pictured": bool(_PICTURED.search(tree[f"tests/{name}.py"].decode())),
            }
            for name in lab.questions
        ],
        "functions": {
            f"{PACKAGE}/{module}.py": [one.name for one in lab.functions if one.module == module]
            for module in lab.modules
        },
        "cells": [
            {"index": one.index, "key": one.key}
            for section in sections
            for one in section.blocks
            if one.kind in ("code", "answer")
        ],
    }
    return Lesson(bundle, sections, data, points_in_words(lab, public), files, outcomes, pictures)


def _blocks(cells: list[dict[str, Any]], typesetter: Typesetter) -> Iterator[Block]:
    """The cells without those that only Jupyter needs: the first code cell and the hand-in."""
    code = [i for i, cell in enumerate(cells) if cell["cell_type"] == "code"]
    left = {i for i in code if HANDS_IN.search(cells[i]["source"])}
    if left and cells[max(left) - 1]["cell_type"] == "markdown":
        left.add(max(left) - 1)  # the words about it, the kit's or Otter's
    left.add(next(i for i in code if "labcheck.start" in cells[i]["source"]))
    heading = ""
    for i, cell in enumerate(cells):
        kind, source, key = cell["cell_type"], cell["source"], cell["id"]
        if i in left:
            continue
        if key.startswith(ANSWER):
            yield Block("answer", i, label=heading, key=key)
        elif kind == "markdown":
            heading = (HEADING.findall(source) or [heading])[-1]
            caption, _, rest = source.partition("\n\n")
            asked, number = _guess_before(cells[:i]), _CAPTION.match(caption)
            if asked and number:
                html = typesetter.html(caption)
                yield Block("caption", i, html=html, source=caption, label=number[1], key=asked)
                source = rest
            if source:
                yield Block("text", i, html=typesetter.html(source), source=source)
        elif found := CHECK.fullmatch(source.strip()):
            yield Block("check", i, label=found[1])
        else:
            after = cells[i + 1]["source"] if i + 1 < len(cells) else ""
            figure = plain(after.split("\n\n")[0]) if _CAPTION.match(after) else ""
            yield Block("code", i, source=source, label=figure, key=key)


def _guess_before(cells: list[dict[str, Any]]) -> str:
    """The number of the cell that asks for a guess, among the code cells at the end, if any."""
    for i in reversed(range(len(cells))):
        if cells[i]["cell_type"] != "code":
            break
        if _GUESS.search(cells[i]["source"]):
            return str(i)
    return ""


def _sections(blocks: list[Block]) -> Iterator[Section]:
    """A section begins at a heading and ends with its check."""
    section = Section()
    for block in blocks:
        begins = HEADING.match(_COMMENTS.sub("", block.source).lstrip())
        if block.kind == "text" and begins and section.blocks:
            yield section
            section = Section()
        if block.kind == "check":
            section.question = block.label
        section.blocks.append(block)
        if block.kind == "check":
            yield section
            section = Section()
    if section.blocks:
        yield section
