"""What a class that came from Canvas's download gets back: grades to import, pages to upload.

Canvas matches an uploaded file to a student by the numbers in its name, which are those of the
download; its gradebook's import needs its own columns, which `gradebook` knows.
"""

from __future__ import annotations

from pathlib import Path

from labkit.base.zips import write_zip
from labkit.classroom import gradebook
from labkit.classroom.folder import page_path
from labkit.classroom.grade import GradedClass

KIND = "canvas"


def deliver(graded: GradedClass, out: Path) -> list[Path]:
    """Write `canvas.csv` and `canvas-feedback.zip` into OUT; nothing for another platform's class.

    The first is for Gradebook > Import, the second for the assignment's “Upload Submissions”.
    """
    own = [result for result in graded.results if result.platform.get("kind") == KIND]
    if not own:
        return []
    pages = {}
    for result in own:
        place = result.platform
        name = f"{place['name']}_{place['sid']}_{place['file']}_feedback.html"
        pages[name] = page_path(out, result.submission).read_bytes()
    book = gradebook.Gradebook(labs=[graded.lab.short])
    book.people = [
        gradebook.Row(
            name=str(result.platform["name"]),
            canvas_id=str(result.platform["sid"]),
            submission=result.submission,
            percents={graded.lab.short: result.percent(graded.lab)},
        )
        for result in own
        if result.has_grade  # an empty cell might take away what a teacher gave
    ]
    without = [result.submission for result in own if not result.has_grade]
    if without:
        count = "1 has" if len(without) == 1 else f"{len(without)} have"
        graded.summary.insert(
            0,
            f"{count} no grade and no row in canvas.csv, so that Canvas keeps what is there: "
            f"{', '.join(without[:50])}{' …' if len(without) > 50 else ''}.",
        )
    gradebook.write_csv(out / "canvas.csv", gradebook.for_canvas(book))
    write_zip(out / "canvas-feedback.zip", pages)
    return [out / "canvas.csv", out / "canvas-feedback.zip"]
