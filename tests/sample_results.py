"""Results as a class could have them, without grading anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from labkit.judging.result import GRADED, CaseResult, QuestionResult, Result
from labkit.lab.course import find
from labkit.lab.lab import Written
from labkit.lab.schema import Config

LAB = replace(
    find("lab1"),
    title="Lab 1: <forward> & co",
    questions={"sigmoid": 40.0, "relu": 20.0, "forward": 40.0},
    written=(Written("why_xor", "Why not XOR?", 5.0),),
    config=Config(),
)
"""A short lab with the mistakes of a real one."""


def question(
    name: str, passed: Sequence[bool], message: str = "", named: Sequence[str] = ()
) -> QuestionResult:
    """A question whose cases share its points, public and hidden in turn."""
    possible = LAB.questions[name]
    points = possible / len(passed)
    cases = tuple(
        CaseResult(
            f"Case {i}.", i % 2 == 1, ok, points, "" if ok else message, () if ok else tuple(named)
        )
        for i, ok in enumerate(passed)
    )
    return QuestionResult(name, points * sum(passed), possible, cases)


def result(
    submission: str, wrong: Mapping[str, QuestionResult] | None = None, **more: Any
) -> Result:
    """A graded submission that is right but for the questions in `wrong`."""
    wrong = wrong or {}
    questions = tuple(wrong.get(name) or question(name, [True, True]) for name in LAB.questions)
    return Result(submission, "lab1", GRADED, questions, **more)


class Page(HTMLParser):
    """A page taken apart: tags with attributes, headings' levels, links, visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.levels: list[int] = []
        self.words: list[str] = []
        self._silent = 0
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent += tag == "style"
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def is_self_contained(self) -> bool:
        """Whether it loads nothing and runs nothing."""
        loads = {"script", "link", "img", "iframe", "object", "embed", "audio", "video"}
        attributes = [a for _, attributes in self.tags for a in attributes]
        return not loads & {tag for tag, _ in self.tags} and not any(
            a == "src" or a.startswith("on") for a in attributes
        )

    def outline_is_sound(self) -> bool:
        """Whether there is one h1, first, and no level is left out on the way down."""
        steps = zip(self.levels, self.levels[1:], strict=False)
        return (
            self.levels[:1] == [1]
            and self.levels.count(1) == 1
            and all(b <= a + 1 for a, b in steps)
        )
