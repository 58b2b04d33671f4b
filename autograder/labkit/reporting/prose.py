"""Markdown of strangers as harmless HTML, its formulas as MathML.

mistune renders it with everything escaped that is no Markdown, so no tag of a student's survives;
latex2mathml turns formulas into what browsers draw themselves, without a script.
"""

from __future__ import annotations

import re

import mistune
from latex2mathml.converter import convert
from markupsafe import Markup, escape

_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)
_MARK = "\ue000{}\ue001"
"""Keeps a formula's place while the Markdown around it is rendered."""
_PLACE = re.compile("\ue000(\\d+)\ue001")
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
"""An address that a page would fetch: only its words stay."""

_ACTING = re.compile(r'\s(?:href|src|style|class|id|on\w+|xlink:\w+)="[^"]*"', re.IGNORECASE)
"""Attributes that a formula can ask for and that do something."""

_render = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])


def markdown(text: str) -> Markup:
    """Text as HTML that cannot do anything."""
    formulas: list[str] = []

    def kept(match: re.Match[str]) -> str:
        formulas.append(_mathml(match[1] or match[2], block=match[1] is not None))
        return _MARK.format(len(formulas) - 1)

    text = re.sub("[\ue000\ue001\0]", "", text)
    text = _PICTURE.sub(lambda match: f"[picture: {match[1] or 'without a title'}]", text)
    html = str(_render(_FORMULA.sub(kept, text)))
    return Markup(_PLACE.sub(lambda match: formulas[int(match[1])], html))


def _mathml(formula: str, *, block: bool) -> str:
    try:
        drawn = str(convert(formula, display="block" if block else "inline"))
    except Exception:  # what is no formula is shown as it was typed
        return str(Markup("<code>%s</code>") % escape(formula))
    return _ACTING.sub("", drawn)
