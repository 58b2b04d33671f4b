"""What `labkit grade` runs: a class from its submissions to files, summary and screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.progress import progress, say
from labkit.classroom import marks
from labkit.classroom.grades import write_grades
from labkit.classroom.order import Order
from labkit.classroom.pool import Graded, grade_here, grade_in_processes
from labkit.intake import Submission, Submissions, open_submissions
from labkit.judging import result as results
from labkit.judging.result import GRADED, Result
from labkit.lab.bundle import Bundle
from labkit.lab.lab import Lab
from labkit.reporting import feedback, numbers, report, similar
from labkit.sandbox import Zygote

TEMPLATE = "marks-template.csv"
"""To be filled in with marks for the written questions, for --manual."""


@dataclass(frozen=True)
class Options:
    """How a class is to be graded."""

    jobs: int = 0
    """Submissions at a time; 0 is one a core."""
    resume: bool = False
    """Keep results whose submission has not changed."""
    scheduler: str | None = None
    """Address of a Dask cluster."""
    manual: Path | None = None
    """CSV with marks for the written questions."""


@dataclass
class GradedClass:
    """A graded class and the files that were written."""

    lab: Lab
    results: list[Result]
    files: list[Path] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    """Lines that the instructor must read."""

    def show(self) -> None:
        """Print the table of scores, who needs a look, and the files."""
        from labkit.reporting.terminal import show_class

        show_class(self.lab, self.results, files=self.files, summary=self.summary)


def grade_to(
    bundle: Bundle, submissions: Path | Submissions, out: Path, options: Options
) -> GradedClass:
    """Grade a class into `out`: grades.csv, results, feedback, report.html.

    `submissions` is where they lie, or what was opened already. Raises LabkitError where the input
    cannot be read.
    """
    lab = bundle.lab
    # What cannot be read stops before the long work.
    given = None
    if options.manual is not None:
        given = marks.read_marks(options.manual, _points(lab))
    opened = submissions if isinstance(submissions, Submissions) else _opened(submissions, lab, out)
    with Zygote.start(lab.contract.module_of) as zygote:
        if not zygote.confinement.complete:
            say(zygote.confinement.sentence)
    comparison = similar.Comparison(opened.names, lab)
    with progress(f"grading {lab.short}") as (begin, advance):

        def graded(submission: Submission, result: Result) -> None:
            advance(result)
            if result.status == GRADED:  # here, while others are being graded
                comparison.add(submission.name, submission.files)

        begin(len(opened))
        found = grade_class(bundle, opened, out, options, advance=graded)
    summary = list(opened.notes)
    if given is not None:
        found = _with_marks(lab, found, out, given=given, summary=summary)
    write_grades(out / "grades.csv", found, lab)
    similarity = comparison.finish()
    summary += [*needs_a_look(found), *near_identical(similarity)]
    written = report.write(out, found, lab, similarity=similarity, notes=opened.notes)
    files = [written[0], out / "grades.csv", *written[1:], out / "results", out / "feedback"]
    if lab.written and given is None:
        files.append(out / TEMPLATE)
        if not files[-1].is_file():  # one that is being filled in stays
            marks.write_marks_template(files[-1], [one.submission for one in found], _points(lab))
    return GradedClass(lab, found, files, summary)


def grade_class(
    bundle: Bundle,
    submissions: Submissions,
    out: Path,
    options: Options,
    *,
    advance: Callable[[Submission, Result], None] = lambda submission, result: None,
) -> list[Result]:
    """Grade every submission into `out/results` and `out/feedback`; each is opened once.

    `advance` hears each result as it comes. Gives the results in the order of the submissions.
    """
    out.mkdir(parents=True, exist_ok=True)
    for unfinished in (*out.glob(".writing-*"), *out.glob("*/.writing-*")):  # of a run that died
        unfinished.unlink(missing_ok=True)
    order = Order(bundle, out, options.resume)
    found: dict[str, Result] = {}
    shared = results.Shared()
    for submission, result in _graded(order, submissions, options):
        found[result.submission] = shared(result)
        advance(submission, result)
    return [found[name] for name in submissions.names]


def _graded(order: Order, submissions: Submissions, options: Options) -> Iterator[Graded]:
    one_by_one: Iterable[Submission] = iter(submissions)
    if options.scheduler is not None:
        from labkit.classroom.dask import grade_on_cluster

        return grade_on_cluster(order, one_by_one, options.scheduler)
    jobs = min(options.jobs or os.cpu_count() or 1, len(submissions))
    if jobs <= 1:
        return grade_here(order, one_by_one)
    return grade_in_processes(order, one_by_one, jobs)


def _opened(submissions: Path, lab: Lab, out: Path) -> Submissions:
    opened = open_submissions(submissions, lab.contract.modules, leave_out=out)
    if submissions.is_file() and len(opened) == 1 and not opened.platforms[0]:
        alone = opened[0]
        if alone.problem:
            raise LabkitError(f"There is nothing to grade: {alone.problem}")
    return opened


def _points(lab: Lab) -> dict[str, float]:
    """Points of the written questions."""
    return {question.name: question.points for question in lab.written}


def needs_a_look(found: list[Result]) -> list[str]:
    """Who needs a human look, and why: one line a submission."""
    return [
        f"{look.result.submission}: {reason.replace('`', '').rstrip('.')}."
        for look in numbers.looks(found)
        for reason in look.reasons
    ]


def near_identical(similarity: similar.Similarity) -> list[str]:
    """Who has nearly the same code: one line a group."""
    lines = [f"{', '.join(group)}: nearly the same code." for group in similarity.groups]
    if alike := similarity.like_reference:
        rest = f" and {len(alike) - 3} more (see report.html)" if len(alike) > 4 else ""
        who = ", ".join(alike[:3] if rest else alike)
        lines.append(f"{who}{rest}: the kit's own solution but for names.")
    return lines


def _with_marks(
    lab: Lab,
    found: list[Result],
    out: Path,
    *,
    given: dict[str, dict[str, float]],
    summary: list[str],
) -> list[Result]:
    """Join marks for written questions in, also in the files that students read."""
    names = [result.submission for result in found]
    if unknown := sorted(set(given) - set(names)):
        who = ", ".join(unknown)
        summary.append(f"The marks name {who}, who handed nothing in here.")
    summary += marks.unmarked(given, names, _points(lab))
    joined = []
    for result in found:
        row = given.get(result.submission, {})
        if row != result.marks:  # also those of an earlier run that the file takes back
            result = replace(result, marks=row)
            results.write(out / "results" / f"{result.submission}.json", result, lab)
            feedback.write(out / "feedback" / f"{result.submission}.html", result, lab)
        joined.append(result)
    return joined
