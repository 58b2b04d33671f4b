"""The rhythm that all measurements share: warm up, take turns with the peer, compare medians.

A figure is worth something only beside its peer's, taken in the same minutes on the same machine:
`take_turns` asks every side once a round, in the opposite order every other round. Processor time
is counted with everything that a command started (`run`), so work cannot hide in a child.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit.base.threads import ONE_THREAD

Samples = dict[str, list[float]]

_ROOT = Path(__file__).resolve().parents[2]


class NotMeasured(Exception):
    """A measurement that this system does not allow: its text is the row's reason."""


@dataclass(frozen=True)
class Usage:
    """What a command took, all processes that it started included."""

    wall: float
    """Seconds until the command itself ended."""
    cpu: float
    """Seconds of processor time, of the user's and the system's."""
    output: str
    """What it printed."""


@dataclass
class Row:
    """One figure beside its peer's. `ratio` is always ours over the peer's: less is better."""

    what: str
    peer_name: str
    unit: str
    """s, ms or MB."""
    ours: float | None = None
    peer: float | None = None
    reach: float | None = None
    """The ratio that the kit promises to stay below; None where `bound` says it otherwise."""
    bound: str = ""
    """The promise in words, where it is no plain ratio: `< 60 s`."""
    met: bool | None = None
    """None where it was not measured."""
    note: str = ""
    """What a reader must know: how the peer was extrapolated, why there is no figure."""
    samples: Samples = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    """The measurement that it belongs to, as `--only` names it."""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's, of medians."""
        return self.ours / self.peer if self.ours is not None and self.peer else None


def compare(
    what: str,
    unit: str,
    samples: Samples,
    ours: str,
    peer: str,
    reach: float | None,
    *,
    peer_name: str = "",
    scale: float = 1.0,
    **more: Any,
) -> Row:
    """A row from the medians of two sides of `samples`, in `unit` after multiplying by `scale`."""
    a, b = (scale * statistics.median(samples[side]) for side in (ours, peer))
    row = Row(what, peer_name or peer, unit, a, b, reach, samples=samples, **more)
    if reach is not None and row.ratio is not None:
        row.met = row.ratio <= reach
    return row


def missing(what: str, reason: str, peer_name: str = "") -> Row:
    """A row without figures and the reason why."""
    return Row(what, peer_name, "", note=reason)


def take_turns(sides: Mapping[str, Callable[[], float]], rounds: int, warmups: int = 1) -> Samples:
    """Samples by side: in every round each side is asked once, every other round in reverse order.

    `warmups` rounds come first, whose samples are thrown away.
    """
    samples: Samples = {name: [] for name in sides}
    for number in range(-warmups, rounds):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in order:
            sample = sides[name]()
            if number >= 0:
                samples[name].append(sample)
    return samples


# It adopts what the command leaves behind (a worker pool's own children, say), so that all of it
# is waited for and counted. Its own time does not count: only children's does.
_METER = """
import ctypes, json, os, resource, signal, sys, time
with open(sys.argv[1], "w") as report:
    try:
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    except (OSError, AttributeError):
        pass
    began = time.perf_counter()
    pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    status = os.waitpid(pid, 0)[1]
    wall = time.perf_counter() - began
    signal.alarm(60)
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = os.waitstatus_to_exitcode(status)
    json.dump([code, wall, used.ru_utime + used.ru_stime], report)
"""


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 3600,
) -> Usage:
    """Run a command and tell what it took; one thread for matrix products.

    Raises NotMeasured where it fails or takes longer than `timeout` seconds.
    """
    with tempfile.TemporaryDirectory() as work:
        report, printed = Path(work) / "report", Path(work) / "printed"
        arguments = [sys.executable, "-I", "-S", "-c", _METER, str(report), *map(str, command)]
        with printed.open("wb") as target:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**os.environ, **ONE_THREAD, **(env or {})},
                start_new_session=True,
            )
            try:
                process.wait(timeout)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise NotMeasured(f"{_short(command)} took over {timeout:g} s") from None
                raise
        output = printed.read_text(encoding="utf-8", errors="replace")
        if process.returncode or not report.read_text():
            raise NotMeasured(f"{_short(command)} cannot run: {_last_line(output)}")
        code, wall, cpu = json.loads(report.read_text())
    if code:
        raise NotMeasured(f"{_short(command)} ended with {code}: {_last_line(output)}")
    return Usage(wall, cpu, output)


def labkit(*arguments: str | Path, **more: Any) -> Usage:
    """Run a labkit command as it is typed."""
    return run([sys.executable, "-m", "labkit", *arguments], **more)


def module(name: str, *arguments: str | Path | int) -> Any:
    """What `python -m tests.benchmarks.NAME` prints as JSON: a process with nothing else in it."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments)]
    return json.loads(run(command, cwd=_ROOT).output.splitlines()[-1])


def _short(command: Sequence[str | Path]) -> str:
    words = [Path(command[0]).name, *map(str, command[1:])]
    return " ".join(words[:4] if words[1:2] == ["-m"] else words[:2])[:60]


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it printed nothing"
