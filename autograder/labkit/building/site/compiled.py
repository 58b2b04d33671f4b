"""Pyodide's own modules compiled, where a folder of it is served: Python starts in half the time.

A release brings sources, which each browser would compile at each start. The release compiles them
itself, in Node, once; what comes of it lies in the user's cache.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from labkit.base import paths
from labkit.base.files import write_bytes
from labkit.base.zips import read_tree
from labkit.building.site import vendored

LOCK, LIBRARY = "pyodide-lock.json", "python_stdlib.zip"
_HERE = Path(__file__).parent
_SECONDS = 600

_PROGRAM = """
const fs = require("fs"), url = require("url");
const { folder, out, first, later, files } = JSON.parse(fs.readFileSync(0, "utf8"));
(async () => {
  const { loadPyodide } = await import(url.pathToFileURL(`${folder}/pyodide.mjs`));
  const quiet = { messageCallback() {} };
  const python = await loadPyodide({ indexURL: `${folder}/`, stdout() {}, stderr() {} });
  const site = `${python.runPython("import site; site.getsitepackages()[0]")}/`;
  const library = python.runPython("import json; json.__file__.removesuffix('json/__init__.py')");
  for (const [path, text] of Object.entries(files)) {
    python.FS.mkdirTree(path.replace(/\\/[^/]*$/, ""));
    python.FS.writeFile(path, text);
  }
  python.runPython("import sys; sys.path.append('/building'); import compiling");
  const compiling = python.pyimport("compiling");
  async function squeeze(name, home, words) {
    python.FS.writeFile("/archive.zip", new Uint8Array(fs.readFileSync(`${folder}/${name}`)));
    compiling.compiled.callKwargs("/archive.zip", home, compiling.used(home), { words });
    fs.writeFileSync(`${out}/${name}`, new Uint8Array(python.FS.readFile("/archive.zip")));
  }
  await python.loadPackage(["numpy"], quiet);
  compiling.first();
  await squeeze("LIBRARY", library, false);
  for (const name of first) await squeeze(name, site, true);
  await python.loadPackage(["matplotlib"], quiet);
  compiling.later();
  for (const name of later) await squeeze(name, site, true);
})().catch((error) => {
  process.stderr.write(String(error.message ?? error).slice(-2000));
  process.exit(1);
});
""".replace("LIBRARY", LIBRARY)


class NotCompiledError(Exception):
    """It stays as it is: why."""


def modules(folder: Path, first: Sequence[str], later: Sequence[str]) -> dict[str, Path]:
    """The library and the wheels with compiled modules, and a lock with their hashes, by name.

    `first` are the wheels that a first check needs. Raises NotCompiledError.
    """
    whole = hashlib.sha256((folder / LOCK).read_bytes())
    for path in (folder / LIBRARY, _HERE / "compiling.py", Path(__file__)):
        whole.update(path.read_bytes() if path.is_file() else b"")
    target = Path.home() / ".cache" / "labkit" / "compiled" / whole.hexdigest()[:16]
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as work:
            new = Path(work) / "new"
            new.mkdir()
            _compile(folder, new, first, later)
            write_bytes(new / LOCK, _lock(folder, new))
            with suppress(OSError):  # another build was faster
                new.rename(target)
    return {path.name: path for path in target.iterdir()}


def _compile(folder: Path, out: Path, first: Sequence[str], later: Sequence[str]) -> None:
    files = {
        f"/lab/labcheck/{name}": content.decode()
        for name, content in read_tree(paths.STUDENT_FILES / "labcheck").items()
    }
    files["/page/browser.py"] = (_HERE / "static" / "browser.py").read_text(encoding="utf-8")
    files["/building/compiling.py"] = (_HERE / "compiling.py").read_text(encoding="utf-8")
    asked = {"folder": str(folder.resolve()), "out": str(out), "files": files}
    try:
        subprocess.run(
            [vendored.program("node"), "-e", _PROGRAM],
            input=json.dumps(asked | {"first": first, "later": later}),
            capture_output=True,
            text=True,
            check=True,
            timeout=_SECONDS,
        )
    except (subprocess.SubprocessError, OSError) as error:
        told = str(getattr(error, "stderr", None) or error).strip().splitlines()
        raise NotCompiledError(told[-1][:200] if told else "Node says nothing") from error


def _lock(folder: Path, out: Path) -> bytes:
    """The lock with the hashes of what was compiled."""
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        path = out / package["file_name"]
        if path.is_file():
            package["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return json.dumps(lock).encode()
