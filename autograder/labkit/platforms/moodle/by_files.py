"""What `labkit moodle` runs: from a download and a worksheet to what is uploaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_text
from labkit.classroom.grade import GradedClass, Options, grade_to
from labkit.intake import Moodle, Submissions, open_submissions
from labkit.lab.bundle import Bundle
from labkit.platforms.moodle.answer import Answer, Outcome, answer
from labkit.platforms.moodle.join import Join, join
from labkit.platforms.moodle.outcome import outcome
from labkit.platforms.moodle.upload import upload_guide, write_feedback_zip
from labkit.platforms.moodle.worksheet import Worksheet
from labkit.platforms.moodle.zones import read_time, server_times


def moodle_to(
    bundle: Bundle,
    submissions: Path,
    worksheet: Path,
    *,
    out: Path,
    options: Options,
) -> GradedClass:
    """Grade a Moodle download into `out`, with worksheet.csv and feedback.zip to upload."""
    # A bad worksheet or download, or two of different assignments, stop before the long work.
    sheet = Worksheet.read(worksheet)
    opened = open_submissions(submissions, bundle.lab.contract.modules, leave_out=out)
    owners = _of_moodle(submissions, opened)
    whose = dict(zip(opened.names, owners, strict=True))
    joined = join(sheet, owners)

    def deliver(graded: GradedClass, out: Path) -> list[Path]:
        lab = graded.lab
        outcomes = []
        for result in graded.results:
            owner = whose[result.submission]  # also of one that the grader itself stopped on
            back = outcome(result, lab, out)
            outcomes.append(Outcome(owner.id, owner.name, back.share, back.comment, page=back.page))
        found = answer(
            sheet,
            outcomes,
            joined=joined,
            scale=lab.config.moodle.scale,
            server=server_times(submissions),
        )
        # First: the screen shows only so many lines, and the report knows nothing of Moodle.
        graded.summary[:0] = found.lines
        return _written(sheet, found, out)

    told = opened.told(_told(sheet, owners, joined))
    return grade_to(bundle, told, out, options, deliver=deliver)


def _written(sheet: Worksheet, found: Answer, out: Path) -> list[Path]:
    """What is uploaded, and how to, as files in `out`."""
    files = [out / name for name in ("worksheet.csv", "feedback.zip", "upload.txt")]
    found.worksheet.write(files[0])
    write_feedback_zip(files[1], found.pages, found.names)
    guide = upload_guide(separator=sheet.separator)
    told = "".join(f"- {line}\n" for line in found.lines)
    write_text(files[2], f"{guide}\nWhat happened to the rows of {sheet.name}:\n\n{told}")
    return files


def _told(sheet: Worksheet, owners: list[Moodle], joined: Join) -> list[Moodle]:
    """What the worksheet knows of each submission beside its id: mail, time, lateness.

    Of a team, what holds for one member: Moodle counts the lateness of the team's submission.
    """
    rows = {position: sheet.row_of(number) for number, position in joined.submission_of.items()}
    told = []
    for position, owner in enumerate(owners):
        row = rows.get(position)
        if row is None:
            told.append(owner)
            continue
        until = read_time(row.extension)
        known = replace(
            owner,
            modified=row.submitted,
            late=row.late,
            extension=row.extension,
            until=until.isoformat() if until else "",
        )
        if not joined.team:
            known = replace(known, name=row.name or owner.name, email=row.email)
        told.append(known)
    return told


def _of_moodle(submissions: Path, opened: Submissions) -> list[Moodle]:
    """Whose each submission of a download is.

    Raises LabkitError where it is no download of Moodle's.
    """
    found = [platform for platform in opened.platforms if isinstance(platform, Moodle)]
    if len(found) == len(opened):
        return found
    why = opened[0].problem if submissions.is_file() and len(opened) == 1 else None
    why = why or f"{opened.names[0]} has no Moodle id in its name."
    raise LabkitError(
        f"{submissions} is no Moodle download: {why} Take the zip of “Download all submissions”, "
        "or use labkit grade."
    )
