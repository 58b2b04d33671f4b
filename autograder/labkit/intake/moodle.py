"""The names that Moodle gives to downloaded submissions, read and compared.

Folder mode: `<name>_<id>_assignsubmission_file/<path>`; flat mode the same with `_` before the
file's name. The id belongs to the assignment (in team assignments to the group), never to the
person, and names are cleaned, cut and shared: only the id joins a submission to its row.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

_FOLDER = re.compile(r"(.*)_(\d+)_assign(submission|feedback)_([a-z0-9]+)_?", re.DOTALL)
_FOLDER_WITHOUT_ID = re.compile(r"(.*?)()_assign(submission|feedback)_([a-z0-9]+)_?", re.DOTALL)
_FLAT = re.compile(r"(.*?)_(\d+)_assign(submission|feedback)_([a-z0-9]+)_(.+)", re.DOTALL)
_FLAT_WITHOUT_ID = re.compile(r"(.*?)()_assign(submission|feedback)_([a-z0-9]+)_(.+)", re.DOTALL)


@dataclass(frozen=True)
class DownloadName:
    """What the name of a downloaded folder or file says."""

    name: str
    """The person's or the team's name as Moodle cleaned it; `Participant` under blind marking."""
    id: int | None
    """Participant id, in team assignments group id; None for Moodle's "Default group"."""
    subtype: str
    """`submission` or `feedback`."""
    plugin: str
    """`file`, `onlinetext`, …"""
    rest: str = ""
    """Flat mode: the file's own name."""

    @property
    def blind(self) -> bool:
        """Whether the name hides a person."""
        return self.name == "Participant"


def parse_folder(text: str) -> DownloadName | None:
    """Reads a folder's name in a download, from the right; None if it is none of Moodle's."""
    match = _FOLDER.fullmatch(text) or _FOLDER_WITHOUT_ID.fullmatch(text)
    return _download_name(match.groups()) if match else None


def parse_flat(text: str) -> DownloadName | None:
    """Reads the name of a file of a download without folders; None if it is none of Moodle's.

    The leftmost mark counts: Moodle takes `_` out of people's names, whereas a student can call a
    file `x_7_assignsubmission_file_y.py` and must not hand it in for participant 7.
    """
    match = _FLAT.fullmatch(text) or _FLAT_WITHOUT_ID.fullmatch(text)
    return _download_name(match.groups()) if match else None


def _download_name(groups: tuple[str, ...]) -> DownloadName:
    name, number, subtype, plugin, *rest = groups
    known = int(number) if number and len(number) < 19 else None
    return DownloadName(name.strip(), known, subtype, plugin, rest[0] if rest else "")


def mangled(name: str) -> tuple[str, ...]:
    """What a download makes of a raw name of a team, spaces single; the likely form first.

    Moodle makes HTML of the name and then drops the `&` of its entities, so that `R&D 1` comes as
    `Ramp;D 1` and `T > 3` as `T gt; 3`.
    """
    markup = re.sub(r"&(?![A-Za-z0-9#]{1,8};)", "&amp;", name)
    escaped = markup.replace("<", "&lt;").replace(">", "&gt;")
    untagged = re.sub(r"<(?!\s)[^>]*(>|$)", "", markup).replace("<", "&lt;").replace(">", "&gt;")
    return tuple(_cleaned(form) for form in (escaped, untagged, name, html.unescape(name)))


def _cleaned(text: str) -> str:
    text = re.sub(r"""[\0-\x1f\x7f'"`&<>|:/\\]""", "", text.replace("_", " "))
    return squeezed(text.replace("?", "_"))


def squeezed(text: str) -> str:
    """A name with single spaces and composed letters, for comparing."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def bare(text: str) -> str:
    """Letters and digits of a name alone: equal for a raw name and for Moodle's form of it."""
    text = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return "".join(c for c in text if c.isalnum())


def alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: a word in common, or nearly the same letters.

    Generous on purpose: sites show names in other orders, and names get cut. It only has to notice
    that a worksheet belongs to another assignment.
    """
    if _words(one) & _words(other):
        return True
    first, second = Counter(bare(one)), Counter(bare(other))
    if not first or not second:
        return True
    return (first & second).total() >= 0.8 * max(first.total(), second.total())


def _words(text: str) -> set[str]:
    return {bare(word) for word in re.split(r"[\W_]+", html.unescape(text)) if len(bare(word)) > 1}
