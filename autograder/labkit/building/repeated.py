"""Whether a text tells the title and the points that lab.toml gives: it repeats them for people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labkit.lab.lab import Lab

_CELL = re.compile(r'# %%.*\b(?:question|answer)="(\w+)"')
_POINTS = re.compile(r"# (?:#{2,6} |\*\*Rubric).*\((?:a bonus of )?(\d+(?:\.\d+)?) points?\b")


def differences(lab: Lab) -> Iterator[str]:
    """A sentence about each line of the text that tells another title or other points.

    Points are looked for in headings and behind **Rubric, as in “(6 points)”: those of a written
    question in its cells, others where the heading names a question in backticks.
    """
    given = lab.questions | {question.name: question.points for question in lab.written}
    lines = lab.text.read_text(encoding="utf-8").splitlines() if lab.text.is_file() else []
    about, title = "", lab.config.title
    for number, line in enumerate(lines, 1):
        where = f"{lab.text}, line {number}"
        if line.startswith("# %%"):
            about = cell[1] if (cell := _CELL.match(line)) else ""
        elif title and (heading := re.match(r"# # (.+)", line)):
            if heading[1].strip() != title:
                yield f"{where}: the title in lab.toml is {title!r}: change one of them."
            title = ""  # what comes below it is no title
        elif found := _POINTS.match(line):
            named = [name for name in re.findall(r"`(\w+)`", line) if name in given]
            name = (named or [about])[0]
            if float(found[1]) != given.get(name, float(found[1])):
                told = f"lab.toml gives {name} {given[name]:g} points"
                yield f"{where}: {told}: change one of them."
