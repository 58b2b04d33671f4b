"""Feedback comments in the form that survives Moodle's import.

Moodle stores the cell as HTML, and reads the file with a backslash as escape character, so that a
comment which ends in one swallows the next row. A cell that begins with `= + - @` is a formula to a
spreadsheet. Hence no quote, no backslash, no line break and no such beginning is ever written.
"""

from __future__ import annotations

import html
import re

_FORMULA = ("=", "+", "-", "@")
_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\0-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


def from_text(text: str) -> str:
    """Plain text as a comment: `& < >`, quotes and backslashes escaped, lines broken by `<br>`."""
    text = _printable(text).strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _safe_start(_BREAK.sub("<br>", text).replace('"', "&quot;").replace("\\", "&#92;"))


def bare_text(markup: str) -> str:
    """What a comment says, without tags, entities and white space: equal before and after Moodle.

    Moodle hands a comment back with its tags removed or its markup tidied.
    """
    return "".join(html.unescape(re.sub(r"<[^<>]*>", "", markup)).split())


def same_text(shown: str, markup: str) -> bool:
    """Whether `shown`, which Moodle made of a stored comment, is what it makes of `markup`."""
    return bare_text(markup) in ("".join(shown.split()), bare_text(shown))


def _printable(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\t", " ")
    return _CONTROL.sub("", text)


def _safe_start(text: str) -> str:
    return f"&#{ord(text[0])};{text[1:]}" if text.startswith(_FORMULA) else text
