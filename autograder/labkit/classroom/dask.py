"""Sends submissions to an existing Dask cluster: `labkit grade --scheduler tcp://host:8786`.

The machines need this package installed, nothing else: the built lab and each submission travel as
bytes, and the files are written here. Dask gives the work of a lost machine to another.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.base.errors import LabkitError
from labkit.base.files import write_bytes
from labkit.base.zips import read_tree
from labkit.classroom.order import Order
from labkit.classroom.pool import Graded
from labkit.intake import Submission
from labkit.judging.grader import BrokenCaseError, Grader
from labkit.judging.result import Result
from labkit.lab.bundle import Bundle

CONNECT_SECONDS = 20
_RETRIES = 3
_WINDOW = 4
"""Submissions on their way, for each core of the cluster."""


def grade_on_cluster(
    order: Order, submissions: Iterable[Submission], scheduler: str
) -> Iterator[Graded]:
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
        lab = client.scatter(read_tree(order.bundle.root / "labs"), broadcast=True)
        left = iter(submissions)
        sent: dict[Any, Submission] = {}
        running = as_completed(loop=client.loop)

        def send() -> Iterator[Graded]:
            """Send the next one that is to be graded; those before it are settled."""
            for submission in left:
                if settled := order.settled(submission):
                    yield submission, settled
                    continue
                future = client.submit(
                    grade_files, order.bundle.fingerprint, lab, submission.name, submission.files,
                    pure=False, retries=_RETRIES,
                )  # fmt: skip
                sent[future] = submission
                running.add(future)
                return

        for _ in range(_WINDOW * cores):
            yield from send()
        for future in running:
            submission = sent.pop(future)
            try:
                result = replace(future.result(), **order.about(submission))
            except BrokenCaseError as error:
                result = order.failed(submission, str(error))
            except Exception as error:
                result = order.failed(
                    submission,
                    f"the cluster lost this submission {_RETRIES + 1} times "
                    f"({type(error).__name__}); grade it here",
                )
            else:  # what OUT cannot take is not the cluster's: it stops the class
                order.keep(result)
            yield submission, result
            yield from send()


# ---------------------------------------------------------------- on a machine of the cluster

_graders: dict[str, tuple[Grader, threading.Lock]] = {}
_starting = threading.Lock()


def grade_files(key: str, lab: dict[str, bytes], name: str, files: Mapping[str, bytes]) -> Result:
    """Grade one submission, given as files; the grader stays warm for the next one."""
    grader, lock = _grader(key, lab)
    with lock:
        return grader.grade(files, name)


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
                write_bytes(root / "labs" / path, content)
            _graders[key] = (Grader(Bundle(root)), threading.Lock())
        return _graders[key]
