"""A place where hostile submissions are graded, with all that they must not touch watched."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labkit.building.build import built
from labkit.judging import result as results
from labkit.judging.result import Result
from labkit.lab.bundle import FINGERPRINT, Bundle
from labkit.lab.course import find
from tests.adversarial.attacks import Attack, as_folder, as_zip, filled, know
from tests.processes import LINUX, children

REPO = Path(__file__).resolve().parents[2]
HONEST = ("aaa_honest", "mmm_honest", "zzz_honest")
_SUBREAPER = 36


SOME = {"sigmoid": 40, "tanh": 30, "dense_forward": 30}
"""A short lab: questions with and without earlier functions, in two modules."""


def quick_bundle(
    target: Path,
    *,
    seed: int = 0,
    seconds: float = 2,
    lab: str = "lab1",
    questions: Mapping[str, float] | None = SOME,
) -> Bundle:
    """The built lab with a short time limit for a call, other hidden inputs, some questions."""
    source = built(find(lab))
    shutil.copytree(source.root / "labs", target / "labs")
    shutil.copy(source.root / FINGERPRINT, target)
    folder = target / "labs" / source.lab.name
    path = folder / "lab.toml"
    text = re.sub(r"call_seconds = [\d.]+", f"call_seconds = {seconds:g}", path.read_text())
    if questions is not None:
        lines = "".join(f"{name} = {points}\n" for name, points in questions.items())
        text = re.sub(r"(?ms)^\[questions\].*?(?=^\[)", f"[questions]\n{lines}", text)
        text = re.sub(r"(?ms)^\[bonus\].*?(?=^\[)", "", text)
        for name, points in questions.items():
            test = folder / "tests" / f"{name}.py"
            test.write_text(re.sub(r"(?m)^points = .*$", f"points = {points}", test.read_text()))
    path.write_text(f"seed = {seed}\n{text}")
    return Bundle(target)


def tree_hash(folder: Path) -> str:
    """A hash of names, kinds, permissions and contents of everything below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        content = b""
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                content = file.read(64 << 20)  # a sparse file is as large as it likes
        line = f"{path.relative_to(folder)} {about.st_mode} {len(content)}\n"
        digest.update(line.encode(errors="replace") + content)
    return digest.hexdigest()


@contextlib.contextmanager
def orphans_come_here() -> Iterator[None]:
    """Processes whose parents die become children of this one, so that none can hide."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_SUBREAPER, 0, 0, 0, 0)


@dataclass
class Ran:
    """What a run of the grader left."""

    code: int
    output: str
    """What it printed."""
    out: Path
    left_processes: list[str]
    left_files: list[str]
    """In its temporary folder."""

    def result(self, name: str) -> Result:
        """One submission's result, as a resumed run or the report would read it."""
        found = results.read(self.out / "results" / f"{name}.json")
        assert found is not None, f"{name} has no result\n{self.output[-3000:]}"
        return found

    def shown(self, name: str) -> str:
        """Everything that a student sees of it."""
        page = (self.out / "feedback" / f"{name}.html").read_text(encoding="utf-8")
        return (self.out / "results" / f"{name}.json").read_text(encoding="utf-8") + page


