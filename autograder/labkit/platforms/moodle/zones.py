"""Finds out, from the files, whether a teacher's clock in Moodle is not the server's.

Moodle writes a worksheet's times in the teacher's time zone and reads them in the server's. For a
teacher west of the server every graded row then looks outdated and is passed over in silence; east
of it, the guard against overwriting newer grades is off. The zip of the submissions carries the
server's clock, and both tell when the same work came.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from labkit.intake.moodle import parse_flat, parse_folder
from labkit.platforms.moodle.worksheet import Participant

_MONTHS = {
    name: number
    for number, name in enumerate(
        "january february march april may june july august september october november"
        " december".split(),
        1,
    )
}
_DAY_FIRST = r"(?P<day>\d{1,2})\s+(?P<month>[A-Za-z]+)\.?,?\s+(?P<year>\d{4})"
_MONTH_FIRST = r"(?P<month>[A-Za-z]+)\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"
_CLOCK = r",?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})\s*(?P<half>[AaPp][Mm])?"
_WHEN = tuple(re.compile(date + _CLOCK) for date in (_DAY_FIRST, _MONTH_FIRST))

_STEP = 15
"""Minutes: time zones differ in quarters of an hour."""


def read_time(text: str) -> datetime | None:
    """A time as Moodle words it in English; None for anything else."""
    for form in _WHEN:
        found = form.search(text)
        if not found or (month := _month(found["month"])) is None:
            continue
        hour = int(found["hour"])
        if found["half"]:
            hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
        try:
            day, year = int(found["day"]), int(found["year"])
            return datetime(year, month, day, hour, int(found["minute"]))
        except ValueError:
            return None
    return None


def _month(name: str) -> int | None:
    name = name.lower()
    fitting = {number for full, number in _MONTHS.items() if full.startswith(name)}
    return fitting.pop() if len(name) >= 3 and len(fitting) == 1 else None


def server_times(download: Path) -> dict[int, datetime]:
    """Participant or group id -> when its newest file came, by the server's clock.

    Empty where `download` is no zip of Moodle's.
    """
    newest: dict[int, datetime] = {}
    try:
        with zipfile.ZipFile(download) as archive:
            entries = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile):
        return newest
    for entry in entries:
        for part in entry.filename.split("/")[:2]:
            name = parse_folder(part) or parse_flat(part)
            if name is not None and name.id is not None:
                break
        else:
            continue
        try:
            when = datetime(*entry.date_time)
        except ValueError:
            continue
        newest[name.id] = max(when, newest.get(name.id, when))
    return newest


def minutes_ahead(pairs: Iterable[tuple[str, datetime | None]]) -> int | None:
    """By how much the worksheet's clock is ahead of the server's; None where nobody can tell.

    `pairs` has for each submission the worksheet's text and the server's time of the same moment.
    """
    found = []
    for text, server in pairs:
        told = read_time(text)
        if told is not None and server is not None:
            minutes = (told - server.replace(second=0)).total_seconds() / 60
            if abs(minutes) <= 26 * 60:
                found.append(round(minutes / _STEP) * _STEP)
    if not found:
        return None
    (minutes, count), *_ = Counter(found).most_common(1)
    return int(minutes) if 2 * count > len(found) else None


def advice(rows: Iterable[Participant], server: Mapping[int, datetime | None]) -> list[str]:
    """What to do about the clocks, for the filled `rows`; `server` is by participant id."""
    filled = list(rows)
    graded = sum(one.modified not in ("", "-") for one in filled)
    ahead = minutes_ahead((one.submitted, server.get(one.id or 0)) for one in filled)
    if not graded or ahead == 0:
        return []
    count = "1 filled row" if graded == 1 else f"{graded} filled rows"
    if ahead is None:
        return [
            f"{count} had a grade before: where your time zone in Moodle (your profile) is not the"
            " server's, Moodle takes newer for older or older for newer. If such a row is missing"
            ' from the preview, upload again with the box "Allow updating records that have been'
            ' modified more recently in Moodle than in the spreadsheet" ticked.'
        ]
    hours = f"{abs(ahead) / 60:g} hour{'' if abs(ahead) == 60 else 's'}"
    if ahead < 0:
        return [
            f"Your time zone in Moodle is {hours} behind the server's, so that Moodle takes"
            f" {count} with a grade for outdated and passes them over in silence: tick the box"
            ' "Allow updating records that have been modified more recently in Moodle than in the'
            ' spreadsheet".'
        ]
    return [
        f"Your time zone in Moodle is {hours} ahead of the server's, so that Moodle does not notice"
        f" grades given since you downloaded the worksheet and overwrites them ({count} had one):"
        " let nobody grade in between, or download the worksheet again right before."
    ]
