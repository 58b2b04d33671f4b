"""A zygote for the whole session and submissions made from a few lines of source."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from labkit.sandbox import Limits, Outcome, Worker, Zygote

LINUX = sys.platform.startswith("linux")
ROOT = LINUX and os.geteuid() == 0


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote.start() as started:
        yield started


@pytest.fixture
def submission(tmp_path: Path) -> Callable[..., Path]:
    """Writes a submission: module name (or path with a dot) to source."""
    count = 0

    def write(**modules: str | bytes) -> Path:
        nonlocal count
        count += 1
        folder = tmp_path / f"submission{count}"
        (folder / "neuralnet").mkdir(parents=True)
        for name, source in modules.pop("files", {}).items():  # type: ignore[union-attr]
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(dedent(source))
        for name, source in modules.items():
            target = folder / "neuralnet" / f"{name}.py"
            if isinstance(source, bytes):
                target.write_bytes(source)
            else:
                target.write_text(dedent(source))
        return folder

    return write


@pytest.fixture
def worker(zygote: Zygote, submission: Callable[..., Path]) -> Iterator[Callable[..., Worker]]:
    """Makes workers of submissions given as source; closes them afterwards."""
    with ExitStack() as stack:

        def make(
            limits: Limits | None = None,
            serve: dict[str, Any] | None = None,
            substitute: tuple[str, ...] = (),
            folder: Path | None = None,
            **modules: Any,
        ) -> Worker:
            where = folder or submission(**modules)
            return stack.enter_context(
                zygote.worker(where, limits=limits, serve=serve, substitute=substitute)
            )

        yield make


@pytest.fixture
def attempt(worker: Callable[..., Worker]) -> Callable[..., Outcome]:
    """Runs lines of student code as the body of `sigmoid(z)` and gives the outcome."""

    def run(body: str, *args: Any, limits: Limits | None = None, **options: Any) -> Outcome:
        lines = dedent(body).strip().splitlines()
        source = "import os, sys, time\nimport numpy as np\n\ndef sigmoid(z=None, *more):\n"
        source += "".join(f"    {line}\n" for line in lines)
        return worker(limits=limits, activations=source).call(
            "sigmoid", args, options.pop("kwargs", {}), seconds=options.pop("seconds", 5), **options
        )

    return run
