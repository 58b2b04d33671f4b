"""Chromium for tests: it reaches this machine alone."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import missing

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser; skips the test where there is none. A process can have one at a time."""
    playwright = importlib.import_module("playwright.sync_api")
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if program is None:
        missing("no Chromium on this system")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield found
        found.close()
