"""What grading costs: one submission, whole classes, and the same work by `otter run`."""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from labkit.building.build import built
from labkit.lab.bundle import Bundle
from labkit.lab.course import available, find
from tests.benchmarks import measure, stock, submissions
from tests.benchmarks.measure import Row, compare, take_turns

LAB = "lab1"


@contextmanager
def _prepared(lab: str = LAB) -> Iterator[tuple[Bundle, Path]]:
    bundle = built(find(lab))
    with tempfile.TemporaryDirectory(prefix="labkit-bench-") as work:
        Path(work).chmod(0o711)
        yield bundle, Path(work)


def one_submission(quick: bool) -> list[Row]:
    """One correct submission, beside `otter run` and beside the least that it could cost.

    What starting costs is taken out of ours, not of Otter's, which starts anew for each submission:
    CPU seconds of a class of copies less those of a class of one, by the copies in between.
    """
    copies, rounds = (21, 2) if quick else (101, 5)
    with _prepared() as (bundle, work):
        many = submissions.write_copies(bundle, work / "many", copies)
        one = submissions.write_copies(bundle, work / "one", 1)
        stock_zip, stock_submission = stock.write(bundle, work / "stock")
        handed_in = next(one.iterdir())
        with zipfile.ZipFile(handed_in) as archive:
            archive.extractall(work / "unpacked")

        samples = take_turns(
            {
                "labkit grade": partial(_each, many, one, work, copies, LAB),
                "otter run": lambda: stock.run_seconds(stock_zip, stock_submission),
                "otter run, same zip": lambda: stock.run_seconds(
                    bundle.root / "autograder.zip", handed_in
                ),
                "floor": partial(_floor, bundle, work, 10 if quick else 30),
            },
            rounds,
            warmups=0 if quick else 1,
        )
    what = "grade one lab 1 submission, CPU"
    note = (
        f"Ours: a class of {copies} copies less a class of one. Otter's: the whole command, "
        f"with all cases in the student's kernel and no cell to execute."
    )
    return [
        compare(what, "ms", samples, "labkit grade", "otter run", 1 / 100, scale=1e3, note=note),
        compare(
            what, "ms", samples, "labkit grade", "otter run, same zip", 1 / 60, scale=1e3,
            note="The zip that `labkit build` makes for Otter: it confines submissions as we do.",
        ),
        compare(
            what, "ms", samples, "labkit grade", "floor", 2.0, scale=1e3,
            peer_name="two bare forks", note=_FLOOR,
        ),
    ]  # fmt: skip


_FLOOR = (
    "Two bare forks: warm, confined, public and hidden cases apart and in the process of the "
    "submission itself, no result written."
)


def other_labs(quick: bool) -> list[Row]:
    """One correct submission of each lab but the first, beside its own cases run bare."""
    copies, rounds = (6, 1) if quick else (21, 3)
    rows = []
    for lab in available():
        if lab.short == LAB:
            continue
        with _prepared(lab.short) as (bundle, work):
            many = submissions.write_copies(bundle, work / "many", copies)
            one = submissions.write_copies(bundle, work / "one", 1)
            with zipfile.ZipFile(next(one.iterdir())) as archive:
                archive.extractall(work / "unpacked")
            samples = take_turns(
                {
                    "labkit grade": partial(_each, many, one, work, copies, lab.short),
                    "floor": partial(_floor, bundle, work, 5 if quick else 10),
                },
                rounds,
            )
        rows.append(
            compare(
                f"grade one lab {lab.number} submission, CPU", "ms",
                samples, "labkit grade", "floor", 4.0, scale=1e3,
                peer_name="two bare forks", note=_FLOOR,
            )
        )  # fmt: skip
    return rows


def _each(many: Path, one: Path, work: Path, copies: int, lab: str) -> float:
    """CPU seconds of one more submission in a class."""
    alone, together = (_grade(folder, work, 1, lab).cpu for folder in (one, many))
    return (together - alone) / (copies - 1)


def _floor(bundle: Bundle, work: Path, rounds: int) -> float:
    seconds = measure.module("floor", bundle.root, work / "unpacked", rounds)
    return float(statistics.median(seconds))


def resumed(quick: bool) -> list[Row]:
    """`--resume` of a class of which everybody is graded already."""
    count = 50 if quick else 1000
    with _prepared() as (bundle, work):
        folders = {n: submissions.write_copies(bundle, work / str(n), n) for n in (1, count)}
        for n, folder in folders.items():
            _grade_to(work / f"out{n}", folder, os.cpu_count() or 1)
        taken = {
            n: [_grade_to(work / f"out{n}", folder, 1, "--resume") for _ in range(3)]
            for n, folder in folders.items()
        }
        min(folders[count].iterdir()).touch()  # as if handed in anew: all are looked into again
        anew = _grade_to(work / f"out{count}", folders[count], 1, "--resume").wall
    wall = statistics.median(one.wall for one in taken[count])
    cpu = {n: statistics.median(one.cpu for one in taken[n]) for n in taken}
    each = 1e3 * (cpu[count] - cpu[1]) / (count - 1)
    whole = Row(
        f"--resume of {count} graded ones, wall", "", "s", wall, bound="< 3 s",
        note=f"Nothing has changed; with one handed in anew {anew:.1f} s.",
        samples={"labkit grade --resume": [one.wall for one in taken[count]]},
    )  # fmt: skip
    whole.met = wall <= 3.0
    one_more = Row(
        "each of them, CPU", "", "ms", each, bound="< 1 ms", note="Beyond a class of one."
    )
    one_more.met = each <= 1.0
    return [whole, one_more]


