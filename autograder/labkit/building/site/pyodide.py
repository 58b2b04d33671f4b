"""Where the page gets Python from: a public network, or a folder that is served beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.building.site import compiled

VERSION = "0.27.7"
"""The version that the tests run."""

OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"

_CORE = (
    *("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.mjs", "pyodide.asm.wasm"),
    *("python_stdlib.zip", "pyodide-lock.json"),
)
"""Of these a version has its own: not each has both scripts."""

_WANTED = ("numpy", "matplotlib")
"""What a first check imports, and what figures need."""


@dataclass(frozen=True)
class Source:
    """One way to get it."""

    address: str
    """As a page in a folder of the site asks for it; it ends in a slash."""
    files: dict[str, Path]
    """What is served beside the pages: path in the site -> file."""
    said: str
    """Who is asked for what, in one line."""
    note: str = ""
    """What the person who builds should know besides."""


def source(given: str | None) -> Source:
    """Where a URL or a folder leads; without one the official network.

    Raises LabkitError where the folder is no Pyodide.
    """
    address = given or OFFICIAL
    if address.startswith(("https://", "http://")):
        address = address.rstrip("/") + "/"
        host = address.split("/")[2]
        said = (
            f"Students' browsers fetch Python (about 9 MB, then 9 MB for the figures) from {host}."
        )
        return Source(address, {}, said)
    return _beside(Path(address))


def _beside(folder: Path) -> Source:
    lock = folder / "pyodide-lock.json"
    try:
        about = json.loads(lock.read_text(encoding="utf-8"))
        version, packages = about["info"]["version"], about["packages"]
        first, later = (
            [packages[name]["file_name"] for name in _with_needs(packages, wanted)]
            for wanted in _WANTED
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabkitError(
            f"--pyodide {folder} is no Pyodide with NumPy and matplotlib (its pyodide-lock.json "
            f"does not name them): unpack a release of Pyodide there, or leave --pyodide out."
        ) from error
    later = [name for name in later if name not in first]
    names = [*first, *later, *(name for name in _CORE if (folder / name).is_file())]
    for name in (*names, "pyodide.mjs"):
        if not (folder / name).is_file():
            raise LabkitError(f"{folder / name} is missing: unpack the release of Pyodide again.")
    made, note = _compiled(folder, first, later)
    name = f"pyodide-{version}"
    if made:
        name += f"-{hashlib.sha256(made[compiled.LOCK].read_bytes()).hexdigest()[:12]}"
    files = {f"{name}/{one}": made.get(one, folder / one) for one in names}
    size = sum(path.stat().st_size for path in files.values()) / 1e6
    said = f"Students' browsers fetch everything from this folder, Python too ({size:.0f} MB)."
    return Source(f"../{name}/", files, said, note)


def _compiled(
    folder: Path, first: Sequence[str], later: Sequence[str]
) -> tuple[dict[str, Path], str]:
    """What takes the place of files of the release, by name; or why nothing does."""
    try:
        return compiled.modules(folder, first, later), ""
    except compiled.NotCompiledError as error:
        return {}, f"Python will start slowly: its modules could not be compiled here ({error})."


def _with_needs(packages: dict[str, dict[str, object]], wanted: str) -> list[str]:
    """A package that the labs import, with all that it needs."""
    found: list[str] = []
    waiting = [wanted]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        needs = packages[name].get("depends", [])
        assert isinstance(needs, list)
        waiting += [str(one) for one in needs]
    return found