@dataclass
class Arena:
    """Folders for a class, and the traps around it. Use as a context manager."""

    root: Path
    user: int | None = None
    """Who grades; None for whoever runs the tests."""
    python: str = sys.executable
    environment: dict[str, str] = field(default_factory=dict)
    connections: list[str] = field(default_factory=list)

    def __enter__(self) -> Arena:
        self._stack = contextlib.ExitStack()
        for name in ("class", "mark", "work"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o755)
        (self.root / "class").chmod(0o755)
        (self.root / "mark").chmod(0o777)
        self.token = "tok" + secrets.token_hex(8)
        self.port = self._listen()
        know(
            {
                "REPO": str(REPO),
                "BUNDLE": str(self.root / "bundle"),
                "CLASS": str(self.root / "class"),
                "OUT": str(self.root / "out"),
                "WORK": str(self.root / "work"),
                "MARK": str(self.root / "mark"),
                "TOKEN": self.token,
                "SECRET": "secret-" + self.token,
                "PORT": str(self.port),
            }
        )
        self._outside = self._tokens()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _listen(self) -> int:
        """Count connections on a local port and on a socket that everybody may write to."""
        server = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        local = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        local.bind(str(self.root / "mark" / "socket"))
        (self.root / "mark" / "socket").chmod(0o777)
        local.listen()

        def watch(listener: socket.socket, name: str) -> None:
            with contextlib.suppress(OSError):
                while True:
                    listener.accept()[0].close()
                    self.connections.append(name)

        for listener, name in ((server, "port"), (local, "socket")):
            threading.Thread(target=watch, args=(listener, name), daemon=True).start()
        return int(server.getsockname()[1])

    def write(
        self, attacks: Iterable[Attack], honest: Mapping[str, Mapping[str, str | bytes]]
    ) -> None:
        """Write a class of attacks among honest submissions."""
        for name, files in honest.items():
            as_folder(self.root / "class" / name, files)
        for attack in attacks:
            files = {path: fill(content) for path, content in attack.files.items()}
            (attack.pack or as_zip)(self.root / "class" / attack.name, files)

    def run(self, bundle: Bundle, *, out: str = "out", jobs: int = 2, timeout: float = 600) -> Ran:
        """Grade the class in a process of its own, as the arena's user."""
        (self.root / out).mkdir(exist_ok=True)
        work = self.root / "work"
        work.chmod(0o711)
        environment = {
            **os.environ,
            **self.environment,
            "TMPDIR": str(work),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "LABKIT_TEST_SECRET": "secret-" + self.token,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        arguments = [str(bundle.root), str(self.root / "class"), str(self.root / out), str(jobs)]
        arguments.append("--whole")
        command = [self.python, "-m", "tests.adversarial.run_class", *arguments]
        if self.user is not None:
            for folder in (self.root / out, work):
                os.chown(folder, self.user, self.user)
            command = [
                "setpriv",
                f"--reuid={self.user}",
                f"--regid={self.user}",
                "--clear-groups",
                *command,
            ]
        before = children(os.getpid())
        with orphans_come_here():
            process = subprocess.Popen(
                command, cwd=REPO, env=environment, start_new_session=True, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                output, _ = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                output = "it ran out of time\n" + process.communicate()[0]
            left = end_new_children(before)
        files = [str(path) for path in work.rglob("*")]
        return Ran(process.returncode, output, self.root / out, left, files)

    def marks(self) -> list[str]:
        """Traces of attacks that got somewhere: marks, connections, files with our token."""
        found = sorted(
            path.name for path in (self.root / "mark").iterdir() if path.name != "socket"
        )
        found += self.connections
        return found + sorted(self._tokens() - self._outside)

    def _tokens(self) -> set[str]:
        places = ("/tmp", "/var/tmp", "/dev/shm", "/run", str(self.root), str(REPO))
        names = {
            f"{place}/{name}"
            for place in places
            if Path(place).is_dir()
            for name in os.listdir(place)  # noqa: PTH208
            if getattr(self, "token", "tok") in name
        }
        return {name for name in names if Path(name) != self.root}


def end_new_children(before: set[int], patience: float = 5) -> list[str]:
    """Ends this process's children that were not there before and do not end by themselves."""
    until = time.monotonic() + patience
    while found := {pid for pid in children(os.getpid()) - before if not _reaped(pid)}:
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    lines = []
    while found:  # ending one may bring its own children here
        for pid in found:
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                lines.append(f"{pid} {line or 'defunct'}")
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        found = {pid for pid in children(os.getpid()) - before if not _reaped(pid)}
    return lines


def _reaped(pid: int) -> bool:
    """Whether a child of this process had ended; it is then gone."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return True


def fill(content: str | bytes) -> bytes:
    """A file's content with the paths that an attacker knows."""
    if isinstance(content, bytes):
        return filled(content).encode("latin-1")
    return filled(content).encode("utf-8", "surrogatepass")


@contextlib.contextmanager
def arena(
    user: int | None = None, python: str = sys.executable, **environment: str
) -> Iterator[Arena]:
    """A fresh arena in a folder that every user can reach."""
    base = "/tmp" if LINUX and os.geteuid() == 0 else None
    root = Path(tempfile.mkdtemp(prefix="arena-", dir=base)).resolve()
    try:
        with Arena(root, user, python, dict(environment)) as place:
            yield place
    finally:
        shutil.rmtree(root, ignore_errors=True)
