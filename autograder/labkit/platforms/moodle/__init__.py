"""Both ways between the kit and Moodle: downloads and worksheet in, grades and pages out.

    sheet = Worksheet.read("Grades-….csv")
    found = answer(sheet, [Outcome(id, name, 87.5, "Well done.", page=b"<html>…"), …])
    found.worksheet.write("worksheet.csv")
    write_feedback_zip("feedback.zip", found.pages, found.names)
    print(*found.lines, upload_guide(), sep="\n")

Nothing of that grades or touches the network; `live` makes the same trip over Moodle's web
services. How Moodle reads and writes was measured on versions 4.5.6 and 5.1.3.
"""

from __future__ import annotations

from labkit.platforms.moodle.answer import Answer, Outcome, answer
from labkit.platforms.moodle.fill import Mark, fill
from labkit.platforms.moodle.join import Join, join
from labkit.platforms.moodle.upload import feedback_folder, upload_guide, write_feedback_zip
from labkit.platforms.moodle.worksheet import MoodleError, Participant, Worksheet

__all__ = [
    "Answer",
    "Join",
    "Mark",
    "MoodleError",
    "Outcome",
    "Participant",
    "Worksheet",
    "answer",
    "feedback_folder",
    "fill",
    "join",
    "upload_guide",
    "write_feedback_zip",
]
