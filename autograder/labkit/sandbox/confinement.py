"""What this system can confine a worker with, and what to say where it cannot.

Judged for this purpose (students' code, graded as root in a container or as an ordinary user):

- Landlock through its three system calls: no privileges, per process, survives nothing of the
  worker's; kernels 5.13 and later. The `landlock` package wraps the first versions only.
- seccomp through the system's libseccomp (`pyseccomp`): needs no privileges, closes every system
  call that ordinary work does not need (`syscalls`).
- `sandlock` 0.9 does both, but asks for Landlock 6 (kernel 6.12), and as root leaves `prlimit`.
- bubblewrap, nsjail, unshare: need user namespaces or a setuid helper; containers refuse both.
- A user id of its own per worker: only for root, where it is the strongest single layer.
- resource limits, a session of its own, private folder: everywhere but on Windows.

Runs in the grader; what it gathers travels to the zygote as data.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import re
import site
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.sandbox import shared, syscalls
from labkit.student.labcheck.libraries import LIBRARIES


@dataclass(frozen=True)
class Confinement:
    """What is in force for every worker of a zygote."""

    layers: tuple[str, ...]
    """Names: `limits`, `session`, `other user`, `landlock 6`, `seccomp`, …"""
    missing: tuple[str, ...]
    """What this system cannot confine, in plain words."""

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def sentence(self) -> str:
        """One line for whoever grades."""
        if self.complete:
            return "Submissions run fully confined: " + ", ".join(self.layers) + "."
        return (
            "This system cannot keep a submission from "
            + _and(self.missing)
            + "; it runs in a separate process with "
            + _and(self.layers)
            + "."
        )

    @classmethod
    def of(cls, layers: list[str]) -> Confinement:
        """The report of a zygote's layers, as it named them."""
        abi = max((int(name[9:]) for name in layers if name.startswith("landlock ")), default=0)
        seccomp, user = "seccomp" in layers, "other user" in layers
        missing = []
        if not abi:
            yours = "reading or writing your files"
            missing.append("reading files that every user may read" if user else yours)
        if not seccomp and abi < 4:
            missing.append("using the network")
        if not seccomp and abi < 6 and not user:
            missing.append("signalling your processes")
        if not seccomp:
            missing.append("starting processes")
        return cls(tuple(layers), tuple(missing))


def _and(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


@dataclass(frozen=True)
class Libraries:
    """Where the allowed libraries are: folders to search, top-level names, paths to open."""

    folders: tuple[str, ...]
    names: tuple[str, ...]
    paths: tuple[str, ...]


@functools.cache
def libraries() -> Libraries:
    """The allowed libraries that are installed, with their dependencies."""
    folders: dict[str, None] = {}
    names: set[str] = set()
    paths: set[str] = set()
    pending, seen = list(LIBRARIES), set()
    while pending:
        project = pending.pop()
        key = re.sub(r"[-_.]+", "-", project).lower()
        if key in seen:
            continue
        seen.add(key)
        try:
            found = importlib.metadata.distribution(project)
        except importlib.metadata.PackageNotFoundError:
            _without_metadata(project, folders, names, paths)
            continue
        pending += [
            match[0]
            for line in found.requires or ()
            if "extra ==" not in line and (match := re.match(r"[\w.-]+", line))
        ]
        root = str(found.locate_file(""))
        folders[str(Path(root).resolve())] = None
        record = found.read_text("RECORD") or ""
        tops = {line.partition(",")[0].partition("/")[0] for line in record.splitlines()}
        for top in tops - {"", "..", "__pycache__"}:
            paths.add(str((Path(root) / top).resolve()))
            if not top.endswith((".dist-info", ".libs", ".pth")):
                names.add(top.split(".")[0])
        if not record:
            _without_metadata(project, folders, names, paths)
    return Libraries(tuple(folders), tuple(sorted(names)), tuple(sorted(paths)))


def _without_metadata(
    project: str, folders: dict[str, None], names: set[str], paths: set[str]
) -> None:
    """The same for a package whose metadata lists no files: a distribution's own, say."""
    name = project.replace("-", "_")
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return
    if spec is None or not spec.origin:
        return
    origin = Path(spec.origin).resolve()
    package = origin.parent if spec.submodule_search_locations else origin
    folders[str(package.parent)] = None
    names.add(name)
    paths.add(str(package))
    libs = package.parent / f"{name}.libs"
    if libs.exists():
        paths.add(str(libs))


@functools.cache
def standard_library() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Folders of the standard library, and what of them a worker may read.

    Entry by entry, because installed packages, the grader perhaps among them, can lie within.
    """
    base = {"installed_base": sys.base_prefix, "base": sys.base_prefix}
    base |= {"platbase": sys.base_exec_prefix, "installed_platbase": sys.base_exec_prefix}
    folders = dict.fromkeys(
        os.path.realpath(sysconfig.get_path(name, vars=base)) for name in ("stdlib", "platstdlib")
    )
    left_out = {"site-packages", "dist-packages", "test", "idlelib", "lib2to3", "ensurepip"}
    installed = {os.path.realpath(path) for path in site.getsitepackages()}
    paths = [
        str(entry)
        for folder in folders
        if Path(folder).is_dir()
        for entry in Path(folder).iterdir()
        if entry.name not in left_out and str(entry) not in installed
        if not entry.name.startswith("config-")  # what Python is built with
    ]
    return tuple(folders), tuple(sorted(paths))


@functools.cache
def shared_libraries() -> tuple[str, ...]:
    """The system's libraries that Python, its extension modules and the allowed ones need."""
    try:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    loaded = {line[line.index("/") :] for line in maps.splitlines() if "/" in line}
    system = {path for path in loaded if ".so" in path and re.match(r"/(usr/)?lib", path)}
    system = {path for path in system if not re.search(r"/python3|-packages", path)}
    folders = sorted({str(Path(path).parent) for path in system})
    dynamic = [path for path in standard_library()[1] if Path(path).name == "lib-dynload"]
    own = [sys.executable, *shared.binaries([*dynamic, *libraries().paths])]
    found = set(shared.closure(own, folders))
    # What only the C library itself asks for, when a thread ends or a name is looked up.
    for name in ("libgcc_s.so.1", "libnss_files.so.2"):
        found |= {f"{folder}/{name}" for folder in folders if Path(folder, name).is_file()}
    return (*sorted(found), "/etc/ld.so.cache")


def settings() -> dict[str, Any]:
    """All of the above as data for the zygote."""
    found = libraries()
    standard, entries = standard_library()
    return {
        "filters": [code.hex() for code in syscalls.filters()],
        "folders": list(found.folders),
        "names": list(found.names),
        "read": [
            *entries,
            *found.paths,
            *shared_libraries(),
            "/usr/share/fonts",
            "/usr/share/zoneinfo",
            "/etc/localtime",
        ],
        "list": [*standard, *found.folders],
        "devices": ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"],
        "no_landlock": False,  # tests look at what the other layers do alone
        "routed": [*standard, *found.folders],
    }


def read_all() -> None:
    """Reads the beginning of every file that workers may open, and has the system keep the rest.

    A file that nobody had read tells by its time of access, and by how long it takes to come,
    whether a worker before has read it. After this, none of them does.
    """
    for top in settings()["read"]:
        folders = os.walk(top) if Path(top).is_dir() else [("", [], [top])]
        for folder, _, names in folders:
            for name in names:
                _read(f"{folder}/{name}" if folder else name)


def _read(path: str) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if os.pread(handle, 1, 0) and hasattr(os, "posix_fadvise"):
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(handle)
