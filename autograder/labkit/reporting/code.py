"""Each student's code, for the instructor: a page a submission in OUT/code.

Written while others are being graded, so that no class's code is ever held in memory; what is
shown side by side later is read back from the pages.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

from labkit.base.files import write_text
from labkit.judging.result import Result
from labkit.lab import stubs
from labkit.lab.contract import PACKAGE
from labkit.lab.lab import Lab
from labkit.reporting import pages

FOLDER = "code"
_MOST = 200_000
"""Characters of a file that are shown."""

_UNSEEN = {code: f"⟨U+{code:04X}⟩" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Signs that turn the direction of text: with them code can look other than it is."""
_UNSEEN |= {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n"}
_ANY_UNSEEN = re.compile(f"[{re.escape(''.join(map(chr, _UNSEEN)))}]")

_FILE = re.compile(r'<pre class="source"[^>]* data-path="([^"]*)">(.*?)</pre>', re.DOTALL)


class CodePages:
    """Writes the pages of a class."""

    def __init__(self, out: Path, lab: Lab) -> None:
        self._out = out
        self._lab = lab
        self._given = {path: text.encode() for path, text in stubs.finished_modules(lab).items()}

    def add(self, result: Result, files: Mapping[str, bytes]) -> None:
        """Write the page of a submission, but for modules as the kit gave them."""
        path = self._out / FOLDER / f"{result.submission}.html"
        write_text(path, page(result, self._lab, self.own(files)))

    def own(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """The Python files that are a student's own, those of the lab first."""
        first = [f"{PACKAGE}/{module}.py" for module in self._lab.modules]
        python = [path for path in files if path.endswith(".py") and path not in first]
        found = {}
        for path in (*(path for path in first if path in files), *sorted(python)):
            data = files[path].replace(b"\r\n", b"\n")
            if data.strip() and data.strip() != self._given.get(path, b"").strip():
                text = data.decode("utf-8-sig", errors="replace")
                found[path] = text.translate(_UNSEEN) if _ANY_UNSEEN.search(text) else text
        return found


def page(result: Result, lab: Lab, files: Mapping[str, str]) -> str:
    """A submission's code as HTML, with line numbers."""
    shown = []
    for path, text in files.items():
        lines = text[:_MOST].rstrip("\n").split("\n")
        numbers = "\n".join(map(str, range(1, len(lines) + 1)))
        shown.append((path, numbers, "\n".join(lines), len(text) > _MOST))
    return pages.render("code.html", lab=lab, result=result, who=pages.who(result), files=shown)


def written(out: Path) -> frozenset[str]:
    """The submissions that have a page of code in `out`."""
    return frozenset(path.stem for path in (out / FOLDER).glob("*.html"))


def read(out: Path, submission: str) -> dict[str, bytes]:
    """The files on a submission's page, path -> content; empty where there is none."""
    try:
        text = (out / FOLDER / f"{submission}.html").read_text(encoding="utf-8")
    except OSError:
        return {}
    return {html.unescape(path): html.unescape(code).encode() for path, code in _FILE.findall(text)}
