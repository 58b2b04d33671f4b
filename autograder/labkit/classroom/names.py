"""Whom an instructor means: a submission's own name, or an email, a student id, a file's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labkit.base.spreadsheet import unplain
from labkit.judging.person import person


class Names:
    """The submissions of a class by all that they are called in grades.csv."""

    def __init__(self, people: Iterable[tuple[str, Mapping[str, Any], str]]) -> None:
        """`people` gives each submission, its platform and its origin."""
        self._known: set[str] = set()
        self._called: dict[str, set[str]] = {}
        for name, platform, origin in people:
            self._known.add(name)
            who = person(platform)
            for told in (origin, *who.email.split(";"), *who.sid.split(";")):
                self._called.setdefault(_plain(told), set()).add(name)
        self._called.pop("", None)

    def fitting(self, told: str) -> list[str]:
        """The submissions that may be meant; the name of one means it alone."""
        return [told] if told in self._known else sorted(self._called.get(_plain(told), ()))

    def of(self, told: str) -> str:
        """The submission that is meant; what was told, where it fits none or several."""
        found = self.fitting(told)
        return found[0] if len(found) == 1 else told


def _plain(told: str) -> str:
    return unplain(told).strip().casefold()
