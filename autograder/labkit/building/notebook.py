"""From a lab's text and cases to the notebook that Otter Assign reads.

A teacher writes prose and small cells (`text.py`, in Jupytext's percent format) and the cases of a
question in `cases/`; the markers that Otter wants around both are put in here. In the text stands

- a code cell `grader.check("softmax")` where the cases of that question belong;
- a Markdown cell `question="why_xor"` for a written question, and right behind it one with
  `answer="why_xor"`, the model answer and the rubric, which no student gets;
- cells with `option="…"`, which are left out unless lab.toml switches that option on.

Any other attribute is refused: a model answer behind a misspelt one would go to students.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from labkit.base.errors import LabkitError
from labkit.building.cases import public_points, read_cases
from labkit.lab.lab import Lab
from labkit.student.labcheck.libraries import LIBRARIES
from labkit.student.labcheck.notebooks import PLACEHOLDER, Book

FIRST_CELL = """\
# Run this cell first. `grader.check("name")` runs the checks of one question on the saved files, in
# a fresh Python: they may import {libraries} and Python's own library, nothing else.
%load_ext autoreload
%autoreload 2
import glob, os, sys

opened = os.environ.get("JPY_SESSION_NAME") or globals().get("__vsc_ipynb_file__") or ""
for folder in [".", os.path.dirname(opened), *glob.glob("{name}*"), *glob.glob("*/{name}*")]:
    if os.path.isfile(os.path.join(folder, "labcheck", "__init__.py")):
        sys.path.insert(0, os.path.abspath(folder))
        break
else:
    raise SystemExit("labcheck is missing: open this notebook in the unpacked folder {name}.")
import labcheck

grader = labcheck.start("{name}")"""
"""The kernel may have been started in another folder than the notebook's."""

_HAND_IN = """\
## Hand in

{points}

Save the notebook, run the cell below, and hand in the zip file that it writes. It holds this
notebook, your `neuralnet` folder and the files of yours that it imports. The cell unpacks the zip
in another place, runs the checks on *that*, and shows what the grader will see."""

LAST_CELL = """\
# Save the notebook first, then run this cell (`grader.export()` does the same).
grader.hand_in()"""

CHECK = re.compile(r'grader\.check\("(\w+)"\)')
"""What stands in the text where the cases of a question belong."""

HEADING = re.compile(r"^#{1,6} +(.+)$", re.M)

_ATTRIBUTES = {"question", "answer", "option"}
_JUPYTEXTS = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"}
"""What Jupytext notes by itself."""

ANSWER = "answer-"
"""How the id of a written answer's cell begins."""


def notebook(lab: Lab) -> Any:
    """The Otter Assign notebook (nbformat 4) of a lab.

    Points come from lab.toml. Raises LabkitError where text, cases and lab.toml do not fit.
    """
    book = read(lab)
    found: list[str] = []
    cells = [nbformat.v4.new_raw_cell(_assignment_config(lab))]
    cells += _with_first_cell(lab, list(_marked(lab, book.cells, found)))
    if lab.config.client == "labcheck":
        told = points_in_words(lab, public_points(lab))
        hand_in = _HAND_IN.format(points="\n".join(textwrap.wrap(told, 96)))
        cells += [nbformat.v4.new_markdown_cell(hand_in), nbformat.v4.new_code_cell(LAST_CELL)]
    wanted = (*lab.questions, *(question.name for question in lab.written))
    if missing := [name for name in wanted if name not in found]:
        raise LabkitError(
            f"{lab.text}: no cell for {', '.join(missing)}, which lab.toml names: write "
            f'grader.check("{missing[0]}") where its checks belong, or question="{missing[0]}" '
            "behind the %% of a written question."
        )
    for name in found:
        if name not in wanted or found.count(name) > 1:
            what = "stands twice" if name in wanted else "has no points in lab.toml"
            raise LabkitError(f"{lab.text}: question {name!r} {what}.")
    for question in written_questions(lab):
        if not question["answer"].strip():
            name = question["name"]
            raise LabkitError(
                f"{lab.text}: {name} has no model answer: write it, with the rubric, in a cell "
                f'`# %% [markdown] answer="{name}"` right behind the question.'
            )
    book.cells = cells
    name_cells(book)
    return book


