"""What `labkit grade` and `labkit moodle` do around the grading: files, summary, screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from labkit import report, results, similar
from labkit.atomic import write_text
from labkit.bundle import Bundle
from labkit.classroom import grade_class
from labkit.errors import LabkitError
from labkit.intake import open_submissions
from labkit.labs import Lab
from labkit.results import GRADED, Result
from labkit.sandbox import Zygote


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
    from labkit.screen import progress, say

    lab = bundle.lab
    with Zygote.start() as zygote:
        if not zygote.confinement.complete:
            say(zygote.confinement.sentence)
    with progress(f"grading {lab.short}") as (begin, advance):
        found, notes = grade_class(
            bundle,
            submissions,
            out,
            jobs=jobs,
            resume=resume,
            scheduler=scheduler,
            begin=begin,
            advance=advance,
        )
    summary = list(notes)
    found = _with_marks(lab, found, out, manual, summary)
    summary += needs_a_look(found)
    results.write_grades(out / "grades.csv", found, lab)
    similarity = _compared(submissions, found, lab)
    written = report.write(out, found, lab, similarity=similarity, notes=notes)
    files = [out / "grades.csv", *written, out / "results", out / "feedback"]
    return Graded(lab, found, files, summary)


def _compared(submissions: Path, found: list[Result], lab: Lab) -> similar.Similarity:
    """Which of the graded submissions are nearly the same."""
    from labkit.screen import progress

    opened = open_submissions(submissions)
    graded = {result.submission for result in found if result.status == GRADED}
    with progress("comparing submissions") as (begin, advance):
        begin(len(opened))
        return similar.find(opened, lab, graded, advance)


def needs_a_look(found: list[Result]) -> list[str]:
    """Who needs a human look, and why: one line a submission."""
    lines = []
    for result in found:
        if result.status != GRADED:
            lines.append(f"{result.submission}: {result.status}")
        else:
            lines += [f"{result.submission}: {note}" for note in result.notes]
    return lines


def _with_marks(
    lab: Lab, found: list[Result], out: Path, manual: Path | None, summary: list[str]
) -> list[Result]:
    """Join marks for written questions in; without any, leave a template to fill."""
    from labkit import feedback, marks

    if not lab.written:
        return found
    names = [result.submission for result in found]
    questions = {question.name: question.points for question in lab.written}
    if manual is None:
        template = out / "marks-template.csv"
        if not template.is_file():
            marks.write_marks_template(template, names, questions)
        return found
    given = marks.read_marks(manual, questions)
    if unknown := sorted(set(given) - set(names)):
        who = ", ".join(unknown)
        summary.append(f"{manual.name} has marks for {who}, who handed nothing in here.")
    summary += marks.unmarked(given, names, questions)
    joined = []
    for result in found:
        if row := given.get(result.submission):
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

    sheet = moodle.Worksheet.read(worksheet)  # a bad worksheet stops before the long work
    graded = grade_to(bundle, submissions, out, jobs, resume, None, manual)
    lab = graded.lab
    outcomes = []
    for result in graded.results:
        if result.platform.get("kind") != "moodle":
            raise LabkitError(
                f"{submissions} is no Moodle download: {result.submission} has no Moodle id in its "
                "name. Take the zip of “Download all submissions”, or use labkit grade."
            )
        page = (out / "feedback" / f"{result.submission}.html").read_bytes()
        outcomes.append(
            moodle.Outcome(
                result.platform.get("id"),
                str(result.platform.get("name", "")),
                # A zero for a broken upload is a teacher's decision: that row stays as it came.
                result.percent(lab) if result.status == GRADED else None,
                comment(result, lab),
                page=page,
            )
        )
    found = moodle.answer(sheet, outcomes)
    found.worksheet.write(out / "worksheet.csv")
    moodle.write_feedback_zip(out / "feedback.zip", found.pages, found.names)
    write_text(out / "upload.txt", moodle.upload_guide())
    graded.summary += found.lines
    graded.files[:0] = [out / "worksheet.csv", out / "feedback.zip", out / "upload.txt"]
    return graded


def comment(result: Result, lab: Lab) -> str:
    """The comment in the worksheet: a few lines of plain text; the page tells the rest."""
    lines = [f"{lab.title}: {result.total:g} of {result.possible(lab):g} points.", result.summary]
    lost = [question.name for question in result.questions if not question.passed]
    if lost and result.status == GRADED:
        lines.append(f"Points are lost in {', '.join(lost)}.")
    return "\n".join([*lines, "See the feedback file for each check and its hint."])