@dataclass(frozen=True)
class _Class:
    """What a class of some size took."""

    wall: float
    cpu: float
    parent_mb: float


def _grade(folder: Path, work: Path, jobs: int, lab: str = LAB) -> _Class:
    with tempfile.TemporaryDirectory(dir=work) as out:
        return _grade_to(Path(out), folder, jobs, lab=lab)


def _grade_to(work: Path, folder: Path, jobs: int, *options: str, lab: str = LAB) -> _Class:
    work.mkdir(exist_ok=True)
    size, out = work / "size", work / "out"
    arguments = ["grade", lab, str(folder), "--out", str(out), "--jobs", str(jobs), *options]
    used = measure.run([sys.executable, "-c", _WITH_SIZE, str(size), *arguments])
    return _Class(used.wall, used.cpu, float(size.read_text()) / 1024)


# The peak of the command's own memory, without that of the processes that it starts. Linux tells it
# for the program alone; elsewhere getrusage does, in units of the system's.
_WITH_SIZE = """
import re, resource, sys
from pathlib import Path
target = Path(sys.argv.pop(1))
from labkit.cli import main
try:
    main(sys.argv[1:], prog_name="labkit", standalone_mode=False)
finally:
    try:
        kilobytes = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
    except (OSError, TypeError):
        unit = 1024 if sys.platform == "darwin" else 1
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
    target.write_text(str(kilobytes))
"""


_LONG = 500
"""A class that takes minutes is graded once."""


def classes(quick: bool) -> list[Row]:
    """Classes of growing size on every core: cost a submission, time, and the parent's memory."""
    sizes = (10, 50, 200) if quick else (10, 100, 1000, 3000)
    small, middle, large = sizes[0], sizes[1], sizes[-1]
    cores = os.cpu_count() or 1
    with _prepared() as (bundle, work):
        folders = {n: submissions.write_class(bundle, work / str(n), n) for n in sizes}
        _grade(folders[small], work, cores)  # warm-up
        rounds = 2 if quick else 3
        taken: dict[int, list[_Class]] = {n: [] for n in sizes}
        for number in range(rounds):
            for n in sizes if number % 2 == 0 else sizes[::-1]:
                if n < _LONG or number == 0:
                    taken[n].append(_grade(folders[n], work, cores))
    cpu, wall, size = (
        {n: statistics.median(getattr(one, field) for one in taken[n]) for n in sizes}
        for field in ("cpu", "wall", "parent_mb")
    )
    samples = {
        f"{field}, {n}": [getattr(one, field) for one in taken[n]]
        for field in ("cpu", "wall", "parent_mb")
        for n in sizes
    }
    each = {n: 1e3 * (cpu[n] - cpu[fewer]) / (n - fewer) for fewer, n in itertools.pairwise(sizes)}
    rows = [
        Row(
            f"each of {n} submissions, CPU", f"each of {middle}", "ms", each[n], each[middle], 1.1,
            samples=samples, note="Beyond the start: differences between classes of distinct work.",
        )
        for n in sizes[2:]
    ]  # fmt: skip
    passed = 1e3 * (wall[large] - wall[small]) / (large - small)
    used = 1e3 * (cpu[large] - cpu[small]) / (large - small)
    rows += [
        Row(
            f"each of {large} submissions, wall", f"CPU ÷ {cores} cores", "ms",
            passed, used / cores, 1.1, note="Meaningful on a machine with nothing else to do.",
        ),
        Row(
            f"parent's memory, class of {large}", f"class of {small}", "MB",
            size[large], size[small], 1.1,
        ),
    ]  # fmt: skip
    for row in rows:
        assert row.ratio is not None and row.reach is not None
        row.met = row.ratio <= row.reach
    return rows


def five_hundred(quick: bool) -> list[Row]:
    """500 submissions beside `otter run` on each, which is extrapolated from a few."""
    count, runs = (50, 2) if quick else (500, 5)
    with _prepared() as (bundle, work):
        folder = submissions.write_copies(bundle, work / "class", count)
        stock_zip, stock_submission = stock.write(bundle, work / "stock")
        otter = [stock.run_seconds(stock_zip, stock_submission) for _ in range((runs + 1) // 2)]
        ours = _grade(folder, work, os.cpu_count() or 1).cpu
        otter += [stock.run_seconds(stock_zip, stock_submission) for _ in range(runs // 2)]
    row = Row(
        f"grade {count} submissions, CPU", f"otter run × {count}", "s",
        ours, count * statistics.median(otter), 1 / 20,
        samples={"labkit grade": [ours], "otter run, one": otter},
        note=f"The peer is extrapolated: {count} times the median of {runs} runs of otter run.",
    )  # fmt: skip
    assert row.ratio is not None
    row.met = row.ratio <= 1 / 20
    return [row]
