"""A lab has one title: that of lab.toml stands over its text, and the lab's question below it."""

from __future__ import annotations

import re

import jupytext
import pytest

from labkit.base import paths
from labkit.lab.course import available
from labkit.lab.lab import Lab

LABS = [lab for lab in available() if lab.folder.is_relative_to(paths.ASSIGNMENTS)]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_a_lab_has_one_title_and_one_question(lab: Lab) -> None:
    first = jupytext.read(lab.text, fmt="py:percent").cells[0].source
    headings = re.findall(r"^#+ .*", first, flags=re.MULTILINE)
    assert headings[0] == f"# {lab.title}"
    assert re.fullmatch(r"## [A-Z].*\?", headings[1])
    assert re.fullmatch(r"Lab \d+: [A-Z].*", lab.title)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_the_courses_page_says_what_is_built_and_how_long_it_takes(lab: Lab) -> None:
    assert lab.config.about.endswith((".", "?")) and 60 <= lab.config.minutes <= 300
