"""Fills a worksheet in: only the rows that get something stay in it.

Moodle drops in silence what is out of range, locked, or newer on its own side; so all of that is
checked or said before the file leaves the kit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from labkit.platforms.moodle.cells import Row, plain, quoted
from labkit.platforms.moodle.comments import from_text, same_text
from labkit.platforms.moodle.worksheet import (
    COMMENTS,
    GRADE,
    MAXIMUM,
    SCALE,
    Participant,
    Worksheet,
)

Scale = Mapping[str, float]
"""The words of a scale, each with the percent from which it is given."""


class Mark(NamedTuple):
    """What one participant gets."""

    percent: float
    """Of the maximum grade, 0 to 100."""
    comment: str = ""
    """Plain text. Empty leaves the cell, which lacks the markup of the comment that is there."""


def fill(
    sheet: Worksheet, marks: Mapping[int, Mark], scale: Scale | None = None
) -> tuple[Worksheet, list[str]]:
    """The worksheet with `marks` (by participant id), and in sentences what a teacher should know.

    Grades are written with a dot, within 0 … maximum grade, on the scale of the row; where the
    assignment's scale has words, the one that `scale` gives for the percent. Only the cells `Grade`
    and `Feedback comments` change. Rows without a mark, locked ones and those whose maximum cannot
    be read are not in the file, so that they keep what they have, and are named, as is everything
    that Moodle would drop.
    """
    filling = _Filling(sheet, scale or {})
    for one in sheet.participants:
        filling.add(one, marks.get(one.id) if one.id is not None else None)
    known = {one.id for one in sheet.participants}
    strangers = sorted(number for number in marks if number not in known)
    rows = filling.harmless()
    return sheet.with_rows(rows), filling.sentences(strangers)


def scaled(percent: float, maximum: float) -> Decimal:
    """`percent` of `maximum` in hundredths, within 0 … maximum."""
    part = Decimal(str(min(max(percent, 0.0), 100.0))) * Decimal(str(maximum)) / 100
    rounded = part.quantize(Decimal("0.01"), ROUND_HALF_UP)
    ceiling = Decimal(str(maximum))
    return rounded if rounded <= ceiling else rounded - Decimal("0.01")


def word_for(percent: float, scale: Scale) -> str | None:
    """The word of a scale for `percent`: that with the highest percent that is reached."""
    reached = [(least, word) for word, least in scale.items() if percent >= least - 1e-9]
    return max(reached)[1] if reached else None


class _Filling:
    """A worksheet that is being filled in: its new rows, and what happened to whom."""

    def __init__(self, sheet: Worksheet, scale: Scale) -> None:
        self.sheet = sheet
        self.scale = scale
        self.comments_at = sheet.columns.get(COMMENTS)
        self.rows: dict[int, Row] = {}
        self.said: dict[str, list[Participant]] = {}
        self.repaired: list[int] = []

    def say(self, what: str, one: Participant) -> None:
        self.said.setdefault(what, []).append(one)

    def add(self, one: Participant, mark: Mark | None) -> None:
        """Fill the row of `one` in, or say why it stays out of the file."""
        why = self._stays(one, mark)
        if why or mark is None:
            self.say(why, one)
            return
        grade = self._grade(one, mark)
        if grade is None and (not mark.comment.strip() or self.comments_at is None):
            return
        number = one.row - 1
        row = self.sheet.rows[number]
        if grade is not None:
            cell = quoted(grade) if one.scale else plain(grade)
            row = row.with_cell(self.sheet.columns[GRADE], cell)
            self._about_grade(one, mark, grade)
        self.rows[number] = self._commented(row, one, mark)

    def _stays(self, one: Participant, mark: Mark | None) -> str:
        """Why a row gets nothing; empty where it gets something."""
        if one.id is None:
            return "unreadable"
        if mark is None:
            if one.reopened:
                return "reopened"
            return "missing" if one.has_submission else "absent"
        if one.locked:
            return "locked"
        if not math.isfinite(mark.percent):
            return "no number"
        if one.scale or SCALE in self.sheet.columns:
            return ""
        if one.maximum is None or one.maximum <= 0:
            return "no maximum" if MAXIMUM in self.sheet.columns else "no maximum column"
        return ""

    def _grade(self, one: Participant, mark: Mark) -> str | None:
        """What to write as grade; None where the scale has no word, which is said."""
        if SCALE not in self.sheet.columns and one.maximum is not None:
            return f"{scaled(mark.percent, one.maximum):.2f}"
        if not self.scale:
            self.say("scale", one)
            return None
        word = word_for(mark.percent, self.scale)
        if word is None or word not in one.scale:
            self.say("no word" if word is None else "strange word", one)
            return None
        return word

    def _about_grade(self, one: Participant, mark: Mark, grade: str) -> None:
        self.say("graded", one)
        if not one.scale:
            if float(grade) == 0:
                self.say("zero", one)
            if one.grade is not None and round(one.grade, 2) != float(grade):
                self.say("replaced", one)
            if not 0 <= mark.percent <= 100:
                self.say("clipped", one)
        elif one.grade_text and one.grade_text not in (grade, "-"):
            self.say("replaced", one)
        if one.status.startswith("Draft") or one.reopened:
            self.say("draft", one)
        elif not one.has_submission:
            self.say("unexpected", one)

    def _commented(self, row: Row, one: Participant, mark: Mark) -> Row:
        if not mark.comment.strip():
            return row
        if self.comments_at is None:
            self.say("no comments", one)
            return row
        text = from_text(mark.comment)
        if self.comments_at == 0:
            self.say("comments first", one)
        # The cell holds the stored comment without its markup, so the new one is read so, too.
        if one.comment.strip() and one.comment != text and not same_text(one.comment, text):
            self.say("comment replaced", one)
        return row.with_cell(self.comments_at, quoted(text))

    def harmless(self) -> dict[int, Row]:
        r"""The rows without `\"`, which Moodle takes for an escaped quote, swallowing what follows.

        A comment keeps its meaning as HTML; of any other cell Moodle reads nothing, so it is
        written without quotes, or with a space between the two where it needs them.
        """
        for number, row in self.rows.items():
            for column, cell in enumerate(row.cells):
                if not _swallows(cell.raw):
                    continue
                if column == self.comments_at:
                    row = row.with_cell(column, quoted(cell.value.replace("\\", "&#92;")))
                elif any(c in cell.value for c in ('"', self.sheet.delimiter, "\n", "\r")):
                    spaced = re.sub(r'\\(?="|$)', r"\\ ", cell.value)
                    row = row.with_cell(column, quoted(spaced))
                else:
                    row = row.with_cell(column, plain(cell.value))
                self.repaired.append(number + 1)
            self.rows[number] = row
        return self.rows

    def sentences(self, strangers: list[int]) -> list[str]:
        """What a teacher should know."""
        graded = len(self.said.get("graded", []))
        lines = [f"{_rows(graded)} of {len(self.sheet.participants)} got a grade."]
        if not self.rows:
            lines.append("Nothing of the worksheet is to be uploaded: it holds no row.")
        for what, words in _SENTENCES.items():
            found = self.said.get(what, [])
            if found:
                most = 8 if what == "absent" else 50  # who loses something is named
                stayed = f"stayed as {'it was' if len(found) == 1 else 'they were'}"
                who = _list(found, most)
                lines.append(words.format(rows=_rows(len(found)), who=who, stayed=stayed))
        if strangers:
            numbers = ", ".join(map(str, strangers[:50])) + (" …" if len(strangers) > 50 else "")
            lines.append(
                f"{self.sheet.name} has no row for participant {numbers}: is it the worksheet of"
                " this assignment, and as new as the download?"
            )
        if self.repaired:
            numbers = ", ".join(map(str, sorted(set(self.repaired))[:50]))
            lines.append(
                "A backslash before a quote would make Moodle lose rows; it was taken apart in row"
                f" {numbers}."
            )
        if self.sheet.delimiter != ",":
            lines.append(
                f"{self.sheet.name} is divided by {self.sheet.separator}s: choose that separator"
                " when you upload it."
            )
        return lines


def _swallows(raw: str) -> bool:
    """Whether PHP reads a quoted cell's quote as escaped; two backslashes escape each other."""
    tokens = re.findall(r'\\.|""|.', raw[1:], re.DOTALL)
    return raw.startswith('"') and '\\"' in tokens


