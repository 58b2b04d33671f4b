"""A lab's Markdown as HTML, its formulas typeset by KaTeX when the site is built.

So a page can be read and printed before any script has run.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from labkit.base.errors import LabkitError
from labkit.building.site import vendored

_PLACE = "\ue000{}\ue001"
"""Stands where a formula goes; no text holds these characters."""

_HEAD = re.compile('(<th[^>]*>)(<span class="math inline">\ue000(\\d+)\ue001</span>)</th>')

_TYPESET = """
const katex = require("katex");
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const one = ([text, displayMode]) =>
  katex.renderToString(text, { displayMode, throwOnError: true, output: "htmlAndMathml" });
process.stdout.write(JSON.stringify(asked.map(one)));
"""


class Typesetter:
    """Turns texts into HTML; the formulas of all of them are typeset in one go."""

    def __init__(self) -> None:
        self._formulas: list[tuple[str, bool]] = []
        self._markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
        dollarmath_plugin(self._markdown, allow_digits=False, renderer=self._formula)

    def _formula(self, text: str, options: dict[str, Any]) -> str:
        self._formulas.append((text.strip(), bool(options["display_mode"])))
        return _PLACE.format(len(self._formulas) - 1)

    def html(self, text: str) -> str:
        """The text as HTML, with places for its formulas."""
        found = str(self._markdown.render(text))
        # A wide table scrolls by itself: the page does not.
        found = found.replace("<table>", '<div class="wide"><table>').replace(
            "<th></th>", "<td></td>"
        )
        found = _HEAD.sub(self._named_head, found)
        return found.replace("</table>", "</table></div>")

    def _named_head(self, found: re.Match[str]) -> str:
        """A column's head that is a formula alone, with a name for who does not see it."""
        head, formula, number = found.groups()
        name = html.escape(self._formulas[int(number)][0])
        hidden = f'<span aria-hidden="true">{formula}</span>'
        return f'{head}<span class="unseen">{name}</span>{hidden}</th>'

    def finish(self, page: str, modules: Path) -> str:
        """The page with its formulas. Raises LabkitError where KaTeX does not know one."""
        done = _typeset(self._formulas, modules)
        return re.sub("\ue000(\\d+)\ue001", lambda found: done[int(found[1])], page)


def _typeset(formulas: Sequence[tuple[str, bool]], modules: Path) -> list[str]:
    ran = subprocess.run(
        [vendored.program("node"), "-e", _TYPESET],
        input=json.dumps(formulas),
        cwd=modules.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        why = re.search(r"ParseError: (.*)", ran.stderr)
        raise LabkitError(
            "A formula of the lab's text.py cannot be typeset: "
            f"{why[1] if why else ran.stderr.strip()[-300:]}."
        )
    found: list[str] = json.loads(ran.stdout)
    return found


def plain(text: str) -> str:
    """A caption as a sentence for who does not see the figure."""
    words = re.sub(r"[*_`$]", "", text)
    return html.unescape(" ".join(words.split()))
