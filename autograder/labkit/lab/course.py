"""The labs that there are: the kit's own and an instructor's, in the same way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.base import paths
from labkit.base.errors import LabkitError

if TYPE_CHECKING:  # to read a lab takes longer than to find its folder, which is often enough
    from labkit.lab.lab import Lab


def roots() -> list[Path]:
    """Folders that hold labs: the kit's own and `assignments/` in the working directory."""
    here = Path.cwd() / "assignments"
    return [paths.ASSIGNMENTS] + ([here] if here.is_dir() and here != paths.ASSIGNMENTS else [])


def folders() -> list[Path]:
    """The folders of all labs, by number; none is read."""
    found = [
        folder
        for root in roots()
        for folder in root.glob("lab*")
        if (folder / "lab.toml").is_file()
    ]
    return sorted(found, key=_by_number)


def available() -> list[Lab]:
    """All labs, by number. Raises LabkitError as `find_all` does."""
    return find_all(())


def find_all(names: Sequence[str]) -> list[Lab]:
    """The labs called so, by their short or their whole names; all where there is no name.

    Raises LabkitError as `find` does, and where two have one short name: what is made of a lab
    lies under it.
    """
    found = list(dict.fromkeys(map(folder_of, names))) if names else folders()
    known: dict[str, Path] = {}
    for folder in found:
        if (other := known.setdefault(_short(folder), folder)) != folder:
            raise LabkitError(
                f"{other} and {folder} are both {_short(folder)}, so one would overwrite the "
                "other: give one another number, in its folder's name."
            )
    return [_read(folder) for folder in found]


def find(name: str) -> Lab:
    """The lab called `name`, by its short or its whole name; no other lab is read.

    Raises LabkitError where there is none, or where two folders could be meant.
    """
    return _read(folder_of(name))


def folder_of(name: str) -> Path:
    """The folder of the lab called `name`; it is not read.

    Raises LabkitError where there is none, or where two folders could be meant.
    """
    found = folders()
    meant = [folder for folder in found if name in (folder.name, _short(folder))]
    if len(meant) > 1:
        raise LabkitError(
            f"{name} is not clear: {' and '.join(map(str, meant))} are called so; "
            "give one another name, or write the whole name."
        )
    if not meant:
        known = ", ".join(map(_short, found))
        raise LabkitError(f"There is no lab {name!r}; choose one of {known}.")
    return meant[0]


def _read(folder: Path) -> Lab:
    from labkit.lab.lab import Lab

    return Lab.load(folder)


def _short(folder: Path) -> str:
    return folder.name.partition("_")[0]


def _by_number(folder: Path) -> tuple[int, str]:
    number = re.match(r"lab(\d+)", folder.name)
    return int(number[1]) if number else 0, folder.name
