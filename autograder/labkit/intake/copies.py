"""Names that systems, browsers and drives give to copies: `layers (1)`, `Kopie von layers`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_WORDS = (
    "copy copie copia cópia kopie kopia kopi kopio kopya kopyası kopiera копия копія копие másolat "
    "αντίγραφο αντιγραφή コピー 副本 拷贝 複製 복사본 사본 duplicate duplikat nusxa salinan bản_sao"
)
_WORD = "(?:" + "|".join(word.replace("_", " ") for word in _WORDS.split()) + ")"
_NUMBER = r"(?:\d{1,6}|\(\d{1,6}\))"
# Everything repeats a few times at most: without an end, a name of a thousand signs takes seconds.
_AFTER = re.compile(
    r"(?:[\s_–—-]{0,5}\(?(?:another |\d{1,3}\w{0,3} |weitere |autre |otra )?(?:的|の|의)?\s{0,5}"
    rf"{_WORD}(?:[\s_-]{{0,5}}{_NUMBER})?\)?|\s{{0,5}}\(\d{{1,6}}\)|[\s_-]\d{{1,20}})$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"^{_WORD}\s{{0,5}}{_NUMBER}?\s{{0,5}}"
    r"(?:\b(?:of|von|van|de|di|do|da|av|af|pliku|souboru|z|του)\b)?[\s_:–—-]{0,5}(?=\S)",
    re.IGNORECASE,
)
_LONGEST = 100
"""Characters of a name in which marks are looked for."""


def names_meant(name: str) -> list[str]:
    """`name` in lower case, then without the marks of a copy, of a copy of it, and so on."""
    found = [unicodedata.normalize("NFC", name).strip().lower()]
    for _ in range(3 if len(found[0]) <= _LONGEST else 0):
        plain = _BEFORE.sub("", _AFTER.sub("", found[-1], count=1), count=1).strip()
        if not plain or plain == found[-1]:
            break
        found.append(plain)
    return found


def meant(name: str, wanted: Collection[str]) -> str | None:
    """The one of `wanted` (in lower case) that a name means."""
    return next((one for one in names_meant(name) if one in wanted), None)
