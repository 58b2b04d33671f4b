"""What `labkit grade` and `labkit moodle` do around the grading: files, summary, screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from labkit import report, results, similar
from labkit.atomic import write_text
from labkit.bundle import Bundle
from labkit.classroom import grade_class
from labkit.errors import LabkitError
from labkit.intake import Moodle, open_submissions
from labkit.labs import Lab
from labkit.results import GRADED, Result
from labkit.sandbox import Zygote

TEMPLATE = "marks-template.csv"
"""To be filled in with marks for the written questions, for --manual."""


@dataclass
class Graded:
    """A graded class and the files that were written."""

    lab: Lab
    results: list[Result]
    files: list[Path] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    """Lines that the instructor must read."""

    def show(self) -> None:
        """Print the table of scores, who needs a look, and the files."""
        from labkit.screen import show_class

        show_class(self)


def grade_to(
    bundle: Bundle,
    submissions: Path,
    out: Path,
    jobs: int,
    resume: bool,
    scheduler: str | None,
    manual: Path | None,
) -> Graded:
    """Grade a class into `out`: grades.csv, results, feedback, report.html.

    Raises LabkitError where the input cannot be read.
    """
    from labkit import marks
    from labkit.screen import progress, say

    lab = bundle.lab
    # What cannot be read stops before the long work.
    given = marks.read_marks(manual, _points(lab)) if manual is not None else None
    opened = open_submissions(submissions, leave_out=out)
    if submissions.is_file() and len(opened) == 1 and not opened[0].platform and opened[0].problem:
        raise LabkitError(f"There is nothing to grade: {opened[0].problem}")
    with Zygote.start() as zygote:
        if not zygote.confinement.complete:
            say(zygote.confinement.sentence)
    comparison = similar.Comparison(opened, lab)
    with progress(f"grading {lab.short}") as (begin, advance):

        def graded(result: Result) -> None:
            advance(result)
            if result.status == GRADED:  # here, while others are being graded
                comparison.add(result.submission)

        found, notes = grade_class(
            bundle,
            submissions,
            out,
            jobs=jobs,
            resume=resume,
            scheduler=scheduler,
            begin=begin,
            advance=graded,
        )
    summary = list(notes)
    if given is not None:
        found = _with_marks(lab, found, out, given, summary)
    results.write_grades(out / "grades.csv", found, lab)
    similarity = comparison.finish()
    summary += [*needs_a_look(found), *near_identical(similarity)]
    written = report.write(out, found, lab, similarity=similarity, notes=notes)
    files = [written[0], out / "grades.csv", *written[1:], out / "results", out / "feedback"]
    if lab.written and given is None:
        files.append(out / TEMPLATE)
        if not files[-1].is_file():  # one that is being filled in stays
            marks.write_marks_template(files[-1], [one.submission for one in found], _points(lab))
    return Graded(lab, found, files, summary)


def _points(lab: Lab) -> dict[str, float]:
    """Points of the written questions."""
    return {question.name: question.points for question in lab.written}


def needs_a_look(found: list[Result]) -> list[str]:
    """Who needs a human look, and why: one line a submission."""
    return [
        f"{look.result.submission}: {reason.replace('`', '').rstrip('.')}."
        for look in report.numbers.looks(found)
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
    given: dict[str, dict[str, float]],
    summary: list[str],
) -> list[Result]:
    """Join marks for written questions in, also in the files that students read."""
    from labkit import feedback, marks

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


def moodle_to(
    bundle: Bundle,
    submissions: Path,
    worksheet: Path,
    out: Path,
    jobs: int,
    resume: bool,
    manual: Path | None,
) -> Graded:
    """Grade a Moodle download into `out`, with worksheet.csv and feedback.zip to upload."""
    from labkit import moodle

    # A bad worksheet or download stops before the long work.
    sheet = moodle.Worksheet.read(worksheet)
    whose = _of_moodle(submissions, out)
    moodle.join(sheet, list(whose.values()))
    graded = grade_to(bundle, submissions, out, jobs, resume, None, manual)
    lab = graded.lab
    outcomes = []
    for result in graded.results:
        page = (out / "feedback" / f"{result.submission}.html").read_bytes()
        owner = whose[result.submission]  # also of one that the grader itself stopped on
        outcomes.append(
            moodle.Outcome(
                owner.id,
                owner.name,
                # A zero for a broken upload is a teacher's decision: that row stays as it came.
                _percent(result, lab) if result.status == GRADED else None,
                comment(result, lab),
                page=page,
            )
        )
    found = moodle.answer(sheet, outcomes)
    found.worksheet.write(out / "worksheet.csv")
    moodle.write_feedback_zip(out / "feedback.zip", found.pages, found.names)
    guide = moodle.upload_guide(separator=sheet.separator)
    told = "".join(f"- {line}\n" for line in found.lines)
    write_text(out / "upload.txt", f"{guide}\nWhat happened to the rows of {sheet.name}:\n\n{told}")
    # First, because the screen shows only so many lines, and the report knows nothing of Moodle.
    graded.summary[:0] = found.lines
    graded.files[:0] = [out / "worksheet.csv", out / "feedback.zip", out / "upload.txt"]
    return graded


def _percent(result: Result, lab: Lab) -> float:
    """Points of 100, not rounded: the maximum grade may be large."""
    possible = result.possible(lab)
    return 100 * result.total / possible if possible else 0.0


def _of_moodle(submissions: Path, out: Path) -> dict[str, Moodle]:
    """Whose each submission of a download is, by its name.

    Raises LabkitError where it is no download of Moodle's.
    """
    opened = open_submissions(submissions, leave_out=out)
    pairs = zip(opened.names, opened.platforms, strict=True)
    found = {name: platform for name, platform in pairs if isinstance(platform, Moodle)}
    if len(found) == len(opened):
        return found
    why = opened[0].problem if submissions.is_file() and len(opened) == 1 else None
    why = why or f"{opened[0].name} has no Moodle id in its name."
    raise LabkitError(
        f"{submissions} is no Moodle download: {why} Take the zip of “Download all submissions”, "
        "or use labkit grade."
    )


def comment(result: Result, lab: Lab) -> str:
    """The comment in the worksheet: a few lines of plain text; the page tells the rest."""
    lines = [f"{lab.title}: {result.total:g} of {result.possible(lab):g} points.", result.summary]
    lost = [question.name for question in result.questions if not question.passed]
    if lost and result.status == GRADED:
        lines.append(f"Points are lost in {', '.join(lost)}.")
    return "\n".join([*lines, "See the feedback file for each check and its hint."])
