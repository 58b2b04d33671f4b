"""What students wrote below the written questions of a notebook.

A written question begins and ends with a comment that Otter Assign puts there; what stands between
the question's own cell and the end is the answer: Markdown, and what code cells showed.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import pickle
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.student.labcheck.notebooks import PLACEHOLDER

_BEGIN, _END = "<!-- BEGIN QUESTION -->", "<!-- END QUESTION -->"
_PICTURES = ("image/png", "image/jpeg")
MAX_PICTURES = 1 << 20
"""Bytes of pictures in one answer that are shown."""
MAX_TEXT = 20_000
"""Characters of one answer's words that are shown, and of what its code cells hold and say."""


@dataclass(frozen=True)
class Answer:
    """One student's answer to one question."""

    markdown: str = ""
    outputs: tuple[str, ...] = ()
    """Text that code cells of the answer printed, and the code itself."""
    pictures: tuple[str, ...] = field(default=(), repr=False)
    """As data: addresses."""

    @property
    def empty(self) -> bool:
        """Whether nothing was written."""
        return not (self.markdown or self.outputs or self.pictures)


class KeptAnswers:
    """The answers of a class, on disk: with their pictures they are larger than all else."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed with whoever holds it
        self._places: dict[str, int] = {}

    def add(self, submission: str, answers: Mapping[str, Answer]) -> None:
        """Keep what a submission answered."""
        if not all(answer.empty for answer in answers.values()):
            self._places[submission] = self._file.seek(0, os.SEEK_END)
            pickle.dump(answers, self._file)

    def __contains__(self, submission: str) -> bool:
        """Whether it answered anything."""
        return submission in self._places

    def of(self, submission: str, question: str) -> Answer:
        """One submission's answer to a question."""
        if submission not in self._places:
            return Answer()
        self._file.seek(self._places[submission])
        found: Mapping[str, Answer] = pickle.load(self._file)
        return found.get(question, Answer())


def read_answers(notebook: bytes, questions: Sequence[dict[str, str]]) -> dict[str, Answer]:
    """The answers in a notebook by question; none where it cannot be read.

    `questions` are those of the lab as they were handed out (name, question), in order.
    """
    try:
        cells = json.loads(notebook)["cells"]
        blocks = _blocks([cell for cell in cells if isinstance(cell, dict)])
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    found: dict[str, Answer] = {}
    for text, block in blocks:
        for question in questions:
            if question["name"] not in found and _alike(text, question["question"]):
                found[question["name"]] = _answer(block)
                break
    if not found and len(blocks) == len(questions):  # every question was rewritten
        pairs = zip(questions, blocks, strict=True)
        found = {question["name"]: _answer(block) for question, (_, block) in pairs}
    return found


def _blocks(cells: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The text of each written question, and the cells of its answer."""
    blocks: list[tuple[str, list[dict[str, Any]]]] = []
    inside = False
    for cell in cells:
        source = _source(cell)
        if _BEGIN in source:  # behind the end of another question, it may be
            blocks.append((source.partition(_BEGIN)[2], []))
            inside = True
        elif _END in source:  # the text that goes on behind it is the lab's
            rest = source.partition(_END)[0].strip()
            if inside and rest:
                blocks[-1][1].append({**cell, "source": rest})
            inside = False
        elif inside:
            blocks[-1][1].append(cell)
    return blocks


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _alike(one: str, other: str) -> bool:
    """Whether two texts are the same question, whatever was added to it."""
    first, second = (re.sub(r"\W+", "", text)[:120] for text in (one, other))
    return bool(second) and first.startswith(second[:60])


def _answer(cells: Sequence[dict[str, Any]]) -> Answer:
    markdown, outputs, pictures = [], [], []
    room = MAX_PICTURES
    for cell in cells:
        source = _source(cell)
        if cell.get("cell_type") != "code":
            if source.strip() not in ("", PLACEHOLDER):
                markdown.append(source)
            found = _attached(cell.get("attachments"))
        else:
            if source.strip():
                outputs.append(source)
            text, found = _shown(cell.get("outputs"))
            outputs += text
        for picture in found:
            room -= len(picture)
            if room >= 0:
                pictures.append(picture)
    return Answer("\n\n".join(markdown)[:MAX_TEXT], tuple(_fitting(outputs)), tuple(pictures))


def _fitting(texts: Sequence[str]) -> Iterator[str]:
    """As many of these texts, from the first on, as there is room for."""
    room = MAX_TEXT
    for text in texts:
        if room > 0:
            yield text[:room]
        room -= len(text)


def _attached(attachments: Any) -> list[str]:
    """Pictures that were pasted into a Markdown cell."""
    if not isinstance(attachments, dict):
        return []
    bundles = [bundle for bundle in attachments.values() if isinstance(bundle, dict)]
    return [picture for bundle in bundles for picture in _pictures(bundle)]


def _shown(outputs: Any) -> tuple[list[str], list[str]]:
    """Text and pictures that a code cell showed."""
    text, pictures = [], []
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        bundle = data if isinstance(data, dict) else {}
        pictures += _pictures(bundle)
        told = output.get("text", bundle.get("text/plain", ""))
        told = "".join(map(str, told)) if isinstance(told, list) else str(told)
        if told.strip() and not _pictures(bundle):
            text.append(told[:4000])
    return text, pictures


def _pictures(bundle: dict[str, Any]) -> list[str]:
    """PNG and JPEG alone, and only what is base64: no SVG, no HTML."""
    found = []
    for kind in _PICTURES:
        data = bundle.get(kind)
        data = "".join(map(str, data)) if isinstance(data, list) else data
        if isinstance(data, str):
            try:
                raw = base64.b64decode("".join(data.split()), validate=True)
            except (binascii.Error, ValueError):
                continue
            found.append(f"data:{kind};base64,{base64.b64encode(raw).decode()}")
    return found
