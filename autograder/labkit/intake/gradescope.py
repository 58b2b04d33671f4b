"""Reads the people behind the submissions of a Gradescope export.

"Download Submissions" gives `assignment_123_export/submission_456/…` and beside the folders one
`submission_metadata.yml`, written by Ruby: keys with leading colons, the results of every test
among the data. Only the submitters are of interest, so only their lines are given to the YAML
reader, and that only composes nodes: no tag of the file is ever constructed.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime

METADATA = "submission_metadata.yml"
FOLDER = re.compile(r"submission_(\d+)")


@dataclass(frozen=True)
class User:
    """One of the people who handed a submission in; a field is empty where the export has none."""

    name: str = ""
    email: str = ""
    sid: str = ""
    """The student id of the course's roster."""


def read_times(text: str) -> dict[str, str]:
    """Folder name (`submission_456`) -> when it was handed in, in ISO's form, where it is told."""
    found: dict[str, str] = {}
    folder = ""
    for line in text.splitlines():
        if match := re.match(r"(submission_\w+):\s*$", line):
            folder = match[1]
        elif folder and (match := re.match(r"  :created_at: +(\S+ \S+)( \S+)?\s*$", line)):
            zone = (match[2] or "").strip().replace("Z", "+00:00")
            with contextlib.suppress(ValueError):
                found[folder] = datetime.fromisoformat(match[1][:26] + zone).isoformat()
    return found


def read_submitters(text: str) -> dict[str, tuple[User, ...]]:
    """Folder name (`submission_456`) -> its users. ValueError if the text is not such YAML."""
    # Imported late: only an export needs it, not the grading of one submission.
    import yaml  # type: ignore[import-untyped]

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(_submitter_lines(text), Loader=loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError("not readable as YAML") from error
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("not a mapping of submissions")
    people: dict[str, tuple[User, ...]] = {}
    for key, value in root.value:
        for field, submitters in value.value if isinstance(value, yaml.MappingNode) else ():
            if field.value == ":submitters" and isinstance(submitters, yaml.SequenceNode):
                people[str(key.value)] = tuple(
                    _user(node.value)
                    for node in submitters.value
                    if isinstance(node, yaml.MappingNode)
                )
    return people


def _submitter_lines(text: str) -> str:
    """The lines of the keys `submission_N` and of `:submitters` under them, nothing else."""
    kept = []
    inside = False
    for line in text.splitlines():
        if re.match(r"submission_\w+:\s*$", line):
            kept.append(line)
            inside = False
        elif re.match(r"  :submitters:", line):
            kept.append(line)
            inside = True
        elif inside and re.match(r"  (- |  )", line):
            kept.append(line)
        else:
            inside = False
    return "\n".join(kept) + "\n"


def _user(fields: object) -> User:
    """A user of one submitter's mapping node."""
    found: dict[str, str] = {}
    for key, value in fields if isinstance(fields, list) else ():
        name = str(getattr(key, "value", "")).lstrip(":")
        text = getattr(value, "value", "")
        if isinstance(text, str) and text not in ("~", "null"):
            found[name] = " ".join(text.split())
    return User(found.get("name", ""), found.get("email", ""), found.get("sid", ""))