_SENTENCES = {
    "zero": (
        "{rows} got a grade of 0, which Moodle 4.5 stores and a newer version may drop, so look"
        " after the upload: {who}."
    ),
    "replaced": "{rows} had another grade before, which is replaced: {who}.",
    "comment replaced": "{rows} had another comment before, which is replaced: {who}.",
    "clipped": "{rows} came out below 0 or above the maximum and got that limit: {who}.",
    "unexpected": (
        "{rows} got a grade although the worksheet knows no submission of theirs (is the worksheet"
        " older than the download?): {who}."
    ),
    "draft": "{rows} got a grade for a draft that is not handed in yet: {who}.",
    "reopened": (
        "{rows} {stayed} because another attempt was opened and not handed in yet: {who}."
    ),
    "absent": "{rows} without a submission {stayed}: {who}.",
    "missing": (
        "{rows} {stayed} although Moodle has a submission of theirs, because it could"
        " not be graded or is not in the download: {who}."
    ),
    "locked": (
        '{rows} {stayed} because Moodle has locked them ("Grade can be changed" is No);'
        " their feedback file is in the zip all the same and will be stored; unlock them in the"
        " gradebook if they should get their grade: {who}."
    ),
    "scale": (
        "{rows} got their comment but no grade, because the assignment's grades are words of a"
        " scale; choose them by hand, or tell in lab.toml from which percent each is given, as in"
        ' [moodle.scale] "Good" = 60: {who}.'
    ),
    "no word": (
        "{rows} got their comment but no grade, because lab.toml's [moodle.scale] has no word for"
        " so few percent; give its lowest word 0: {who}."
    ),
    "strange word": (
        "{rows} got their comment but no grade, because the word that lab.toml's [moodle.scale]"
        " gives is not in the assignment's scale; write its words as they are there: {who}."
    ),
    "no maximum": (
        "{rows} {stayed} because their maximum grade is no number (does the assignment"
        " use a scale?): {who}."
    ),
    "no maximum column": (
        '{rows} {stayed} because the worksheet has no column "Maximum grade", without'
        " which nobody knows what a grade counts to; download it again with that column: {who}."
    ),
    "no number": "{rows} {stayed} because their result is no number: {who}.",
    "unreadable": "{rows} {stayed} because their Identifier holds no number: {who}.",
    "no comments": (
        '{rows} lost their comment because the worksheet has no column "Feedback comments" (switch'
        " the feedback type on in the assignment's settings): {who}."
    ),
    "comments first": (
        '{rows} would lose their comment because Moodle skips "Feedback comments" as first column;'
        " put another column first: {who}."
    ),
}


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _list(participants: Iterable[Participant], most: int) -> str:
    labels = [one.label for one in participants]
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more
