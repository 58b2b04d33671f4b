"""`labkit audit`: every known wrong and right version is graded, through the real path.

A wrong version must lose points in its own question, in no other, and be named first; a right one
must lose nothing. With `--mutants` the reference itself is changed line by line, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

from rich.console import Console
from rich.table import Table

from labkit.base.errors import CheckFailedError
from labkit.building import mutants
from labkit.judging.grader import BrokenCaseError, Grader
from labkit.judging.result import Result
from labkit.lab.bundle import Bundle
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue, Variant, Version, submission_files
from labkit.student.labcheck.naming import TOO_SLOW

_WHY = 6
"""So many failed cases of a hole are shown."""

NAMED_SHARE = 0.95
"""Share of a lab's wrong versions that must be named as the first explanation."""


@dataclass(frozen=True)
class Finding:
    """What grading one version showed."""

    key: str
    function: str
    seed: int
    right: bool
    """Whether it is a right version in another style."""
    caught: bool
    """It loses points in its own question."""
    spilled: tuple[str, ...]
    """Other questions that lose points."""
    named: str
    """Key of the first explanation given, or nothing."""
    slip: str = ""
    """The error on which a wrong version stops that is a slip of its own, or nothing."""
    messages: tuple[str, ...] = ()
    """What the student is told."""
    why: tuple[str, ...] = ()
    """Of a hole: the failed cases with their values, hidden ones too."""

    @property
    def hole(self) -> str:
        """What is wrong with the grader, or nothing."""
        if self.right:
            lost = ([self.function] if self.caught else []) + list(self.spilled)
            return f"a right version loses points in {', '.join(lost)}" if lost else ""
        if self.slip:
            return f"is no such mistake, but stops with {self.slip}"
        if not self.caught:
            return "not caught"
        return f"also costs {', '.join(self.spilled)}" if self.spilled else ""


def run(labs: Sequence[Lab], seeds: int = 1, mutants: bool = False) -> bool:
    """Audit labs and print the matrix; gives whether the grader has no hole."""
    from labkit.base.progress import progress, waiting
    from labkit.building.proof import proved

    console = Console(highlight=False)
    good = True
    for lab in labs:
        with waiting(f"building {lab.short}"):
            bundle, _ = next(proved([lab]))
        with progress(f"auditing {lab.short}") as (begin, advance):
            findings = audit(bundle, range(seeds), begin, advance)
        good &= show(console, bundle.lab, findings)
        if mutants:
            good &= _show_mutants(console, bundle, lab)
    return good


def audit(
    bundle: Bundle,
    seeds: Iterable[int],
    begin: Callable[[int], None] = lambda count: None,
    advance: Callable[[Finding], None] = lambda finding: None,
    *,
    choose: Callable[[Sequence[Version]], Sequence[Version]] = list,
) -> list[Finding]:
    """Grade every version of a lab's catalogue, once for each seed of the hidden inputs.

    `begin` hears how many gradings there will be, `advance` of each; `choose` picks some versions.
    """
    found_in = Catalogue.of(bundle.lab)
    versions = [*choose(found_in.mistakes), *choose(found_in.variants)]
    work = [(version.key, seed) for seed in seeds for version in versions]
    begin(len(work))
    found = []
    for finding in _in_processes(bundle, work):
        found.append(finding)
        advance(finding)
    return found


def show(console: Console, lab: Lab, findings: Sequence[Finding]) -> bool:
    """Print a lab's matrix and holes; gives whether there is none."""
    table = Table(title=lab.title, title_justify="left", header_style="bold")
    for column in ("question", "wrong", "caught", "named", "alone", "right", "full"):
        table.add_column(column, justify="left" if column == "question" else "right")
    for question in lab.questions:
        own = [finding for finding in findings if finding.function == question]
        wrong, right = [f for f in own if not f.right], [f for f in own if f.right]
        table.add_row(
            question,
            str(len(wrong)),
            str(sum(f.caught for f in wrong)),
            str(sum(f.named == f.key for f in wrong)),
            str(sum(not f.spilled for f in wrong)),
            str(len(right)),
            str(sum(not f.hole for f in right)),
        )
    console.print(table)
    console.print(
        "wrong versions: caught in their own question, named first, and alone (no other question "
        "loses points); right versions: full marks",
        style="dim",
    )
    wrong = [finding for finding in findings if not finding.right]
    for question in lab.questions:
        if question not in {finding.function for finding in wrong}:
            console.print(f"      {question}: mistakes/ has none of it, so its cases are not tried")
    holes = [finding for finding in findings if finding.hole]
    for finding in holes:
        console.print(
            f"HOLE  {finding.function}: {finding.key} (seed {finding.seed}): {finding.hole}",
            markup=False,
        )
        for line in finding.why[:_WHY]:
            console.print(f"        {line}", markup=False, soft_wrap=True)
        if len(finding.why) > _WHY:
            console.print(f"        … and {len(finding.why) - _WHY} more", markup=False)
    for finding in wrong:
        if finding.caught and finding.named != finding.key:
            told = f"named {finding.named}" if finding.named else "not named"
            console.print(
                f"      {finding.function}: {finding.key} (seed {finding.seed}): {told}",
                markup=False,
            )
    named = sum(finding.named == finding.key for finding in wrong)
    share = named / len(wrong) if wrong else 1.0
    if wrong:
        console.print(f"{named} of {len(wrong)} wrong versions are named first ({share:.1%}).")
    if share < NAMED_SHARE:
        console.print(f"HOLE  fewer than {NAMED_SHARE:.0%} are named", markup=False)
    return not holes and share >= NAMED_SHARE


