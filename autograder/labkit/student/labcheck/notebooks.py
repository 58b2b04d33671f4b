"""The notebook that is running, found by what is in it, and which of its answers are empty.

Its name says little: downloads are numbered, copies are made, and an untouched twin may lie beside
the one that a student worked in.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLACEHOLDER = "_Type your answer here, replacing this text._"
"""What Otter Assign puts where a written answer belongs."""


HANDS_IN = re.compile(r"\bgrader\.(hand_in|export)\(")
"""What a cell says that writes the zip."""


class NotebookNotFound(Exception):
    """It is not clear which notebook is running: one sentence that says what to do."""


@dataclass(frozen=True)
class Book:
    """A notebook on disk."""

    path: Path
    cells: tuple[tuple[str, str], ...]
    """Type and source of each cell."""

    @property
    def fingerprint(self) -> str:
        """The same for the same text, whatever it was run with."""
        text = json.dumps([[kind, source.rstrip()] for kind, source in self.cells])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def code(self) -> frozenset[str]:
        """The sources of its code cells."""
        return frozenset(source.strip() for kind, source in self.cells if kind == "code")

    def empty_answers(self) -> list[str]:
        """Titles of the written questions that have no answer."""
        empty = []
        title, answered = "", True
        for _, source in self.cells:
            if "<!-- END QUESTION -->" in source and title:
                if not answered:
                    empty.append(title)
                title = ""
            if "<!-- BEGIN QUESTION -->" in source:
                heading = [line for line in source.splitlines() if line.startswith("#")]
                title = heading[0].lstrip("# ") if heading else "a written question"
                answered = False
            elif title and source.strip() not in ("", PLACEHOLDER):
                answered = True
        return empty if answered or not title else [*empty, title]


def read(path: Path) -> Book | None:
    """The notebook at `path`; None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = [(str(c["cell_type"]), joined(c.get("source", ""))) for c in content["cells"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Book(path, tuple(cells))


def joined(source: Any) -> str:
    """A cell's source, which may be a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def find(home: Path, lab: str, handed_out: str, named: str = "") -> Book:
    """The notebook that is running, or the one that is `named`.

    `handed_out` is the fingerprint of the lab's notebook as students get it. Raises
    NotebookNotFound.
    """
    if named:
        return _named(home, named)
    books = [book for path in _candidates(home) if (book := read(path))]
    of_lab = [book for book in books if any(f'"{lab}"' in source for source in book.code)]
    pool = of_lab or books
    # The untouched twin of a notebook with answers in it is not the one to hand in.
    pool = [book for book in pool if book.fingerprint != handed_out] or pool[:1]
    if not pool:
        raise NotebookNotFound(
            f"No notebook lies in {home}: save yours there, or name it: "
            'grader.hand_in("name.ipynb").'
        )
    if len(pool) > 1:
        ran = _history()
        hinted = [book for book in pool if book.path in _hints()]
        most = max(_overlap(book, ran) for book in pool)
        pool = hinted or [book for book in pool if _overlap(book, ran) == most]
    if len(pool) > 1:
        names = " or ".join(book.path.name for book in pool)
        raise NotebookNotFound(
            f"This may be {names}: name yours, as in grader.hand_in({pool[0].path.name!r})."
        )
    return pool[0]


def unsaved(book: Book) -> bool:
    """Whether the cell that ran last, but for the hand-in, is not so in the notebook on disk.

    Of one that ran before it cannot be told: it may have been changed or deleted since.
    """
    ran = [source for source in _history() if not HANDS_IN.search(source)]
    return bool(ran) and ran[-1] not in book.code


def _named(home: Path, named: str) -> Book:
    for folder in (home, Path.cwd()):
        for name in (named, f"{named}.ipynb"):
            if book := read(folder / name):
                return book
    raise NotebookNotFound(f"There is no notebook {named} in {home} that can be read.")


def _candidates(home: Path) -> Iterator[Path]:
    seen = set()
    for folder in (home, Path.cwd()):
        for path in sorted(folder.glob("*.ipynb")):
            if (real := path.resolve()) not in seen:
                seen.add(real)
                yield real
    for path in _hints():
        if path not in seen and path.is_file():
            yield path


def _hints() -> list[Path]:
    """Where Jupyter and VS Code say that the running notebook lies."""
    told = [
        os.environ.get("JPY_SESSION_NAME", ""),
        str(vars(sys.modules["__main__"]).get("__vsc_ipynb_file__", "")),
    ]
    return [Path(one).resolve() for one in told if one.endswith(".ipynb")]


def _history() -> list[str]:
    """What was run in this kernel, but for the cell that is running."""
    try:
        shell = importlib.import_module("IPython").get_ipython()
    except ImportError:
        return []
    history = getattr(getattr(shell, "history_manager", None), "input_hist_raw", [])
    return [source.strip() for source in history[1:-1] if source.strip()]


def _overlap(book: Book, ran: Sequence[str]) -> int:
    return sum(source in book.code for source in ran)
