"""Who was late, by how much, and what that costs: nothing, unless lab.toml has `[late]`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from labkit.base.errors import LabkitError
from labkit.judging.person import person
from labkit.judging.result import TOTAL, Change, Result
from labkit.lab.schema import Late, read_time

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """How a submission stands to its due date, as far as it is known."""

    late: bool
    by: timedelta | None = None
    """None where only the platform's word is known."""
    said: str = ""
    """The platform's own words."""

    @property
    def sentence(self) -> str:
        """`2 days 3 hours late`; empty for who was in time."""
        if not self.late:
            return ""
        return f"{in_words(self.by)} late" if self.by is not None else self.said or "late"


def moment(value: datetime | date | str, where: str) -> datetime | None:
    """A time with its zone (this computer's where none is given); a date ends at midnight.

    None for an empty one. Raises LabkitError for what is no time.
    """
    if value == "":
        return None
    try:
        found = read_time(value) if isinstance(value, str) else value
        if not isinstance(found, datetime):
            found = datetime.combine(found, time(23, 59, 59))
        return found if found.tzinfo else found.astimezone()
    except (ValueError, OverflowError):
        raise LabkitError(
            f"{where}: {str(value).strip()[:40]!r} is no time: write it as 2027-03-01T23:59 or "
            "2027-03-01T23:59:00+01:00."
        ) from None


def check(late: Late | None, where: str) -> None:
    """Raises LabkitError for an extension that is no time, whoever has it."""
    for name, until in late.extensions.items() if late else ():
        moment(until, f"{where}: [late.extensions] {name}")


def due_of(
    result: Result, due: datetime | None, late: Late | None, where: str = "lab.toml"
) -> datetime | None:
    """When a submission was due: an extension, the lab's own date, or what the platform says.

    An extension of lab.toml counts before all others, and of a team's the latest; one that was
    given on the platform counts where it is later than the lab's own date.
    """
    found = extensions(result, late)
    granted = [moment(found[key], f"{where}: [late.extensions] {key}") for key in found]
    if any(granted):
        return max(filter(None, granted))
    extended = _time(result.platform, "until") or _time(result.platform, "extension")
    own = max(filter(None, (due, extended)), default=None)
    return own or _time(result.platform, "due")


def extensions(result: Result, late: Late | None) -> dict[str, datetime | date | str]:
    """What lab.toml grants to the people of a submission, by its own words for them."""
    if late is None:
        return {}
    who = person(result.platform)
    parts = [*who.email.split(";"), *who.sid.split(";"), result.submission]
    names = {part.strip().casefold() for part in parts}
    granted = late.extensions.items()
    return {key: until for key, until in granted if key.strip().casefold() in names - {""}}


def known(result: Result) -> bool:
    """Whether anybody tells when a submission came, or that it was late or not."""
    told = result.platform
    return bool(told.get("modified") or told.get("late")) or (
        _time(told, "submitted") is not None or isinstance(told.get("late"), bool)
    )


def lateness(result: Result, due: datetime | None) -> Lateness:
    """How late a submission was; the platform's word counts where there are no times."""
    submitted = _time(result.platform, "submitted")
    if submitted and due:
        return Lateness(submitted > due, max(submitted - due, timedelta()))
    told = result.platform.get("late")
    if isinstance(told, str):
        return Lateness(bool(told), said=told)
    return Lateness(bool(told))


def deduction(found: Lateness, rules: Late | None, earned: float) -> Change | None:
    """What lateness costs by the rules, as a line of its own; None where it costs nothing."""
    if rules is None or not found.late or found.by is None:
        return None
    over = found.by - timedelta(minutes=rules.grace_minutes)
    if over <= timedelta():
        return None
    days = math.ceil(over / DAY)
    percent = min(days * rules.percent_a_day, rules.most_percent)
    if not percent:
        return None
    points = -round(earned * percent / 100, 2)
    if not points:
        return None
    many = "1 day begun" if days == 1 else f"{days} days begun"
    return Change(TOTAL, points, f"{found.sentence} ({many}): {percent:g} % of the points earned.")


def in_words(length: timedelta) -> str:
    """`2 days 3 hours`, `5 minutes`."""
    minutes = max(1, round(length.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour")] if days else [(hours, "hour"), (minutes, "minute")]
    told = [f"{count} {word}{'s' if count != 1 else ''}" for count, word in parts if count]
    return " ".join(told) or "1 minute"


def _time(platform: Mapping[str, Any], key: str) -> datetime | None:
    value = platform.get(key)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found if found.tzinfo else found.astimezone()
    except (ValueError, OverflowError):
        return None