def points_in_words(lab: Lab, public: Mapping[str, float]) -> str:
    """How many points there are, for students: nobody should have to add them up.

    `public` are the points of each question that its public cases decide.
    """
    hidden = sum(lab.questions[name] - public[name] for name in lab.questions.keys() - lab.bonus)
    some = f"about {hidden:.0f} of them" if hidden >= 0.5 else "none"
    said = [f"The functions have {lab.possible:g} points, {some} for hidden checks."]
    if written := sum(question.points for question in lab.written):
        said.append(f"The written answers have {written:g} more, once they are marked.")
    if bonus := sum(lab.questions[name] for name in lab.bonus):
        said.append(f"A bonus of {bonus:g} comes on top: nobody loses by leaving it out.")
    return " ".join(said)


def read(lab: Lab) -> Any:
    """A lab's text as a notebook, with the attributes of its cells.

    Raises LabkitError where there is none.
    """
    if not lab.text.is_file():
        raise LabkitError(f"{lab.text} is missing: a lab's notebook is written there.")
    book = jupytext.read(lab.text, fmt="py:percent")
    book.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return book


def _marked(lab: Lab, cells: list[Any], found: list[str]) -> Iterator[Any]:
    """The cells with Otter's markers around questions; names of questions go to `found`."""
    cases = read_cases(lab)
    open_question = ""
    for cell in cells:
        about = _attributes(lab, cell)
        cell.metadata = nbformat.from_dict({})
        if about.get("option") and not lab.options.get(about["option"]):
            continue
        if open_question and about.get("answer") != open_question:
            yield _raw("END QUESTION")
            open_question = ""
        if about.get("answer"):
            if not open_question:
                raise LabkitError(
                    f"{lab.text}: the answer to {about['answer']!r} does not stand right behind "
                    "its question."
                )
            yield from (_raw("BEGIN SOLUTION"), cell, _raw("END SOLUTION"), _raw("END QUESTION"))
            open_question = ""
        elif about.get("question"):
            open_question = about["question"]
            found.append(open_question)
            yield _raw("BEGIN QUESTION", open_question, _points(lab, open_question), "manual: true")
            yield cell
        elif match := CHECK.fullmatch(cell.source.strip()):
            name = match[1]
            found.append(name)
            yield from (_raw("BEGIN QUESTION", name, _points(lab, name)), _raw("BEGIN TESTS"))
            for case in cases.get(name, ()):
                mark = "# HIDDEN\n" if case.hidden else ""
                yield nbformat.v4.new_code_cell(mark + case.source)
            yield from (_raw("END TESTS"), _raw("END QUESTION"))
        else:
            yield cell
    if open_question:
        yield _raw("END QUESTION")


def _attributes(lab: Lab, cell: Any) -> dict[str, str]:
    """What stands behind the %% of a cell, all of it known."""
    about = {key: value for key, value in cell.metadata.items() if key not in _JUPYTEXTS}
    for key, value in about.items():
        if key not in _ATTRIBUTES or not value or not isinstance(value, str):
            wrong = str(value) if key in ("title", "incorrectly_encoded_metadata") else key
            raise LabkitError(
                f"{_place(lab, wrong)}: {wrong!r} behind %% is not understood: question, answer "
                'and option may stand there, each with a name, as in answer="why".'
            )
    option = about.get("option")
    if option and option not in lab.options:
        raise LabkitError(
            f"{_place(lab, option)}: {lab.folder / 'lab.toml'} knows no option {option!r}: write "
            f"{option} = false under its [options]."
        )
    return about


def _place(lab: Lab, text: str) -> str:
    """File and line of the cell that has `text` behind its %%."""
    lines = enumerate(lab.text.read_text(encoding="utf-8").splitlines(), start=1)
    number = next((n for n, line in lines if line.startswith(("# %%", "#%%")) and text in line), 0)
    return f"{lab.text}, line {number}"


