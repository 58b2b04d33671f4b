"""OUT/summary.txt: the class in a few lines of plain text that fit into an e-mail; no names."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from labkit.judging.result import Result
from labkit.lab.lab import Lab
from labkit.reporting import numbers
from labkit.reporting.similar import Similarity


def text(results: Sequence[Result], lab: Lab, similarity: Similarity) -> str:
    """The summary, lines of at most 72 characters."""
    return "".join(
        textwrap.fill(
            line, 72, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        + "\n"
        for line in _lines(results, lab, similarity)
    )


def _lines(results: Sequence[Result], lab: Lab, similarity: Similarity) -> Iterator[str]:
    seen = numbers.overview(results, lab)
    yield lab.title
    yield ""
    yield f"{seen.graded} of {_count(seen.submitted, 'submission')} graded."
    if seen.median is None or seen.mean is None:
        return
    yield f"Median {seen.median:.0f} %, mean {seen.mean:.0f} %."
    full = sum(bar.count for bar in numbers.distribution(results, lab) if bar.label == "100")
    if full:
        yield f"{full} with all points."
    if late := sum(bool(result.platform.get("lateness")) for result in results):
        yield f"{late} handed in late."
    if taken := numbers.taken_out(lab):
        yield taken.replace("`", "")
    if hardest := numbers.hardest(numbers.questions(results, lab)):
        shares = (f"{q.name} ({100 * (q.mean or 0):.0f} % of its points)" for q in hardest)
        yield f"Hardest: {', '.join(shares)}."
    if frequent := numbers.frequent(numbers.mistakes(results, lab)):
        yield ""
        yield "Most frequent mistakes:"
        for one in frequent:
            title = one.title.replace("`", "").rstrip(".")
            yield f"- {one.question}: {title} ({len(one.submissions)} of {one.graded})"
    yield ""
    if looks := numbers.looks(results):
        yield f"{_count(len(looks), 'submission')} to be looked at by a person."
    if groups := similarity.groups:
        yield f"{_count(len(groups), 'group')} of near-identical submissions."
    yield "All of it, with names: report.html."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
