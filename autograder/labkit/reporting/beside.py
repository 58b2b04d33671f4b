"""Near-identical submissions side by side: a page a group in OUT/similar, for the instructor."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labkit.lab.lab import Lab
from labkit.reporting import code, pages
from labkit.reporting.similar import Pair, Similarity, bodies

FOLDER = "similar"
_MOST_PAIRS = 40
"""Pairs of one group that are shown; they are the least likely ones."""
_MOST = 6_000
"""Characters of a function that are shown."""


@dataclass(frozen=True)
class Row:
    """A line of one version beside a line of the other, or beside nothing."""

    number: int | None
    left: str
    other: int | None
    right: str
    same: bool


@dataclass(frozen=True)
class Shared:
    """A function that two submissions share."""

    name: str
    rows: tuple[Row, ...]

    @property
    def differing(self) -> int:
        """How many lines are not the same to the letter."""
        return sum(not row.same for row in self.rows)


def write(out: Path, lab: Lab, similarity: Similarity) -> None:
    """Write OUT/similar/<number>.html for each group, in place of those of an earlier run."""
    for old in (out / FOLDER).glob("*.html"):
        old.unlink()
    for number, group in enumerate(similarity.groups, 1):
        pairs = [pair for pair in similarity.pairs if pair.first in group]
        shown = ((pair, list(_shared(out, lab, pair))) for pair in pairs[:_MOST_PAIRS])
        more = max(0, len(pairs) - _MOST_PAIRS)
        path = out / FOLDER / f"{number}.html"
        pages.write(path, "similar.html", lab=lab, group=group, pairs=shown, more=more)


def _shared(out: Path, lab: Lab, pair: Pair) -> Iterator[Shared]:
    """Both versions of each function that a pair shares, as they were handed in."""
    first, second = (bodies(code.read(out, name), lab) for name in (pair.first, pair.second))
    for function in pair.functions:
        yield Shared(function, tuple(aligned(first.get(function, ""), second.get(function, ""))))


def aligned(left: str, right: str) -> Iterator[Row]:
    """The lines of two texts beside each other, each with its number."""
    a, b = (textwrap.dedent(text[:_MOST]).strip("\n").split("\n") for text in (left, right))
    matcher = difflib.SequenceMatcher(None, a, b)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        for step in range(max(i_end - i, j_end - j)):
            mine, other = i + step < i_end, j + step < j_end
            yield Row(
                number=i + step + 1 if mine else None,
                left=a[i + step] if mine else "",
                other=j + step + 1 if other else None,
                right=b[j + step] if other else "",
                same=tag == "equal",
            )