def judge_version(grader: Grader, version: Version, seed: int) -> Finding:
    """Grade one version as a student's submission.

    Raises CheckFailedError where a case itself stops on it.
    """
    files = submission_files(version, grader.lab)
    try:
        result = grade_files(grader, files)
    except BrokenCaseError as error:
        raise CheckFailedError(f"{grader.lab.name}: on {version.key}, {error}.") from None
    may_be_slow = isinstance(version, Variant) and version.slow
    lost = {
        question.name
        for question in result.questions
        if any(not (c.passed or (may_be_slow and TOO_SLOW in c.message)) for c in question.cases)
    }
    named = ""
    for question in result.questions:
        if question.name == version.function:
            keys = [case.named[0] for case in question.cases if case.named]
            named = keys[0] if keys else ""
    finding = Finding(
        key=version.key,
        function=version.function,
        seed=seed,
        right=isinstance(version, Variant),
        caught=version.function in lost,
        spilled=tuple(sorted(lost - {version.function})),
        named=named,
        slip="" if isinstance(version, Variant) else grader.knowledge.slip(version.key),
        messages=tuple(
            case.message for q in result.questions for case in q.cases if not case.passed
        ),
    )
    return replace(finding, why=_why(grader, finding, files)) if finding.hole else finding


def _why(grader: Grader, finding: Finding, files: Mapping[str, str]) -> tuple[str, ...]:
    """The failed cases behind a hole; of a mistake that nothing catches, the cases it passes."""
    if finding.function not in grader.lab.questions:
        return (f"{finding.function} is no question in lab.toml: delete this from mistakes/",)
    if finding.slip:
        return ()
    if finding.right or finding.caught:
        own = () if finding.right else (finding.function,)  # there it is to fail
        found = grader.failures({path: text.encode() for path, text in files.items()})
        return tuple(str(one) for one in found if one.question not in own)
    passed = (
        f"passes “{case.title}”"
        for question in grader.questions
        if question.name == finding.function
        for case in question.cases
    )
    return tuple(passed)


def grade_files(grader: Grader, files: dict[str, str], only: Sequence[str] | None = None) -> Result:
    """Grade a submission given as texts by path."""
    return grader.grade({path: text.encode() for path, text in files.items()}, "version", only=only)


# ---------------------------------------------------------------- in several processes

_current: tuple[int, Grader] | None = None
"""The grader of a seed: a process keeps one."""
_bundle: Bundle | None = None


def _in_processes(bundle: Bundle, work: Sequence[tuple[str, int]]) -> Iterator[Finding]:
    jobs = min(os.cpu_count() or 1, max(1, len(work)))
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_start, initargs=(bundle,)
    ) as pool:
        yield from pool.map(_judge, work)


def _start(bundle: Bundle) -> None:
    global _bundle
    _bundle = bundle


def _grader(seed: int) -> Grader:
    global _current
    assert _bundle is not None
    if _current is None or _current[0] != seed:
        if _current is not None:
            _current[1].close()
        _current = seed, Grader(_bundle, seed)
    return _current[1]


def _judge(work: tuple[str, int]) -> Finding:
    key, seed = work
    grader = _grader(seed)
    return judge_version(grader, grader.knowledge.catalogue[key], seed)


# ---------------------------------------------------------------- mutants of the reference


def survivors(bundle: Bundle) -> tuple[list[mutants.Mutant], int]:
    """Mutants of a lab's reference that lose no points, and how many there are in all."""
    found = mutants.of_lab(bundle.lab)
    with ProcessPoolExecutor(
        os.cpu_count() or 1, mp_context=get_context("spawn"), initializer=_start, initargs=(bundle,)
    ) as pool:
        lives = pool.map(_survives, found)
        survived = [mutant for mutant, survives in zip(found, lives, strict=True) if survives]
    return survived, len(found)


def _show_mutants(console: Console, bundle: Bundle, lab: Lab) -> bool:
    """Grade every mutant of a lab's reference; gives whether all that survive are explained."""
    known = mutants.equivalent(lab)
    survived, count = survivors(bundle)
    console.print(
        f"{bundle.lab.short}: {count} mutant{'s' if count != 1 else ''}, {len(survived)} survive."
    )
    for mutant in survived:
        reason = known.get(mutant.key)
        console.print(
            f"{'      ' if reason else 'HOLE  '}{mutant.key}: {mutant.change}"
            + (f" ({reason})" if reason else ""),
            markup=False,
        )
    return all(mutant.key in known for mutant in survived)


def _survives(mutant: mutants.Mutant) -> bool:
    result = grade_files(_grader(0), mutant.files, only=[mutant.function])
    return all(question.passed for question in result.questions)
