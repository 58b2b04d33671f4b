"""The names that Canvas gives to downloaded submissions.

"Download Submissions" gives one flat zip: `doejane_LATE_4711_98765_lab1.zip`, which is the name in
small letters, whether it was late, the user's number, the file's number and the file's own name.
Groups stand there with the group's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"([^_/]+)_(LATE_)?(\d{1,18})_(\d{1,18})_(.+)", re.DOTALL)


@dataclass(frozen=True)
class CanvasName:
    """What the name of a downloaded file says."""

    name: str
    """Family and given name run together, or the group's."""
    late: bool
    user: int
    file: int
    rest: str
    """The file's own name."""


def parse(text: str) -> CanvasName | None:
    """Reads a file's name in a download; None if it is none of Canvas's."""
    match = _NAME.fullmatch(text)
    if match is None:
        return None
    name, late, user, file, rest = match.groups()
    return CanvasName(name, bool(late), int(user), int(file), rest)
