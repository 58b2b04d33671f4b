"""A guess before a picture: what it means, and the line that sets it beside what was measured.

    word(" Ankle Boot", ["bag", "ankle boot"])    # "ankle boot"
    number("0,75")                                # 0.75
    beside(0.75, 0.64)                            # "\\nyour guess: 0.75   measured: 0.64"

Nobody grades a guess, and none stops anything: one that cannot be taken is named in that line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from textwrap import fill
from typing import Any, TypeVar

Word = TypeVar("Word")

WIDTH = 48  # characters that fit over the narrowest picture
LONGEST = 24  # characters of a guess that are shown


def word(guess: Any, words: Collection[Word]) -> Word | None:
    """The one of `words` that a guess means; None where it is none of them.

    Case, blanks and quotes do not matter, nor how a number is written: "1,000" is 1000.
    """
    return None if guess is None else {_plain(one): one for one in words}.get(_plain(guess))


def number(guess: Any, high: float = 1.0) -> float | None:
    """The number from 0 to `high` that a guess means; None where it is none."""
    try:
        value = float(_plain(guess))
    except ValueError:
        return None
    return value if 0 <= value <= high else None


def beside(guess: Any, measured: Any, words: Collection[Any] = (), high: float = 1.0) -> str:
    """A further line for a title: a guess and what was measured; nothing without a guess.

    What can be guessed is one of `words`, or without them a number from 0 to `high`.
    """
    if guess is None:
        return ""
    # Between two dollars matplotlib would read a formula.
    return "\n" + _line(guess, measured, words, high).replace("$", r"\$")


def tell(guess: Any, measured: Any, words: Collection[Any] = (), high: float = 1.0) -> None:
    """Print what `beside` puts into a title."""
    if guess is not None:
        print(_line(guess, measured, words, high))


def _line(guess: Any, measured: Any, words: Collection[Any], high: float) -> str:
    taken = word(guess, words) if words else number(guess, high)
    if taken is not None:
        yours = _short(taken, str if words else "{:g}".format)
        return f"your guess: {yours}   measured: {measured}"
    glue = "\N{NO-BREAK SPACE}"
    parts = [str(one).replace(" ", glue) for one in words or [f"from 0 to {high:g}"]]
    wanted = ("none of: " if words else "no number ") + ", ".join(parts)
    line = fill(f"your guess {_short(guess, repr)} is {wanted}", WIDTH, break_on_hyphens=False)
    return line.replace(glue, " ")


def _short(said: Any, form: Callable[[Any], str]) -> str:
    text = _text(said, form)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}…{text[-1]}"


def _text(said: Any, form: Callable[[Any], str]) -> str:
    try:
        return " ".join(form(said).split())
    except Exception:  # a whole number of 5,000 digits has no text
        return f"<{type(said).__name__}>"


def _plain(said: Any) -> str:
    """The text without what does not matter; 1,500 is a number of thousands, 0,75 is not."""
    text = _text(said, str).strip("\"'`´“”„‘’‚«» ").casefold()
    thousands = re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?", text)
    try:
        return str(float(text.replace(",", "" if thousands else ".")))
    except ValueError:
        return text
