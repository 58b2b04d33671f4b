"""The zip of feedback files, and how to upload it together with the worksheet.

Moodle finds the person by a folder name of the form `<text>_<id>_assignsubmission_file`, where the
text must hold no underscore: it refuses its own cleaned name when that has one, so the kit writes
its own. In team assignments the id is the group's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from labkit.base.zips import write_zip
from labkit.platforms.moodle.outcome import BLIND, unreleased
from labkit.platforms.moodle.worksheet import Participant, Worksheet

PAGE = "feedback.html"


def feedback_folder(number: int, name: str = "") -> str:
    """The folder of a participant's (or team's) feedback files in the zip."""
    text = "".join(c if c.isalnum() or c in " .-" else " " for c in name)
    text = " ".join(text.split()).strip(" .-")
    text = text.encode()[:80].decode("utf-8", "ignore").strip(" .-")
    return f"{text or 'Participant'}_{number}_assignsubmission_file"


def write_feedback_zip(
    path: str | os.PathLike[str],
    pages: Mapping[int, bytes],
    names: Mapping[int, str] | None = None,
) -> None:
    """Write the zip for "Upload feedback files in a zip", whole or not at all.

    `pages` is by id as in the download; `names` only makes the folders readable to people. The same
    input gives the same bytes. Raises ValueError for an id that Moodle cannot know.
    """
    if any(number < 1 for number in pages):
        raise ValueError("Moodle counts participants and groups from 1")
    names = names or {}
    files = {
        f"{feedback_folder(number, names.get(number, ''))}/{PAGE}": page
        for number, page in pages.items()
    }
    write_zip(Path(path), files)


def upload_guide(separator: str = "comma") -> str:
    """What to click in Moodle, in which order, as plain text."""
    return f"""\
In Moodle, open the assignment and its list of submissions, and choose "All participants" where a
group can be chosen: with a group chosen, both imports drop everybody else's rows and files in
silence. Upload in this order: the feedback files make Moodle's own grades newer than the worksheet,
and it then passes over such rows in silence.

1. worksheet.csv (it holds only the rows that the kit filled; everybody else keeps what they have)
   Actions (older versions: Grading action) > Upload grading worksheet; choose the file, encoding
   UTF-8 and separator {separator}, with Moodle in English as when you downloaded it. Compare the
   preview with the list below, then confirm.
   If rows are missing from the preview because somebody graded in Moodle after you downloaded the
   worksheet, cancel and upload again with the box "Allow updating records that have been modified
   more recently in Moodle than in the spreadsheet" ticked: this replaces those grades.
2. feedback.zip
   Actions > Upload feedback files in a zip (older versions: Upload multiple feedback files in a
   zip); choose the file, confirm. An HTML page among the files downloads when it is opened.

Both need the assignment's feedback types "Offline grading worksheet", "Feedback comments" and
"Feedback files" (Settings > Feedback types). Look at one student's page when you are done.
"""


def notices(sheet: Worksheet, rows: Iterable[Participant]) -> list[str]:
    """What holds grades back or loses them in this assignment, for its filled `rows`."""
    filled = list(rows)
    if not filled:
        return []
    lines = [
        'Choose "All participants" in Moodle before both uploads, or it drops rows in silence.'
    ]
    held = [one for one in filled if one.workflow and one.workflow != "Released"]
    if held:
        how = 'no worksheet can set it, so select the rows in Moodle, "Set marking workflow state"'
        lines.append(unreleased(len(held), how))
    if sheet.blind:
        lines.append(BLIND)
    return lines
