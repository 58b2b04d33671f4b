"""The instructor's report: one HTML file that needs nothing else, and its numbers as CSV."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.base.files import write_text
from labkit.base.spreadsheet import to_csv
from labkit.judging.result import GRADED, Result
from labkit.lab.lab import Lab
from labkit.reporting import code, numbers, pages, summary
from labkit.reporting.similar import Pair, Similarity

_MODIFIED = ("modified", "submitted")
"""Where a platform says when a submission came."""


def write(
    out: Path,
    results: Sequence[Result],
    lab: Lab,
    *,
    similarity: Similarity | None = None,
    notes: Sequence[str] = (),
    changed: Sequence[str] = (),
) -> list[Path]:
    """Write report.html and its numbers into `out`, which holds feedback/; gives the files written.

    `similarity` is what was found of near-identical submissions, `notes` sentences about the whole
    class, `changed` what a regrade changed.
    """
    similarity = similarity or Similarity(left_out="Not looked for.")
    values = _values(
        results, lab, similarity, notes=notes, changed=changed, with_code=code.written(out)
    )
    pages.write(out / "report.html", _TEMPLATE, **values)
    write_text(out / "summary.txt", summary.text(results, lab, similarity))
    tables = {
        "questions.csv": _questions_table(results, lab),
        "mistakes.csv": _mistakes_table(results, lab),
        "similar.csv": _similar_table(similarity),
    }
    for name, rows in tables.items():
        write_text(out / name, to_csv(rows))
    return [out / "report.html", out / "summary.txt", *(out / name for name in tables)]


_TEMPLATE = "report.html"
ANONYMOUS = "report-anonymous.html"


def write_anonymous(out: Path, results: Sequence[Result], lab: Lab) -> Path:
    """Write the report without names; gives the file."""
    nameless = Similarity(left_out="Not shown.")
    values = _values(anonymous(results, lab), lab, nameless, nameless=True)
    pages.write(out / ANONYMOUS, _TEMPLATE, **values)
    return out / ANONYMOUS


def anonymous(results: Sequence[Result], lab: Lab) -> list[Result]:
    """Results without anything that tells whose they are, ordered by points."""
    ordered = sorted(results, key=lambda result: -result.percent(lab))
    width = len(str(len(ordered)))
    return [
        replace(
            result,
            submission=f"student {number:0{width}}",
            platform={},
            notes=(),
            origin="",
            changes=tuple(replace(change, reason="") for change in result.changes),
            comments={},
        )
        for number, result in enumerate(ordered, 1)
    ]


def page(results: Sequence[Result], lab: Lab, *, similarity: Similarity, **how: Any) -> str:
    """The report as HTML; `how` is what `_values` takes."""
    return pages.render(_TEMPLATE, **_values(results, lab, similarity, **how))


def _values(
    results: Sequence[Result],
    lab: Lab,
    similarity: Similarity,
    *,
    notes: Sequence[str] = (),
    changed: Sequence[str] = (),
    with_code: Collection[str] = (),
    nameless: bool = False,
) -> dict[str, Any]:
    """What the template shows.

    `with_code` are the submissions that have a page of their code. A `nameless` one has no links,
    and nothing about single people but their points.
    """
    questions, mistakes = numbers.questions(results, lab), numbers.mistakes(results, lab)
    return dict(
        lab=lab,
        results=results,
        overview=numbers.overview(results, lab),
        bars=numbers.distribution(results, lab),
        questions=questions,
        hardest=numbers.hardest(questions),
        mistakes=mistakes,
        frequent=numbers.frequent(mistakes),
        rare=numbers.rare(mistakes),
        looks=numbers.looks(results),
        notes=notes,
        changed=changed,
        similarity=similarity,
        groups=[(group, *_of_group(group, similarity.pairs)) for group in similarity.groups],
        written=[q for q in lab.written if any(q.name in result.marks for result in results)],
        modified={result.submission: _modified(result) for result in results},
        who={result.submission: pages.who(result) for result in results},
        scored=_scored,
        decided=[(result.submission, line) for result in results for line in _decided(result)],
        excluded={name: numbers.EXCLUDED[how] for name, how in lab.config.exclude.items()},
        taken_out=numbers.taken_out(lab),
        with_code=with_code,
        anonymous=nameless,
        GRADED=GRADED,
    )


def _scored(result: Result) -> dict[str, float | None]:
    """Points by question; None for a bonus that was not tried."""
    return {
        q.name: None if q.not_tried and not result.score(q) else result.score(q)
        for q in result.counted
    }


def _decided(result: Result) -> list[str]:
    """What an instructor changed for one submission."""
    return [
        f"{change.points:+g} in {change.question}: {change.reason}" for change in result.changes
    ]


def _of_group(group: Sequence[str], pairs: Sequence[Pair]) -> tuple[list[str], float, float]:
    """Of a group: functions that all its pairs share, and how much they share, from and to."""
    own = [pair for pair in pairs if pair.first in group]
    common = [f for f in own[0].functions if all(f in pair.functions for pair in own)]
    return common, min(pair.share for pair in own), max(pair.share for pair in own)


def _modified(result: Result) -> str:
    """When a submission came, as the platform tells it, and whether that was late."""
    told = next((str(result.platform[key]) for key in _MODIFIED if result.platform.get(key)), "")
    late = result.platform.get("lateness") or result.platform.get("late") or ""
    how = late if isinstance(late, str) else "late"
    until = result.platform.get("extension")
    return ", ".join(filter(None, (told, how, f"extension until {until}" if until else "")))


# ---------------------------------------------------------------- the same as CSV


def _questions_table(results: Sequence[Result], lab: Lab) -> Iterable[Sequence[Any]]:
    yield (
        *("question", "possible", "graded", "mean_share", "discrimination"),
        *("lost_points", "blank", "unnamed"),
    )
    for q in numbers.questions(results, lab):
        yield (
            *(q.name, pages.number(q.possible), q.graded, _rounded(q.mean)),
            *(_rounded(q.discrimination), q.lost, q.blank, q.unnamed),
        )


def _mistakes_table(results: Sequence[Result], lab: Lab) -> Iterable[Sequence[Any]]:
    yield "question", "mistake", "title", "hint", "count", "graded", "share", "submissions"
    for one in numbers.mistakes(results, lab):
        yield (
            *(one.question, one.key, one.title, one.hint, len(one.submissions), one.graded),
            *(_rounded(one.share), " ".join(one.submissions)),
        )


def _similar_table(similarity: Similarity) -> Iterable[Sequence[Any]]:
    yield "group", "submission", "other", "functions", "share"
    for number, group in enumerate(similarity.groups, 1):
        for pair in similarity.pairs:
            if pair.first in group:
                functions = " ".join(f.replace(" ", "_") for f in pair.functions)
                yield number, pair.first, pair.second, functions, _rounded(pair.share)


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
