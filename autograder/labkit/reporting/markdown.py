"""Markdown of strangers as harmless HTML, its formulas as MathML.

markdown-it renders it without HTML of its own, so no tag of a student's survives; latex2mathml
turns formulas into what browsers draw themselves, without a script.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from typing import Any
from xml.etree.ElementTree import tostring

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

_LAYING_OUT = frozenset(
    "xmlns display displaystyle scriptlevel mathvariant stretchy fence form separator accent "
    "accentunder largeop movablelimits lspace rspace minsize maxsize width height depth voffset "
    "linethickness columnalign columnlines columnspacing rowlines rowspacing notation".split()
)
"""Attributes that a formula keeps; it can ask for others, which act."""


def markdown(text: str) -> Markup:
    """Text as HTML that cannot do anything."""
    return Markup(_MARKDOWN.render(text))


def _picture(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A picture's words: its address would be fetched when the page is opened."""
    return str(escape(f"[picture: {tokens[at].content or 'without a title'}]"))


def _displayed(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A `$$…$$` in the middle of a line: the plugin's own <div> would end the paragraph."""
    return _mathml(tokens[at].content, {"display_mode": True})


def _mathml(formula: str, options: dict[str, Any]) -> str:
    try:
        # The element, not its text, in which latex2mathml takes all escapes back.
        drawn = convert_to_element(
            formula, display="block" if options["display_mode"] else "inline"
        )
    except Exception:  # what is no formula is shown as it was typed
        return str(Markup("<code>%s</code>") % escape(formula))
    for node in drawn.iter():
        node.text = unescape(node.text or "")  # its signs are written as &#x…;
        for name in set(node.attrib) - _LAYING_OUT:
            del node.attrib[name]
    return tostring(drawn, encoding="unicode")


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
dollarmath_plugin(
    _MARKDOWN, allow_labels=False, allow_digits=False, double_inline=True, renderer=_mathml
)
_MARKDOWN.add_render_rule("math_inline_double", _displayed)
_MARKDOWN.add_render_rule("image", _picture)
