"""The two libraries that a page needs, CodeMirror and KaTeX, by version and hash.

`package-lock.json` names every package with its version and the hash of its archive; npm refuses
another one. They lie in the user's cache: a second build reaches out to nobody.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_bytes

_LOCK = Path(__file__).with_name("vendor")
_SECONDS = 300


def modules() -> Path:
    """The folder `node_modules` with what the lock names. Raises LabkitError: one sentence."""
    content = {name: (_LOCK / name).read_bytes() for name in ("package.json", "package-lock.json")}
    key = hashlib.sha256(b"\0".join(content.values())).hexdigest()[:16]
    target = Path.home() / ".cache" / "labkit" / "vendor" / key
    if not (target / "node_modules").is_dir():
        program("npm")
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as work:
            for name, data in content.items():
                write_bytes(Path(work) / "new" / name, data)
            _install(Path(work) / "new")
            with suppress(OSError):  # another build was faster
                (Path(work) / "new").rename(target)
    return target / "node_modules"


def program(name: str) -> str:
    """The path of `npm` or `node`. Raises LabkitError where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise LabkitError(
            f"{name} is not installed: labkit site needs Node.js with npm, to fetch the editor "
            "once and to set the formulas; students' browsers need neither."
        )
    return found


def _install(folder: Path) -> None:
    command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=_SECONDS
        )
    except (subprocess.SubprocessError, OSError) as error:
        told = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise LabkitError(
            f"npm could not fetch the editor and KaTeX ({told[0][:200] if told else error}): "
            "are you online? They are fetched once and kept."
        ) from error


def editor_modules(folder: Path) -> Iterator[tuple[str, Path]]:
    """For each module that the editor imports by name: that name and its file."""
    for manifest in sorted([*folder.glob("*/package.json"), *folder.glob("@*/*/package.json")]):
        about = json.loads(manifest.read_text(encoding="utf-8"))
        if about["name"] in ("katex", "commander"):
            continue
        exports = about.get("exports") or {}
        entry = exports.get("import") or about.get("module") or about["main"]
        yield about["name"], manifest.parent / entry
