"""What a student reads about checks: the same lines in a terminal and in a notebook."""

from __future__ import annotations

import codecs
import html
import itertools
import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .checking import Event
from .probe import is_blank
from .running import score

_WIDTH = 78

_PLAIN = {
    **{"✓": "+", "✗": "x", "✋": "!", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"},
    **{"–": "-", "—": "-", "−": "-", "…": "...", "×": "x", "·": "*", "→": "->", "≤": "<="},
    **{"≥": ">=", "σ": "sigma", "Σ": "sum", "²": "^2", "≠": "!="},
}
"""For consoles that cannot show them."""


@dataclass(frozen=True)
class Line:
    """One paragraph; `kind` says how it looks."""

    kind: str
    """title, pass, fail, open, case, say, finding, printed or end."""
    text: str


def make_printing_safe() -> None:
    """A console that cannot show a character gets another one, and no traceback."""
    codecs.register_error("labcheck", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="labcheck")


def _plainly(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c, "?") for c in text), error.end


def lines(event: Event) -> Iterator[Line]:
    """What is to be said of an event."""
    if event["kind"] == "start":
        yield Line("title", event["title"])
        for sentence in event["findings"]:
            yield Line("finding", sentence)
    elif event["kind"] == "question":
        yield from _question(event)


def _question(event: Event) -> Iterator[Line]:
    points = f"{shown(event['points'])} {'bonus ' if event['bonus'] else ''}points"
    if event["left_out"]:
        yield Line("open", f"· {event['question']:<22} {points}, not written yet")
        return
    mark = "✓" if event["passed"] else "✗"
    kind = "pass" if event["passed"] else "fail"
    yield Line(kind, f"{mark} {event['question']:<22} {points}")
    failed = [case for case in event["cases"] if not case["passed"]]
    said: set[str] = set()
    # What several checks say in the same words is said once, below their titles.
    for message, group in itertools.groupby(failed, key=lambda case: case["message"]):
        together = list(group)
        for case in together:
            yield Line("case", f"✗ {case['title']}")
        lead, *hints = message.splitlines() or [""]
        if together[1:] and not is_blank(event["question"], message):
            lead = f"{'Both' if len(together) == 2 else f'All {len(together)}'}: {lead}"
        for text in [lead, *(hint for hint in hints if hint not in said)]:
            yield Line("say", text)
        said.update(hints)
    notes = [case["message"] for case in event["cases"] if case["passed"] and case["message"]]
    for note in dict.fromkeys(notes):
        yield Line("say", note)
    if event["printed"].strip():
        yield Line("say", "Your code printed:")
        yield Line("printed", event["printed"].rstrip())


def shown(points: float) -> str:
    """Points as a person reads them: shares of a question need not end after six digits."""
    return f"{round(points, 2):g}"


def ending(found: Sequence[Event]) -> Line:
    """The last line about questions that were checked."""
    asked = [event for event in found if event["kind"] == "question"]
    questions = [event for event in asked if not event["left_out"]]
    if asked and not questions:
        return Line("end", "A bonus: leaving it out takes nothing away.")
    points = score(found)
    hidden = shown(points["possible"] - points["public"])
    hidden += " points are decided by checks you cannot see."
    if points["passed"]:
        if len(questions) == 1:
            return Line("end", f"All test cases passed! All public checks pass; {hidden}")
        return Line("end", f"All public checks pass; {hidden}")
    questions = [event for event in questions if not event["bonus"]] or questions
    passed = sum(event["passed"] for event in questions)
    if len(questions) == 1:
        return Line("end", f"Not all of its public checks pass; {hidden}")
    return Line("end", f"{passed} of {len(questions)} questions pass their public checks; {hidden}")


# In a terminal -----------------------------------------------------------------------------------

_INDENT = {"case": "    ", "say": "      ", "printed": "        "}
_CODES = {"title": "1", "pass": "32", "fail": "31", "finding": "33"}


def as_text(line: Line, color: bool = False) -> str:
    """The paragraph for a terminal of 80 columns."""
    indent = _INDENT.get(line.kind, "")
    if line.kind == "printed":
        text = textwrap.indent(line.text, indent)
    elif line.kind in ("pass", "fail", "open"):
        text = line.text
    else:
        text = textwrap.fill(
            line.text,
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + ("  " if line.kind == "case" else ""),
            break_long_words=False,
            break_on_hyphens=False,
        )
    code = _CODES.get(line.kind, "")
    return f"\033[{code}m{text}\033[0m" if color and code else text


def wants_color(stream: Any) -> bool:
    """Whether a stream is a terminal that shows colours."""
    if "NO_COLOR" in os.environ or not stream.isatty():
        return False
    return sys.platform != "win32" or "WT_SESSION" in os.environ or "ANSICON" in os.environ


# In a notebook -----------------------------------------------------------------------------------

_BOX = (
    "border-left:4px solid {color};padding:.2em 0 .2em .8em;max-width:46em;"
    "overflow-wrap:anywhere;line-height:1.4"
)
_STYLES = {
    "title": "font-weight:bold",
    "pass": "font-weight:bold",
    "fail": "font-weight:bold",
    "open": "margin:0",
    "finding": "font-weight:bold;margin:.3em 0",
    "case": "margin:.4em 0 0 1em",
    "say": "margin-left:2.2em",
    "printed": "margin:.2em 0 .2em 2.2em;white-space:pre-wrap;font-family:monospace;"
    "max-height:12em;overflow:auto",
    "end": "margin-top:.4em",
}
_GOOD, _BAD = "#0072B2", "#B35900"
"""A left edge that differs in grey and for colour-blind people; the mark says the same."""


def as_html(shown: Sequence[Line], good: bool) -> str:
    """The same paragraphs for a notebook."""
    rows = [
        f'<div style="{_STYLES[line.kind]}">{html.escape(" ".join(line.text.split()))}</div>'
        if line.kind != "printed"
        else f'<div style="{_STYLES[line.kind]}">{html.escape(line.text)}</div>'
        for line in shown
    ]
    return f'<div style="{_BOX.format(color=_GOOD if good else _BAD)}">{"".join(rows)}</div>'


class Answer:
    """What a notebook shows: HTML, and the same as text."""

    def __init__(self, shown: Sequence[Line], good: bool) -> None:
        self.good = good
        self._lines = tuple(shown)

    def __repr__(self) -> str:
        return "\n".join(as_text(line) for line in self._lines)

    def _repr_html_(self) -> str:
        return as_html(self._lines, self.good)
