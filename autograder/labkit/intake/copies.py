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
_NUMBER = r"(?:\d+|\(\d+\))"
_AFTER = re.compile(
    rf"(?:[\s_–—-]*\(?(?:another |\d+\w* |weitere |autre |otra )?(?:的|の|의)?\s*{_WORD}"
    rf"(?:[\s_-]*{_NUMBER})?\)?|\s*\(\d+\)|[\s_-]\d+)$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"^{_WORD}\s*{_NUMBER}?\s*(?:\b(?:of|von|van|de|di|do|da|av|af|pliku|souboru|z|του)\b)?"
    r"[\s_:–—-]*(?=\S)",
    re.IGNORECASE,
)


def names_meant(name: str) -> list[str]:
    """`name` in lower case, then without the marks of a copy, of a copy of it, and so on."""
    found = [unicodedata.normalize("NFC", name).strip().lower()]
    for _ in range(3):
        plain = _BEFORE.sub("", _AFTER.sub("", found[-1], count=1), count=1).strip()
        if not plain or plain == found[-1]:
            break
        found.append(plain)
    return found


def meant(name: str, wanted: Collection[str]) -> str | None:
    """The one of `wanted` (in lower case) that a name means."""
    return next((one for one in names_meant(name) if one in wanted), None)
