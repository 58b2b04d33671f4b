"""Whose a submission is, as far as the platform tells: what a gradebook joins on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.judging.result import Result

WHO = ("name", "email", "sid", "origin")
"""Columns that tell whose a row is: a gradebook joins on them; the last is the folder or file as it
came."""

_BLIND = "Participant"
"""What Moodle calls everybody under blind marking."""


@dataclass(frozen=True)
class Person:
    """A person or a team; members of a team are divided by semicolons in each field."""

    name: str = ""
    email: str = ""
    sid: str = ""
    """The student id of the course's roster, or Canvas's number of the user."""


def who(result: Result) -> tuple[str, str, str, str]:
    """The cells of the columns WHO."""
    found = person(result.platform)
    return found.name, found.email, found.sid, result.origin


def person(platform: Mapping[str, Any]) -> Person:
    """The person behind a result's `platform`; empty where nobody is named."""
    users = platform.get("users")
    if isinstance(users, list | tuple) and users:
        return Person(*("; ".join(_field(user, key) for user in users) for key in _FIELDS))
    name = _field(platform, "name")
    if name == _BLIND and platform.get("id") is not None:
        name = f"{_BLIND} {platform['id']}"
    return Person(name, _field(platform, "email"), _field(platform, "sid"))


_FIELDS = ("name", "email", "sid")


def _field(about: Any, key: str) -> str:
    value = about.get(key) if isinstance(about, Mapping) else None
    return "" if value is None else str(value)
