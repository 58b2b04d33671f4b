"""What the HTML pages share: one template environment a process, and how text gets into it.

Everything is escaped: names, messages and notes carry what students chose.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from labkit.base import paths
from labkit.base.files import write_parts
from labkit.judging.person import person
from labkit.judging.result import Result


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of the templates, with the filters that they use."""
    made = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(number=number, prose=prose, page_of=page_of, code_of=code_of, zip=zip)
    return made


@lru_cache(maxsize=8)
def template(name: str) -> Template:
    """A template, compiled once."""
    return environment().get_template(name)


def render(name: str, **values: Any) -> str:
    """A page from the template called `name`."""
    return template(name).render(values)


def write(path: Path, name: str, **values: Any) -> None:
    """Write the same to `path`, part by part: a page about a class grows with it."""
    write_parts(path, template(name).generate(values))


def number(value: float) -> str:
    """A number as people write it: 8, 2.5."""
    return f"{round(value, 2):g}"


_CODE = re.compile(r"`([^`\n]+)`")


def prose(text: str) -> Markup:
    """Text in which `names` between backticks are set as code."""
    parts = _CODE.split(text)
    return Markup("").join(
        Markup("<code>%s</code>") % part if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def page_of(submission: str) -> str:
    """The address of a student's page, seen from report.html."""
    return f"feedback/{quote(submission)}.html"


def code_of(submission: str) -> str:
    """The address of a student's code, likewise."""
    return f"code/{quote(submission)}.html"


def who(result: Result) -> str:
    """Whose submission it is, as the platform has it; empty where it has no names."""
    people = map(person, result.platform.get("users") or [result.platform])
    name = ", ".join(filter(None, (one.name or one.email for one in people)))
    return "" if name == result.submission else name
