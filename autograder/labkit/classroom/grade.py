"""What `labkit grade` runs: a class from its submissions to files, summary and screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.progress import progress, say
from labkit.classroom import folder, marks, unchanged
from labkit.classroom.decisions import Decisions
from labkit.classroom.grades import write_grades
from labkit.classroom.names import Names
from labkit.classroom.order import Order
from labkit.classroom.pool import Graded, grade_here, grade_in_processes
from labkit.intake import Submission, Submissions, open_submissions
from labkit.judging import result as results
from labkit.judging.person import who
from labkit.judging.result import GRADED, Result
from labkit.lab.bundle import Bundle
from labkit.lab.lab import Lab
from labkit.reporting import beside, code, numbers, report, similar, written
from labkit.reporting.answers import KeptAnswers, read_answers
from labkit.sandbox import Zygote, confinement

TEMPLATE = "marks-template.csv"
"""To be filled in with marks for the written questions, for --manual."""


@dataclass(frozen=True)
class Options:
    """How a class is to be graded."""

    jobs: int = 0
    """Submissions at a time; 0 is one a core."""
    resume: bool = False
    """Keep results whose submission has not changed."""
    scheduler: str | None = None
    """Address of a Dask cluster."""
    manual: Path | None = None
    """CSV with marks for the written questions."""
    adjust: Path | None = None
    """CSV with points to give or take, each with its reason."""
    due: str = ""
    """When it was due, in place of lab.toml's date."""
    forget_due: bool = False
    """What an earlier run was told about that counts no more."""
    only: tuple[str, ...] = ()
    """Submissions to grade again, whatever was; all others stay as they were graded."""
    anonymous: bool = False
    """Write the report without names, too."""


@dataclass
class GradedClass:
    """A graded class and the files that were written."""

    lab: Lab
    results: list[Result]
    similarity: similar.Similarity
    notes: tuple[str, ...] = ()
    """Sentences about the submissions as a whole."""
    written: Sequence[Mapping[str, str]] = ()
    """The written questions, in the order of the text."""
    answers: KeptAnswers = field(default_factory=KeptAnswers)
    """What was written below them."""
    anonymous: bool = False
    """Whether to write the report without names, too."""
    changed: tuple[str, ...] = ()
    """Sentences about what a regrade changed."""
    files: list[Path] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    """Lines that the instructor must read."""

    def show(self) -> None:
        """Print the table of scores, who needs a look, and the files."""
        from labkit.reporting.terminal import show_class

        show_class(self.lab, self.results, files=self.files, summary=self.summary)


Deliver = Callable[[GradedClass, Path], Sequence[Path]]
"""Writes into OUT what a platform takes back, while OUT is held, and gives those files."""


def grade_to(
    bundle: Bundle,
    submissions: Path | Submissions,
    out: Path,
    options: Options,
    *,
    deliver: Deliver = lambda graded, out: (),
) -> GradedClass:
    """Grade a class into `out`: grades.csv, results, feedback, report.html.

    `submissions` is where they lie, or what was opened already. Raises LabkitError where the input
    cannot be read, or `out` is another run's or another lab's, or cannot be written.
    """
    with folder.locked(out):
        folder.refuse_other_lab(out, bundle.lab)
        decisions = decided(bundle.lab, out, options)
        mark = ""
        if isinstance(submissions, Path) and not options.only:
            how = replace(options, resume=False, jobs=0, scheduler=None)
            mark = unchanged.inputs(bundle, submissions, out, how)
        if options.resume and mark and (kept := _kept(bundle.lab, out, mark)):
            return kept
        graded = finish(decisions, judged(bundle, submissions, out, options), out)
        graded.files[1:1] = deliver(graded, out)
        if mark and all(result.fingerprint for result in graded.results):
            names = [result.submission for result in graded.results]
            files = [str(path.relative_to(out)) for path in graded.files]
            unchanged.keep(out, mark, unchanged.Told(names, graded.summary, files))
        return graded


def _kept(lab: Lab, out: Path, mark: str) -> GradedClass | None:
    """The class as the last run left it, where nothing has changed since."""
    told = unchanged.recall(out, mark)
    if told is None:
        return None
    found = [results.read(folder.result_path(out, name)) for name in told.submissions]
    whole = [result for result in found if result is not None]
    if len(whole) < len(found):
        return None
    say("Nothing has changed since the last run.")
    files = [out / name for name in told.files]
    return GradedClass(lab, whole, similar.Similarity(), files=files, summary=[*told.summary])


