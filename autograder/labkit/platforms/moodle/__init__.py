"""Both ways between the kit and Moodle: downloads and worksheet in, grades and pages out.

    sheet = Worksheet.read("Grades-….csv")
    found = answer(sheet, [Outcome(id, name, 87.5, "Well done.", page=b"<html>…"), …])
    found.worksheet.write("worksheet.csv")
    write_feedback_zip("feedback.zip", found.pages, found.names)
    print(*found.lines, upload_guide(), sep="\n")

Nothing here grades, and nothing touches the network. How Moodle reads and writes these files was
measured on version 4.5.6.
"""

from __future__ import annotations

from labkit.platforms.moodle.answer import Answer, Outcome, answer
from labkit.platforms.moodle.join import Join, join
from labkit.platforms.moodle.upload import feedback_folder, upload_guide, write_feedback_zip
from labkit.platforms.moodle.worksheet import (
    Mark,
    MoodleError,
    Participant,
    Worksheet,
    fill,
)

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
