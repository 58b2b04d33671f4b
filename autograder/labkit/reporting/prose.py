"""Markdown of strangers as harmless HTML, its formulas as MathML.

markdown-it renders it without HTML of its own, so no tag of a student's survives; latex2mathml
turns formulas into what browsers draw themselves, without a script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
"""An address that a page would fetch: only its words stay."""

_ACTING = re.compile(r'\s(?:href|src|style|class|id|on\w+|xlink:\w+)="[^"]*"', re.IGNORECASE)
"""Attributes that a formula can ask for and that do something."""


def markdown(text: str) -> Markup:
    """Text as HTML that cannot do anything."""
    text = _PICTURE.sub(lambda match: f"[picture: {match[1] or 'without a title'}]", text)
    return Markup(_MARKDOWN.render(text))


def _displayed(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A `$$…$$` in the middle of a line: the plugin's own <div> would end the paragraph."""
    return _mathml(tokens[at].content, {"display_mode": True})


def _mathml(formula: str, options: dict[str, Any]) -> str:
    try:
        drawn = str(convert(formula, display="block" if options["display_mode"] else "inline"))
    except Exception:  # what is no formula is shown as it was typed
        return str(Markup("<code>%s</code>") % escape(formula))
    return _ACTING.sub("", drawn)


# Pictures in reference style, too, are links at most: no page of ours fetches anything.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_MARKDOWN.disable("image")
dollarmath_plugin(
    _MARKDOWN, allow_labels=False, allow_digits=False, double_inline=True, renderer=_mathml
)
_MARKDOWN.add_render_rule("math_inline_double", _displayed)
