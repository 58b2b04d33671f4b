"""Gradescope's container, imitated on this machine: a clean Debian root, half a CPU, 768 MB.

    with CleanRoot.make() as root:
        installed = root.install(Path("gradescope.zip"))     # setup.sh
        graded = root.grade({"neuralnet/layers.py": b"…"})   # run_autograder, in a fresh submission

For tests and benchmarks; needs root and debootstrap (`unavailable()` says what is missing).
Every command runs in mount and process namespaces of its own, with the capabilities of a Docker
container, so nothing stays mounted or running. Packages come from this machine's own sources.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.base.errors import LabkitError
from tests.packing import lay

CPUS = 0.5
MEMORY_MB = 768
SECONDS = 600.0
"""Gradescope's limits unless an instructor asks for more; past the last one, a score of 0."""

SUITE = "bookworm"

_TOOLS = ("debootstrap", "unshare", "setpriv", "chroot", "mount")
_DOCKER_CAPABILITIES = (
    "+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,"
    "+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap"
)
_CERTIFICATES = "/etc/ssl/host-certificates.crt"
_METADATA = {
    "id": 123456,
    "created_at": "2026-11-20T18:04:32.123456+01:00",
    "submission_method": "upload",
    "users": [{"email": "kim@example.org", "id": 1234, "name": "Kim Example"}],
    "assignment": {
        "id": 25828,
        "title": "Lab",
        "course_id": 1234,
        "due_date": "2026-11-22T18:00:00.000000+01:00",
        "late_due_date": None,
        "release_date": "2026-11-01T00:00:00.000000+01:00",
        "total_points": "100.0",
        "group_size": None,
        "group_submission": False,
    },
    "previous_submissions": [],
}


class CleanRootError(LabkitError):
    """The root cannot be made or used."""


def unavailable() -> str:
    """Why no clean root can be made here; empty where one can."""
    if not sys.platform.startswith("linux"):
        return "a clean root needs Linux"
    if os.geteuid() != 0:
        return "a clean root needs root (debootstrap, chroot)"
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    return f"a clean root needs {', '.join(missing)}" if missing else ""


@dataclass(frozen=True)
class Ran:
    """A command that ran in the root."""

    code: int
    output: str
    """What it printed, errors included: on Gradescope, for instructors only."""
    seconds: float
    cpu_seconds: float
    memory_mb: float
    """The most it used at once; 0 where this system does not count it."""


@dataclass(frozen=True)
class Installed:
    """What setup.sh came to."""

    ran: Ran
    megabytes: float
    """By how much it made the root grow."""


@dataclass(frozen=True)
class Graded:
    """What run_autograder came to."""

    ran: Ran
    results: dict[str, Any] | None
    """results.json, or None where there is none that can be read."""


