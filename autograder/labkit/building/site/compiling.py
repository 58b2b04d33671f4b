"""What Pyodide runs in Node while the site is built: it compiles the modules that a page imports.

Sources are compiled anew at each start otherwise, which is most of the time until a first check.
"""

from __future__ import annotations

import importlib
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

bootstrap: Any = importlib.import_module("importlib._bootstrap_external")

_LEFT = re.compile(
    r".*\.(pyi|pxd|h|c|a)|numpy/f2py/.*|(multiprocessing|wsgiref|xmlrpc)/.*|"
    r"(cgi|cgitb|ftplib|imaplib|mailbox|nntplib|poplib|smtplib|socketserver|telnetlib)\.py|"
    r"(pytz|dateutil)/zoneinfo/.*|fontTools/.*|matplotlib/backends/(qt_editor|web_backend)/.*|"
    r"matplotlib/mpl-data/(images|fonts/(afm|pdfcorefonts))/.*"
)
"""For who compiles C, starts processes, opens sockets, shows windows or saves a PDF: no page can.

A thousand files less are half a second less until a first figure.
"""

_MADE = ("matplotlib/fontlist.json",)
"""Made anew by each import that finds it out of date, as it is in Pyodide 0.27."""

_TIME = (2020, 1, 1, 0, 0, 0)


def used(home: str) -> set[str]:
    """Files below `home` that were imported."""
    files = (getattr(module, "__file__", None) or "" for module in list(sys.modules.values()))
    return {file.removeprefix(home) for file in files if file.startswith(home)}


def compiled(archive: str, home: str, modules: set[str], *, words: bool) -> None:
    """The archive with these modules compiled; without `words` they lose their docstrings."""
    with (
        zipfile.ZipFile(archive) as old,
        zipfile.ZipFile(f"{archive}.new", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for info in old.infolist():
            name, data = info.filename, old.read(info)
            if _LEFT.fullmatch(name):
                continue
            if name in _MADE:
                data = Path(home + name).read_bytes()
            if name in modules and name.endswith(".py"):
                code = compile(data, home + name, "exec", dont_inherit=True, optimize=2 - 2 * words)
                data = bootstrap._code_to_hash_pyc(code, bytes(8), False)
                name += "c"
            new.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED)
    Path(f"{archive}.new").replace(archive)


def first() -> None:
    """Import what a first check imports."""
    sys.path[:0] = ["/lab", "/page"]
    importlib.import_module("browser")


def later() -> None:
    """Import what a figure needs besides."""
    importlib.import_module("matplotlib.pyplot")
    importlib.import_module("matplotlib.backends.backend_agg")
