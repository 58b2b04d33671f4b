"""Proves that a student's folder holds nothing of the solution or of a hidden case."""

from __future__ import annotations

import ast
import html
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labkit.base.errors import CheckFailedError
from labkit.base.zips import read_tree
from labkit.lab import stubs
from labkit.lab.bundle import Bundle
from labkit.mistakes import Catalogue
from labkit.student.labcheck.recorded import Recorded

_EVERYDAY = re.compile(r"""@|def |"|#|rng = np\.random\.default_rng\(""")
"""Lines of the catalogue that give nothing away."""

_MARKERS = re.compile(
    r"BEGIN SOLUTION|END SOLUTION|BEGIN TEST|END TEST|# *HIDDEN|SOLUTION NO PROMPT"
)

_TELLING_WORDS = 6
"""A shorter sentence of a model answer may stand elsewhere by chance."""


def check(bundle: Bundle) -> None:
    """Raise CheckFailedError where the student's folder gives something away: what and where."""
    scan = _Scan(bundle)
    for name, content in read_tree(bundle.student).items():
        if name == "recorded.npz":
            text = "\n".join(_sentences(Recorded(bundle.student).manifest))
        elif name.startswith("data/") or Path(name).suffix in {".npz", ".npy", ".png"}:
            continue
        else:
            text = content.decode("utf-8", errors="replace")
        scan.text(f"{name} in student.zip", text, ours=_written_by_us(name))


def check_page(bundle: Bundle, name: str, page: str) -> None:
    """The same for a page about the lab."""
    _Scan(bundle).text(f"The page {name}", html.unescape(page), ours=True)


class _Scan:
    """What must stand in no text that students get."""

    def __init__(self, bundle: Bundle) -> None:
        self._hidden = _hidden_statements(bundle.lab.folder / "tests")
        self._solution = {_squeezed(line) for line in stubs.solution_lines(bundle.lab)}
        self._versions = _catalogue_code(bundle)
        self._answers = _answers(bundle)

    def text(self, what: str, text: str, *, ours: bool) -> None:
        """Raises CheckFailedError. `ours`: written for the lab, and no part of the kit."""
        if found := _MARKERS.search(text):
            raise CheckFailedError(f"{what} still holds the marker {found.group()!r}.")
        lines = {_squeezed(line) for line in re.split(r"\n|\\n", text)}
        if ours:
            if leaked := sorted(lines & self._solution):
                raise CheckFailedError(f"{what} holds a solution line: {leaked[0]!r}.")
            for key, telling in self._versions:
                if telling <= lines:
                    raise CheckFailedError(f"{what} holds catalogue code: {key}.")
            words = _words(text)
            for name, sentence in self._answers:
                if f" {sentence} " in words:
                    raise CheckFailedError(
                        f"{what} holds the model answer of {name}: {sentence!r}."
                    )
        plain = _plain(text)
        for statement in self._hidden:
            if statement in plain:
                raise CheckFailedError(f"{what} holds a hidden case: {statement!r}.")


def _answers(bundle: Bundle) -> list[tuple[str, str]]:
    """The sentences of the model answers and rubrics, each with the name of its question."""
    return [
        (one["name"], words.strip())
        for one in bundle.written
        for sentence in re.split(r"[.:;?!](?=\s|\*|$)|\n\s*\n|\n *[-*] ", one["answer"])
        if sum(map(str.isalpha, (words := _words(sentence)).split())) >= _TELLING_WORDS
    ]


def _words(text: str) -> str:
    """The words alone: lines break elsewhere in a notebook, and a page has tags."""
    found = re.findall(r"\w+", re.sub(r"\\n|<[^<>]*>", " ", text))
    return f" {' '.join(found)} "


def _written_by_us(name: str) -> bool:
    """Whether a file is of the lab, and not of the kit."""
    return name.startswith(("neuralnet/", "tests/", "figures.py", "recorded.npz")) or (
        name.endswith((".ipynb", ".md"))
    )


def _sentences(told: Any) -> Iterator[str]:
    """All texts in what JSON holds, names too."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        for name, value in told.items():
            yield from (name, *_sentences(value))
    elif isinstance(told, Sequence):
        for value in told:
            yield from _sentences(value)


def _plain(text: str) -> str:
    """With one kind of quotes: in a file, in a notebook and from `ast.unparse` they differ."""
    return text.replace("\\", "").replace('"', "'")


def _squeezed(line: str) -> str:
    return _plain(re.sub(r'^"|",?$', "", line.strip()).strip())


def _hidden_statements(tests: Path) -> set[str]:
    """Names and statements that only hidden cases have."""
    hidden: set[str] = set()
    public: set[str] = set()
    for path in sorted(tests.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            secret = any(
                isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                for decorator in node.decorator_list
                if isinstance(decorator, ast.Call)
                for keyword in decorator.keywords
                if keyword.arg == "hidden"
            )
            body = {ast.unparse(statement) for statement in node.body}
            lines = {_plain(line.strip()) for text in body for line in text.splitlines()}
            wanted = {line for line in lines if len(line) > 30} | {f"def {node.name}("}
            (hidden if secret else public).update(wanted)
    return {line for line in hidden - public if not line.startswith("'")}


def _catalogue_code(bundle: Bundle) -> list[tuple[str, frozenset[str]]]:
    """For each version of the catalogue its key and telling lines."""
    found = []
    for version in Catalogue.of(bundle.lab).versions:
        words = inspect.getdoc(version.run) or ""
        lines = {line.strip() for line in inspect.getsource(version.run).splitlines()}
        lines -= {line.strip() for line in words.splitlines()}
        telling = frozenset(
            _squeezed(line) for line in lines if len(line) > 24 and not _EVERYDAY.match(line)
        )
        if telling:
            found.append((version.key, telling))
    return found