def decided(lab: Lab, out: Path, options: Options) -> Decisions:
    """What is decided about a class. To be asked for first: what cannot be read stops here."""
    due = None if options.forget_due else options.due
    return Decisions.of(lab, out, manual=options.manual, adjust=options.adjust, due=due)


def judged(
    bundle: Bundle, submissions: Path | Submissions, out: Path, options: Options
) -> GradedClass:
    """Judge a class into `out/results` and `out/feedback`, for a caller that holds `out`."""
    lab = bundle.lab
    opened = submissions if isinstance(submissions, Submissions) else _opened(submissions, lab, out)
    options = replace(options, only=_meant(opened, options.only))
    others = _Others(Order(bundle, out), frozenset(options.only))
    with Zygote.start(lab.contract.module_of) as zygote:
        if not zygote.confinement.complete:
            say(zygote.confinement.sentence)
    if len(opened) > 1:
        confinement.read_all()
    comparison, codes = similar.Comparison(opened.names, lab), code.CodePages(out, lab)
    answers = KeptAnswers()
    with progress(f"grading {lab.short}") as (begin, advance):

        def graded(submission: Submission, result: Result) -> None:
            advance(result)
            others.add(submission, result)
            if result.status == GRADED:  # here, while others are being graded
                comparison.add(submission.name, submission.files)
                codes.add(result, submission.files)
            if lab.written and submission.notebook:
                answers.add(submission.name, read_answers(submission.notebook, bundle.written))

        begin(len(opened))
        found = grade_class(bundle, opened, out, options, advance=graded)
    notes = (*opened.notes, *folder.leftovers(out, opened.names), *others.sentences())
    return GradedClass(
        lab,
        found,
        comparison.finish(),
        notes=notes,
        written=bundle.written if lab.written else (),
        answers=answers,
        anonymous=options.anonymous,
    )


def _meant(opened: Submissions, only: Sequence[str]) -> tuple[str, ...]:
    """The submissions that `--only` names."""
    platforms = ({} if p is None else asdict(p) for p in opened.platforms)
    names = Names(zip(opened.names, platforms, opened.origins, strict=True))
    return tuple(map(names.of, only))


class _Others:
    """Those whom `--only` does not name: what it left as it was, and what it did not."""

    def __init__(self, order: Order, only: Collection[str]) -> None:
        self.order, self.only = order, only
        self.had = {path.stem for path in folder.result_files(order.out)} if only else set()
        self.first: list[str] = []
        self.changed: list[str] = []
        self.failed: list[str] = []
        self.outdated = 0

    def add(self, submission: Submission, result: Result) -> None:
        """Note what became of a submission."""
        if not self.only or submission.name in self.only:
            return
        if submission.name not in self.had:
            self.first.append(submission.name)
        elif result.work != submission.fingerprint[:16]:
            self.changed.append(submission.name)
        elif not result.fingerprint:  # what the grader itself stopped on
            self.failed.append(submission.name)
        else:
            self.outdated += result.fingerprint != self.order.fingerprint(submission)

    def sentences(self) -> list[str]:
        """What an instructor must read about them."""
        lines = []
        if self.first:
            lines.append(f"--only: graded, too, for want of an earlier result: {_few(self.first)}.")
        if self.changed:
            lines.append(
                f"--only: changed since they were graded, not graded again: {_few(self.changed)}."
            )
        if self.failed:
            lines.append(
                f"--only: failed before, not graded again: {_few(self.failed)}; labkit grade with "
                "--resume tries again."
            )
        if self.outdated:
            lines.append(
                f"--only: lab or kit changed since {self.outdated} of the others were graded; "
                "labkit regrade grades them again."
            )
        return lines


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def finish(decisions: Decisions, graded: GradedClass, out: Path) -> GradedClass:
    """Apply what was decided to a judged class and write the files about the whole."""
    lab = graded.lab
    decisions = decisions.among(graded.results)
    found = settle(decisions, graded.results, out)
    to_mark = {result.submission for result in written.to_mark(found, graded.answers)}
    notes = (*graded.notes, *decisions.remarks(found, to_mark))
    summary = [*notes]
    write_grades(out / "grades.csv", found, lab)
    kept = decisions.keep(out, found)
    summary += [*needs_a_look(found), *near_identical(graded.similarity), *graded.changed]
    beside.write(out, lab, graded.similarity)
    told = {"notes": notes, "changed": graded.changed}
    pages = report.write(out, found, lab, similarity=graded.similarity, **told)
    if graded.anonymous:
        pages.insert(1, report.write_anonymous(out, found, lab))
    files = [pages[0], out / "grades.csv", *pages[1:], out / "results", out / "feedback", *kept]
    if lab.written:
        page = out / written.PAGE
        outdated = decisions.outdated(found)
        written.write(page, lab, found, graded.written, answers=graded.answers, outdated=outdated)
        files.append(page)
    if lab.written and not decisions.marks:
        files.append(out / TEMPLATE)
        if not files[-1].is_file():  # one that is being filled in stays
            _write_template(files[-1], found, lab)
    return replace(graded, results=found, files=files, summary=summary)


