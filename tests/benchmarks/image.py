"""What the grading image takes to make: seconds and megabytes in a clean root."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from labkit.building.build import built
from labkit.lab.course import find
from labkit.lab.stubs import solution_package
from tests.benchmarks.measure import NotMeasured, Row
from tests.clean_root import CleanRoot, CleanRootError, Ran, megabytes

LAB = "lab1"
_SECONDS = 30.0
_MEGABYTES = 200.0
_GRADED_SECONDS = 2.0
_OTTER = """
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 python3-venv ca-certificates
rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/*.bin
python3 -m venv /tmp/uv
/tmp/uv/bin/pip install -q uv
/tmp/uv/bin/uv venv -q /venv
VIRTUAL_ENV=/venv /tmp/uv/bin/uv pip install -q --compile-bytecode "$@"
rm -rf /tmp/uv /root/.cache
"""


def grading_image(quick: bool) -> list[Row]:
    """Run the upload's setup.sh in a fresh Debian, beside the packages of Otter's own recipe."""
    bundle = built(find(LAB))
    try:
        with CleanRoot.make() as root:
            installed = root.install(bundle.root / "gradescope.zip")
            # The first run fills what the network keeps near; its seconds are the network's.
            shutil.rmtree(root.home / "venv")
            again = root.run(["/autograder/source/setup.sh"], limited=False)
            seconds = [_worked(ran).seconds for ran in (installed.ran, again)]
            graded = root.grade(solution_package(bundle.lab))
            limits = root.limits
    except CleanRootError as error:
        raise NotMeasured(str(error)) from error
    if graded.results is None or graded.results["score"] < 100:
        raise NotMeasured(
            f"the reference does not get 100 points there: {graded.ran.output[-300:]}"
        )
    try:
        peer_size, peer_seconds, reason = (*_otter(bundle.root / "autograder.zip"), "")
    except (CleanRootError, NotMeasured) as error:
        peer_size, peer_seconds, reason = None, None, f" Otter's: {error}."
    note = (
        "Otter's own: only the Python packages that its environment.yml names, put there by uv; "
        "conda, compilers and the browser come on top." + reason
    )
    size = installed.megabytes
    return [
        Row(
            "grading image, second build", "Otter's packages", "s", seconds[1], peer_seconds,
            bound=f"< {_SECONDS:g} s", met=seconds[1] < _SECONDS, note=note,
            samples={"setup.sh": seconds},
        ),
        Row(
            "grading image, disk", "Otter's packages", "MB", size, peer_size,
            bound=f"< {_MEGABYTES:g} MB", met=size < _MEGABYTES,
            note="Beyond a minimal Debian: Python, packages, everything that setup.sh leaves.",
        ),
        Row(
            "one submission in the image", "", "s", graded.ran.seconds,
            bound=f"< {_GRADED_SECONDS:g} s", met=graded.ran.seconds < _GRADED_SECONDS,
            note=f"The reference, from run_autograder to results.json, with {limits}.",
            extra={"cpu_seconds": graded.ran.cpu_seconds, "memory_mb": graded.ran.memory_mb},
        ),
    ]  # fmt: skip


def _otter(autograder: Path) -> tuple[float, float]:
    """Megabytes and seconds of the Python packages that Otter's zip asks for."""
    with zipfile.ZipFile(autograder) as archive:
        text = archive.read("environment.yml").decode()
    packages = [
        line.strip().removeprefix("- ")
        for line in text.partition("- pip:")[2].splitlines()
        if line.strip().startswith("- ")
    ]
    with CleanRoot.make() as root:
        root.home.mkdir()
        before = megabytes(root.root)
        command = ["bash", "-c", _OTTER, "bash", "jupyter_server", *packages]
        ran = _worked(root.run(command, limited=False))
        return megabytes(root.root) - before, ran.seconds


def _worked(ran: Ran) -> Ran:
    if ran.code != 0:
        raise NotMeasured(f"a command in the clean root ended with {ran.code}: {ran.output[-300:]}")
    return ran
