"""Short, safe, unique names for submissions: used as file names and in grades.csv."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

MAX_BYTES = 80
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(text: str) -> str:
    """`text` as a file name that every system takes and no spreadsheet reads as a formula.

    Letters and digits of any script, inner spaces and `. _ - ( )` stay; the rest becomes `_`. Cut
    to 80 bytes of UTF-8, with a hash of the whole text where it was cut or nothing was left.
    """
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    kept = "".join(c if _is_letter(c) or c in " ._-()" else "_" for c in text)
    kept = re.sub(r"[\s_]*_[\s_]*", "_", re.sub(r"\s+", " ", kept)).strip(" ._-")
    if not kept:
        return "submission-" + _digest(text)
    if len(kept.encode()) > MAX_BYTES:
        kept = kept.encode()[: MAX_BYTES - 9].decode("utf-8", "ignore").strip(" ._-")
        kept += "-" + _digest(text)
    return "_" + kept if _RESERVED.fullmatch(kept) else kept


def unique_names(texts: Sequence[str], origins: Sequence[str]) -> list[str]:
    """A safe name for each text. Those that would be equal get a hash of their origin.

    Whoever carries the plain name already keeps it, so a name depends as little as possible on
    which other submissions are there, and not on their order. Origins are distinct.
    """
    names = [safe_name(text) for text in texts]
    often = Counter(_key(name) for name in names)
    taken: set[str] = set()
    found = {}
    for origin, name in sorted(zip(origins, names, strict=True)):
        if often[_key(name)] > 1 and (name != origin or _key(name) in taken):
            name = f"{name}-{_digest(origin)}"
        while _key(name) in taken:
            name += "-" + _digest(name + origin)
        taken.add(_key(name))
        found[origin] = name
    return [found[origin] for origin in origins]


def _is_letter(c: str) -> bool:
    return c.isalnum() or unicodedata.category(c) in ("Mn", "Mc")  # vowel signs are marks


def _key(name: str) -> str:
    """Equal for names that some file system would take as one."""
    return unicodedata.normalize("NFKC", name).casefold()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