class CleanRoot:
    """A root directory with Gradescope's layout in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "autograder"
        self._group = _Group.best()

    @property
    def limits(self) -> str:
        """How the limits are kept here, for a report."""
        return self._group.name

    @classmethod
    @contextlib.contextmanager
    def make(
        cls, *, suite: str = SUITE, mirror: str = "", options: Sequence[str] = ()
    ) -> Iterator[CleanRoot]:
        """A fresh root, removed afterwards; its base system is kept packed between runs.

        `mirror` is this machine's own by default; `options` go to debootstrap. Raises
        CleanRootError where this machine cannot make one.
        """
        if reason := unavailable():
            raise CleanRootError(reason)
        base = _base(suite, mirror, options)
        with tempfile.TemporaryDirectory(prefix="labkit-root-") as work:
            root = Path(work) / "root"
            root.mkdir()
            subprocess.run(["tar", "-xf", str(base), "-C", str(root)], check=True)
            _borrow_network(root)
            yield cls(root)

    def install(self, upload: Path, environment: Mapping[str, str] = {}) -> Installed:
        """Unpack an upload to /autograder/source and run its setup.sh, once for each root."""
        source = self.home / "source"
        source.mkdir(parents=True)
        with zipfile.ZipFile(upload) as archive:
            archive.extractall(source)
        shutil.copy(source / "run_autograder", self.home / "run_autograder")
        for script in (source / "setup.sh", self.home / "run_autograder"):
            script.chmod(0o755)
        before = megabytes(self.root)
        ran = self.run(["/autograder/source/setup.sh"], environment=environment, limited=False)
        return Installed(ran, megabytes(self.root) - before)

    def grade(
        self,
        files: Mapping[str, bytes | str],
        metadata: Mapping[str, Any] | None = None,
        seconds: float = SECONDS,
    ) -> Graded:
        """Run the autograder on a submission of these files, as in a container of its own.

        Past `seconds` it is ended, as the platform does, and what it wrote does not count.
        """
        for name in ("submission", "results"):
            shutil.rmtree(self.home / name, ignore_errors=True)
            (self.home / name).mkdir()
        lay(self.home / "submission", files)
        told = dict(_METADATA if metadata is None else metadata)
        (self.home / "submission_metadata.json").write_text(json.dumps(told), encoding="utf-8")
        ran = self.run(["/autograder/run_autograder"], seconds=seconds)
        try:
            found = json.loads((self.home / "results" / "results.json").read_text("utf-8"))
        except (OSError, ValueError):
            found = None
        return Graded(ran, None if ran.code == _TIMED_OUT else found)

    def run(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] = {},
        seconds: float = SECONDS,
        limited: bool = True,
    ) -> Ran:
        """Run a command in the root, as root, in /autograder, with Gradescope's limits."""
        clean = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            **_certificates(self.root),
            **environment,
        }
        with self._group.entered(limited) as group:
            whole = [*group.enter, "unshare", "--mount", "--propagation", "private"]
            whole += ["--pid", "--fork", "--kill-child", "sh", "-c", _INSIDE, "sh"]
            whole += [str(self.root), _DOCKER_CAPABILITIES, *command]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.monotonic()
            process = subprocess.Popen(
                whole,
                env=clean,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            try:
                output, _ = process.communicate(timeout=seconds)
                code = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
                code = _TIMED_OUT
            elapsed = time.monotonic() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            waited = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
            return Ran(
                code=code,
                output=output.decode("utf-8", "replace"),
                seconds=elapsed,
                cpu_seconds=group.cpu_seconds() or waited,
                memory_mb=group.memory_mb(),
            )


_TIMED_OUT = -1
_INSIDE = """
set -e
root=$1 capabilities=$2
shift 2
mount -t proc proc "$root/proc"
exec setpriv --bounding-set=-all,"$capabilities" --inh-caps=-all \\
  chroot "$root" env --chdir=/autograder -- "$@"
"""


# ---------------------------------------------------------------- half a CPU and 768 MB


class _Group:
    """A control group with Gradescope's limits, of the first or the second version."""

    name = (
        "one whole CPU (taskset: no control groups here, so seconds count double), memory unlimited"
    )

    def __init__(self) -> None:
        self.enter = ["taskset", "-c", "0"] if shutil.which("taskset") else []
        self._folders: list[Path] = []

    @classmethod
    def best(cls) -> _Group:
        """The strongest kind that this machine has."""
        for kind in (_SecondVersion, _FirstVersion):
            if kind.usable():
                return kind()
        return cls()

    @contextlib.contextmanager
    def entered(self, limited: bool) -> Iterator[_Group]:
        """A fresh group for one command; `enter` in front of the command puts it in there."""
        name = f"labkit-{os.getpid()}-{time.monotonic_ns()}"
        self._folders = [parent / name for parent in self._parents()]
        try:
            for folder in self._folders:
                folder.mkdir()
            if self._folders:
                doors = " ".join(str(folder / "cgroup.procs") for folder in self._folders)
                script = f'for door in {doors}; do echo $$ > "$door"; done; exec "$@"'
                self.enter = ["sh", "-c", script, "sh"]
                if limited:
                    self._limit()
            yield self
        finally:
            for folder in self._folders:
                _remove_group(folder)

    @staticmethod
    def _parents() -> list[Path]:
        return []

    def _limit(self) -> None:
        pass

    def cpu_seconds(self) -> float:
        """CPU time of the group; 0 where nobody counts it."""
        return 0.0

    def memory_mb(self) -> float:
        """The most memory that the group had; 0 where nobody counts it."""
        return 0.0


class _FirstVersion(_Group):
    name = f"{CPUS:g} CPU and {MEMORY_MB} MB by control groups (version 1)"

    @staticmethod
    def _parents() -> list[Path]:
        return [Path("/sys/fs/cgroup") / part for part in ("cpu", "cpuacct", "memory")]

    @classmethod
    def usable(cls) -> bool:
        return all(os.access(parent / "cgroup.procs", os.W_OK) for parent in cls._parents())

    def _limit(self) -> None:
        cpu, _, memory = self._folders
        (cpu / "cpu.cfs_quota_us").write_text(f"{int(CPUS * 100_000)}")
        (memory / "memory.limit_in_bytes").write_text(f"{MEMORY_MB << 20}")

    def cpu_seconds(self) -> float:
        return int((self._folders[1] / "cpuacct.usage").read_text()) / 1e9

    def memory_mb(self) -> float:
        return int((self._folders[2] / "memory.max_usage_in_bytes").read_text()) / 2**20


class _SecondVersion(_Group):
    name = f"{CPUS:g} CPU and {MEMORY_MB} MB by control groups (version 2)"

    @staticmethod
    def _parents() -> list[Path]:
        return [Path("/sys/fs/cgroup")]

    @classmethod
    def usable(cls) -> bool:
        try:
            given = Path("/sys/fs/cgroup/cgroup.subtree_control").read_text().split()
        except OSError:
            return False
        return {"cpu", "memory"} <= set(given) and os.access("/sys/fs/cgroup", os.W_OK)

    def _limit(self) -> None:
        (self._folders[0] / "cpu.max").write_text(f"{int(CPUS * 100_000)} 100000")
        (self._folders[0] / "memory.max").write_text(f"{MEMORY_MB << 20}")

    def cpu_seconds(self) -> float:
        lines = (self._folders[0] / "cpu.stat").read_text().splitlines()
        return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6

    def memory_mb(self) -> float:
        try:
            return int((self._folders[0] / "memory.peak").read_text()) / 2**20
        except OSError:
            return 0.0


def _remove_group(folder: Path) -> None:
    """Remove an empty group; its last process may still be on its way out."""
    for _ in range(50):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.1)


