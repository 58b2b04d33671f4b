"""What the grading image takes to make: seconds and megabytes in a clean root."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from labkit.bench import measure
from labkit.bench.measure import NotMeasured, Row
from labkit.build import built
from labkit.labs import find

LAB = "lab1"
_SUITE = "bookworm"
_SECONDS = 60.0
_MEGABYTES = 400.0
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def grading_image(quick: bool) -> list[Row]:
    """Run the upload's setup.sh in a fresh Debian, beside the packages of Otter's own recipe."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise NotMeasured("the image is made in a clean root: this needs root and debootstrap")
    bundle = built(find(LAB))
    with tempfile.TemporaryDirectory(prefix="labkit-image-") as work:
        Path(work).chmod(0o755)
        base = Path(work) / "base"
        command: list[str | Path] = ["debootstrap", "--variant=minbase", _SUITE, base]
        measure.run(command, env={"DEBIAN_FRONTEND": "noninteractive"})
        _certificates(base)
        ours, theirs = Path(work) / "ours", Path(work) / "theirs"
        for root in (ours, theirs):
            shutil.copytree(base, root, symlinks=True)
        _unpack(bundle.root / "gradescope.zip", ours / "autograder" / "source")
        before = _megabytes(ours)
        # The first run fills what the network keeps near; its seconds are the network's.
        seconds = [_timed(ours, "bash", "/autograder/source/setup.sh")]
        size = _megabytes(ours) - before
        shutil.rmtree(ours / "autograder" / "venv")
        seconds.append(_timed(ours, "bash", "/autograder/source/setup.sh"))
        try:
            peer_size, peer_seconds, reason = (*_otter(theirs, bundle.root / "autograder.zip"), "")
        except NotMeasured as error:
            peer_size, peer_seconds, reason = None, None, f" Otter's: {error}."
    note = (
        "Otter's own: only the Python packages that its environment.yml names, put there by uv; "
        "conda, compilers and the browser come on top." + reason
    )
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
    ]  # fmt: skip


def _otter(root: Path, autograder: Path) -> tuple[float, float]:
    """Megabytes and seconds of the Python packages that Otter's zip asks for."""
    with zipfile.ZipFile(autograder) as archive:
        text = archive.read("environment.yml").decode()
    packages = [
        line.strip().removeprefix("- ")
        for line in text.partition("- pip:")[2].splitlines()
        if line.strip().startswith("- ")
    ]
    before = _megabytes(root)
    script = (
        "set -e; export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; "
        "apt-get install -y -qq --no-install-recommends python3 python3-venv ca-certificates; "
        "python3 -m venv /tmp/uv; /tmp/uv/bin/pip install -q uv; /tmp/uv/bin/uv venv -q /venv; "
        'VIRTUAL_ENV=/venv /tmp/uv/bin/uv pip install -q --compile-bytecode "$@"; '
        "rm -rf /tmp/uv /root/.cache"
    )
    seconds = _timed(root, "bash", "-c", script, "bash", "jupyter_server", *packages)
    return _megabytes(root) - before, seconds


def _timed(root: Path, *command: str) -> float:
    """Wall seconds of a command in a root."""
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "PIP_CERT": str(_CERTIFICATES),
        "SSL_CERT_FILE": str(_CERTIFICATES),
    }
    environment |= {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    pairs = [f"{name}={value}" for name, value in environment.items()]
    started = time.perf_counter()
    measure.run(["chroot", root, "/usr/bin/env", "-i", *pairs, *command], timeout=1200)
    return time.perf_counter() - started


def _certificates(root: Path) -> None:
    """The system's own authorities and resolver: a network may have its own."""
    for path in (_CERTIFICATES, Path("/etc/resolv.conf")):
        if path.is_file():
            target = root / path.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(path, target)


def _unpack(archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)


def _megabytes(root: Path) -> float:
    """Disk that a folder takes, in MB, downloads that apt keeps left out."""
    total = 0
    kept = root / "var" / "cache" / "apt" / "archives"
    seen: set[int] = set()
    for folder, _, names in os.walk(root):
        if Path(folder).is_relative_to(kept):
            continue
        for name in names:
            about = os.lstat(os.path.join(folder, name))  # noqa: PTH118
            if about.st_ino not in seen:
                seen.add(about.st_ino)
                total += about.st_blocks * 512
    return total / 1e6
