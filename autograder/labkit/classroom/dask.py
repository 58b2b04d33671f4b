"""Sends submissions to an existing Dask cluster: `labkit grade --scheduler tcp://host:8786`.

The machines need this package installed, nothing else: the built lab and each clean submission
travel as bytes, and the files are written here. Dask gives the work of a lost machine to another.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit import results
from labkit.atomic import write_bytes
from labkit.bundle import Bundle
from labkit.classroom import Order, keep
from labkit.errors import LabkitError
from labkit.grade import Grader
from labkit.results import Result
from labkit.zips import read_tree

CONNECT_SECONDS = 20
_RETRIES = 3
_WINDOW = 4
"""Submissions on their way, for each core of the cluster."""


def grade_all(order: Order, scheduler: str) -> Iterator[Result]:
    """Grade a class on the cluster at `scheduler`; results come as they are done.

    Raises LabkitError where the cluster cannot be reached or Dask is not installed.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise LabkitError(
            "--scheduler needs Dask: install it with pip install 'neural-network-labs[cluster]'."
        ) from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:
        raise LabkitError(
            f"No Dask scheduler answers at {scheduler} ({type(error).__name__}): "
            "is it running, and is the address right?"
        ) from error
    with client:
        cores = sum(client.ncores().values())
        if not cores:
            raise LabkitError(f"The Dask cluster at {scheduler} has no workers: start some first.")
        lab = client.scatter(read_tree(order.bundle.root / "lab"), broadcast=True)
        waiting = iter(range(len(order.submissions)))
        sent: dict[Any, tuple[str, dict[str, Any]]] = {}
        running = as_completed(loop=client.loop)

        def send() -> Iterator[Result]:
            for index in waiting:
                packed = _packed(order, index)
                if isinstance(packed, Result):
                    yield packed
                    continue
                name, files, more = packed
                future = client.submit(
                    grade_files, order.bundle.root.name, lab, name, files,
                    pure=False, retries=_RETRIES,
                )  # fmt: skip
                sent[future] = (name, more)
                running.add(future)
                return

        for _ in range(_WINDOW * cores):
            yield from send()
        for future in running:
            name, more = sent.pop(future)
            try:
                result = replace(future.result(), **more)
            except Exception as error:
                status = (
                    f"failed: the cluster lost this submission {_RETRIES + 1} times "
                    f"({type(error).__name__}); grade it here"
                )
                result = results.ungraded(order.bundle.lab, name, status)
            yield keep(order, result)
            yield from send()


def _packed(order: Order, index: int) -> Result | tuple[str, dict[str, bytes], dict[str, Any]]:
    """A submission as bytes, or its result where there is nothing to send."""
    submission = order.submissions[index]
    if earlier := order.earlier(submission):
        return earlier
    if submission.problem:
        return keep(order, order.unusable(submission))
    with submission.prepare() as folder:
        return submission.name, read_tree(folder), order.about(submission)


# ---------------------------------------------------------------- on a machine of the cluster

_graders: dict[str, tuple[Grader, threading.Lock]] = {}
_starting = threading.Lock()


def grade_files(key: str, lab: dict[str, bytes], name: str, files: dict[str, bytes]) -> Result:
    """Grade one submission, given as files; the grader stays warm for the next one."""
    grader, lock = _grader(key, lab)
    with tempfile.TemporaryDirectory(prefix="labkit-task-") as work, lock:
        Path(work).chmod(0o755)
        for path, content in files.items():
            write_bytes(Path(work) / path, content)
        return grader.grade(Path(work), name)


def _own_folder() -> str | None:
    """The folder that Dask keeps for this process and clears up after it, if there is one."""
    from distributed import get_worker

    try:
        return str(get_worker().local_directory)
    except (ValueError, AttributeError):
        return None


def _grader(key: str, lab: dict[str, bytes]) -> tuple[Grader, threading.Lock]:
    with _starting:
        if key not in _graders:
            root = Path(tempfile.mkdtemp(prefix="labkit-lab-", dir=_own_folder()))
            atexit.register(shutil.rmtree, root, ignore_errors=True)
            for path, content in lab.items():
                write_bytes(root / "lab" / path, content)
            _graders[key] = (Grader(Bundle(root)), threading.Lock())
        return _graders[key]