# ---------------------------------------------------------------- the root


def _base(suite: str, mirror: str, options: Sequence[str]) -> Path:
    """A tarball of the base system; made once, kept in the system's temporary folder."""
    kept = Path(tempfile.gettempdir()) / f"labkit-base-{suite}-{os.geteuid()}.tar"
    if kept.is_file() and kept.stat().st_uid == os.geteuid():
        return kept
    mirror = mirror or _mirror()
    with tempfile.TemporaryDirectory(prefix="labkit-base-") as work:
        root = Path(work) / "root"
        command = ["debootstrap", "--variant=minbase", *options, suite, str(root), mirror]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["no reason given"]
            raise CleanRootError(f"debootstrap could not make {suite} from {mirror}: {last[0]}")
        # What setup.sh would clear away must not make the image look smaller than it is.
        for pattern in (
            "var/cache/apt/archives/*.deb",
            "var/cache/apt/*.bin",
            "var/lib/apt/lists/*",
        ):
            for cached in root.glob(pattern):
                shutil.rmtree(cached) if cached.is_dir() else cached.unlink()
        fresh = Path(work) / "base.tar"
        subprocess.run(["tar", "-cf", str(fresh), "-C", str(root), "."], check=True)
        fresh.chmod(0o600)
        shutil.move(fresh, kept)
    return kept


def _mirror() -> str:
    """Where this machine's own packages come from."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    command += ["Created-By: Packages", "Origin: Debian", "Component: main"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        found = []
    if not found:
        raise CleanRootError("This machine's apt names no Debian mirror to make a clean root from.")
    return found[0]


def _borrow_network(root: Path) -> None:
    """Let the root reach what this machine reaches: name server, proxy, certificates."""
    for name in ("resolv.conf", "hosts"):
        with contextlib.suppress(OSError):
            shutil.copy(f"/etc/{name}", root / "etc" / name)
    bundle = Path(os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
    if bundle.is_file():
        target = root / _CERTIFICATES.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(bundle, target)


def _certificates(root: Path) -> dict[str, str]:
    """Variables that make pip and uv trust what this machine trusts, and go through its proxy."""
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    if (root / _CERTIFICATES.lstrip("/")).is_file():
        return proxies | {"PIP_CERT": _CERTIFICATES, "SSL_CERT_FILE": _CERTIFICATES}
    return proxies


def megabytes(root: Path) -> float:
    """Space that a tree takes on disk, in MB."""
    seen = set()
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            found = (Path(folder) / name).lstat()
            if found.st_ino not in seen:
                seen.add(found.st_ino)
                total += found.st_blocks * 512
    return total / 1e6