def _raw(marker: str, name: str = "", points: float | None = None, *more: str) -> Any:
    lines = [f"# {marker}"]
    if name:
        lines += [f"name: {name}", f"points: {points:g}", *more]
    return nbformat.v4.new_raw_cell("\n".join(lines))


def _points(lab: Lab, name: str) -> float:
    points = lab.questions | {question.name: question.points for question in lab.written}
    if name not in points:
        raise LabkitError(
            f"{lab.text}: question {name!r} has no points in {lab.folder / 'lab.toml'}."
        )
    return points[name]


def fingerprint(book: Any) -> str:
    """Of the text of a notebook, as the hand-in cell reads it."""
    cells = [(str(cell.cell_type), str(cell.source)) for cell in book.cells]
    return Book(Path(), tuple(cells)).fingerprint


def written_questions(lab: Lab) -> list[dict[str, str]]:
    """Of each written question, in the order of the text: its name, text, and model answer."""
    found: list[dict[str, str]] = []
    for cell in read(lab).cells:
        if name := cell.metadata.get("question"):
            found.append({"name": name, "question": cell.source, "answer": ""})
        elif cell.metadata.get("answer") and found:
            found[-1]["answer"] = cell.source
    return found


def name_cells(book: Any) -> None:
    """Give cells ids by their text, and written answers by their heading.

    So the same input gives the same file, and what a student wrote finds its place in another
    version of the lab.
    """
    seen: Counter[str] = Counter()
    heading = ""
    for cell in book.cells:
        kind, text = "", f"{cell.cell_type}\0{cell.source}"
        if cell.source.strip() == PLACEHOLDER:
            kind, text = ANSWER, heading
        elif cell.cell_type == "markdown":
            heading = (HEADING.findall(cell.source) or [heading])[-1]
        cell["id"] = kind + _hash(f"{text}\0{seen[kind + text]}")
        seen[kind + text] += 1
    book.nbformat, book.nbformat_minor = 4, 5


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _with_first_cell(lab: Lab, cells: list[Any]) -> Iterator[Any]:
    """The cells with the set-up cell behind the opening text, and the due date in that text."""
    placed = False
    if lab.due:
        told = f"**Due {lab.due}.**"
        if cells and cells[0].cell_type == "markdown" and cells[0].source.startswith("#"):
            title, _, rest = cells[0].source.partition("\n")
            cells[0].source = f"{title}\n\n{told}\n{rest}".rstrip("\n")
        else:
            cells.insert(0, nbformat.v4.new_markdown_cell(told))
    for cell in cells:
        if not placed and cell.cell_type != "markdown":
            yield nbformat.v4.new_code_cell(
                FIRST_CELL.format(name=lab.name, libraries=" and ".join(LIBRARIES))
            )
            placed = True
        yield cell


def _assignment_config(lab: Lab) -> str:
    """Otter Assign's settings (YAML; JSON is a part of it)."""
    config = {
        "init_cell": False,
        "check_all_cell": False,
        "run_tests": False,
        "suppress_no_tests_warning": True,
        "tests": {"files": True, "ok_format": False},
        "files": ["check.py"],
        "export_cell": _OTTER_EXPORT if lab.config.client == "otter" else False,
        "requirements": GRADING_REQUIREMENTS,
        "plugins": [{"labkit.judging.otter_plugin.Isolation": {"lab": lab.name}}],
        "generate": {"show_hidden": True, "force_public_test_summary": False},
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in config.items()]
    return "# ASSIGNMENT CONFIG\n" + "\n".join(lines)


_OTTER_EXPORT = {
    "instructions": "Save the notebook, run this cell, and hand in the zip file that it "
    "writes: it holds this notebook and your `neuralnet` folder.",
    "pdf": False,
    "run_tests": False,
    "ignore_log": True,
    "files": ["neuralnet"],
}
"""The last cell of Otter's own client."""


GRADING_REQUIREMENTS = [
    "numpy>=2.0",
    "matplotlib>=3.9",
    "pydantic>=2.9",
    "pyseccomp>=0.1.2",
    "ipykernel>=6.29",
]
"""What grading imports, and the kernel that Otter starts."""