def settle(decisions: Decisions, found: list[Result], out: Path) -> list[Result]:
    """Join what was decided into results, also in the files that students read."""
    settled = []
    for result in found:
        decided = decisions.applied(result)
        # What is taken back is a difference, too; two equal ones of each would be much memory.
        settled.append(result if decided == result else folder.write(out, decided, decisions.lab))
    return settled


def _write_template(path: Path, found: list[Result], lab: Lab) -> None:
    """An empty sheet of marks, for --manual."""
    rows = {result.submission: marks.Marked() for result in found}
    points = {question.name: question.points for question in lab.written}
    marks.write_marks(path, rows, points, {result.submission: who(result) for result in found})


def grade_class(
    bundle: Bundle,
    submissions: Submissions,
    out: Path,
    options: Options,
    *,
    advance: Callable[[Submission, Result], None] = lambda submission, result: None,
) -> list[Result]:
    """Grade every submission into `out/results` and `out/feedback`; each is opened once.

    `advance` hears each result as it comes. Gives the results in the order of the submissions.
    """
    out.mkdir(parents=True, exist_ok=True)
    folder.clear_unfinished(out)
    if strangers := sorted(set(options.only) - set(submissions.names)):
        raise LabkitError(
            f"--only names {', '.join(strangers)}, which is no submission here, or more than one: "
            "write the submission as in grades.csv."
        )
    order = Order(bundle, out, resume=options.resume, only=frozenset(options.only))
    found: dict[str, Result] = {}
    shared = results.Shared()
    for submission, result in _graded(order, submissions, options):
        found[result.submission] = shared(result)
        advance(submission, result)
    return [found[name] for name in submissions.names]


def _graded(order: Order, submissions: Submissions, options: Options) -> Iterator[Graded]:
    one_by_one: Iterable[Submission] = iter(submissions)
    if options.scheduler is not None:
        from labkit.classroom.dask import grade_on_cluster

        return grade_on_cluster(order, one_by_one, options.scheduler)
    jobs = min(options.jobs or os.cpu_count() or 1, len(submissions))
    if jobs <= 1:
        return grade_here(order, one_by_one)
    return grade_in_processes(order, one_by_one, jobs)


def _opened(submissions: Path, lab: Lab, out: Path) -> Submissions:
    opened = open_submissions(submissions, lab.contract.modules, leave_out=out)
    if submissions.is_file() and len(opened) == 1 and not opened.platforms[0]:
        alone = opened[0]
        if alone.problem and alone.status != "failed":
            why = alone.problem.partition(": hand in")[0].rstrip(".")  # the rest is for students
            raise LabkitError(
                "There is nothing to grade: SUBMISSIONS must be a folder or a zip of the class, or "
                f"one student's zip, and {why}."
            )
    return opened


def needs_a_look(found: list[Result]) -> list[str]:
    """Who needs a human look, and why: one line a submission."""
    return [
        f"{look.result.submission}: {reason.replace('`', '').rstrip('.')}."
        for look in numbers.looks(found)
        for reason in look.reasons
    ]


def near_identical(similarity: similar.Similarity) -> list[str]:
    """Who has nearly the same code: one line a group."""
    lines = [f"{_few(group)}: nearly the same code." for group in similarity.groups]
    if alike := similarity.like_reference:
        rest = f" and {len(alike) - 3} more (see report.html)" if len(alike) > 4 else ""
        who = ", ".join(alike[:3] if rest else alike)
        lines.append(f"{who}{rest}: the kit's own solution but for names.")
    return lines
