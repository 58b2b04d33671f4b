"""What an instructor decided about a class: kept in OUT, applied at every run, never lost.

`marks.csv`, `adjustments.csv`, `due.txt` and `never-lower.txt` lie beside grades.csv as files that
people can read and edit. What a run is given (`--manual`, `--adjust`, `--never-lower`) is merged
into them, or takes their place (`--due`); lab.toml adds excluded questions and the rules about
lateness. None of this needs a submission to be graded again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from labkit.base.files import write_text
from labkit.classroom import adjustments, floor, lateness, marks
from labkit.classroom.adjustments import Adjustments
from labkit.classroom.marks import Marked, MarksError
from labkit.classroom.names import Names
from labkit.judging.person import who
from labkit.judging.result import TOTAL, Change, Result
from labkit.lab.lab import Lab

MARKS, ADJUSTMENTS, DUE = "marks.csv", "adjustments.csv", "due.txt"


@dataclass(frozen=True)
class Decisions:
    """Marks and adjustments by submission, and when the lab was due."""

    lab: Lab
    marks: Mapping[str, Marked]
    adjustments: Adjustments
    due: datetime | None
    own_due: bool = False
    """Whether it is that of `--due`, of this run or an earlier one, and not lab.toml's."""
    due_forgotten: bool = False
    """Whether that of an earlier run counts no more."""
    new_marks: Mapping[str, Marked] = field(default_factory=dict)
    new_adjustments: Adjustments = field(default_factory=dict)
    """What this run is given, by whatever the file calls a submission: see `among`."""
    floors: tuple[Path, ...] = ()
    """Folders of earlier results below which no question falls."""
    told: tuple[str, ...] = ()
    """What an instructor must read about how all this came together."""

    @classmethod
    def of(
        cls, lab: Lab, out: Path, *, manual: Path | None, adjust: Path | None, due: str | None = ""
    ) -> Decisions:
        """What OUT keeps, and what this run is given. Raises LabkitError for what does not fit.

        A `due` of None forgets the one that OUT keeps.
        """
        points = {question.name: question.points for question in lab.written}
        names = (*lab.questions, *points)
        kept: dict[str, Marked] = {}
        if (out / MARKS).is_file() and points:
            kept = marks.read_marks(out / MARKS, points)
        changes: Adjustments = {}
        if (out / ADJUSTMENTS).is_file():
            changes = adjustments.read_adjustments(out / ADJUSTMENTS, names)
        where = "--due"
        if due == "" and (out / DUE).is_file():
            due, where = (out / DUE).read_text("utf-8", errors="replace").strip(), str(out / DUE)
        own = lateness.moment(due or "", where)
        lateness.check(lab.config.late, _toml(lab))
        return cls(
            lab=lab,
            marks=kept,
            adjustments=changes,
            new_marks=marks.read_rows(manual, points) if manual is not None else {},
            new_adjustments=adjustments.read_adjustments(adjust, names) if adjust else {},
            due_forgotten=due is None and (out / DUE).is_file(),
            floors=floor.read(out),
            due=own or lateness.moment(lab.config.due, f"{_toml(lab)}: due"),
            own_due=own is not None,
        )

    def among(self, results: Sequence[Result]) -> Decisions:
        """What is kept and what this run is given, together, once it is known who handed in."""
        names = Names((one.submission, one.platform, one.origin) for one in results)
        marked, rows = _marks_by(names, self.marks), _marks_by(names, self.new_marks)
        had = _changes_by(names, self.adjustments, ADJUSTMENTS)
        given = _changes_by(names, self.new_adjustments, "--adjust")
        told = _some(
            "--manual left cells empty whose marks stay (a dash in a cell takes its mark back)",
            marks.left_empty(marked, rows),
        )
        gone = adjustments.replaced(had, given)
        told += _some("--adjust took the place of what was given before", gone)
        if self.due_forgotten:
            told.append(f"{DUE} is taken back: when it was due is what lab.toml says, if anything.")
        versions = {one.submission: one.version for one in results}
        return replace(
            self,
            marks=marks.merged(marked, rows),
            adjustments=adjustments.versioned(adjustments.merged(had, given), versions),
            new_marks={},
            new_adjustments={},
            told=(*self.told, *told),
        )

    def never_lower(self, folder: Path) -> Decisions:
        """The same, with earlier results below which no question falls from now on."""
        return replace(self, floors=tuple(dict.fromkeys((*self.floors, folder))))

    def applied(self, result: Result) -> Result:
        """A result with all that was decided about it."""
        result = floor.held(self.floors, result, self.lab.config.exclude)
        marked = self.marks.get(result.submission, Marked())
        changes = self.adjustments.get(result.submission, ())
        late = self.lateness(result)
        platform = {key: value for key, value in result.platform.items() if key != "lateness"}
        if late.sentence:
            platform["lateness"] = late.sentence
        result = replace(
            result,
            marks=dict(marked.points),
            comments=dict(marked.comments),
            changes=changes,
            excluded=dict(self.lab.config.exclude),
            platform=platform,
        )
        taken = lateness.deduction(late, self.lab.config.late, result.earned)
        if taken is not None and result.has_grade:
            result = replace(result, changes=(*changes, taken))
        return result

    def lateness(self, result: Result) -> lateness.Lateness:
        """How late a submission was."""
        due = lateness.due_of(result, self.due, self.lab.config.late, _toml(self.lab))
        return lateness.lateness(result, due)

    def remarks(self, results: Sequence[Result], to_mark: Collection[str]) -> list[str]:
        """What an instructor must read about decisions, in sentences.

        `to_mark` are the submissions whose written answers are there.
        """
        found = {result.submission: result for result in results}
        lines = [*self.told, *floor.lost(self.floors), *self._strangers(results)]
        lines += [
            f"{name} was marked for an earlier version: look whether the marks still hold, then "
            "save them anew on written.html and give them with --manual."
            for name, result in found.items()
            if self._outdated(result)
        ]
        lines += _some(
            "Points were given for an earlier version; where they still hold, empty the cell "
            f"`{marks.VERSION}` in {ADJUSTMENTS} beside grades.csv, else delete the row",
            [told for result in results for told in self._of_earlier(result)],
        )
        lines += self._without_effect(results)
        over = [told for result in results for told in _over(result, self.lab)]
        lines += _some("Adjustments give more than all points, which counts; look for typos", over)
        points = {question.name: question.points for question in self.lab.written}
        lines += marks.unmarked(self.marks, [name for name in found if name in to_mark], points)
        lines += self._open_marks(found.values())
        told = self.lab.config.due
        if self.own_due and told and self.due != lateness.moment(told, "lab.toml: due"):
            lines.append(f"It was due {self.due}, as {DUE} says; lab.toml has another time.")
        lines += self._about_lateness(list(found.values()))
        if self.lab.config.late is not None:
            lines += self._extensions_of_nobody(found.values())
            lines += [
                f"{name} is late ({late.sentence}), but the times are not known: nothing is taken."
                for name, result in found.items()
                if (late := self.lateness(result)).late and late.by is None
            ]
        return lines

    def _open_marks(self, results: Iterable[Result]) -> list[str]:
        """How many grades leave out written answers, and what they are out of."""
        open_ones = [result for result in results if result.unmarked(self.lab)]
        if not open_ones:
            return []
        possible = sorted({result.possible(self.lab) for result in open_ones})
        whole = max(result.possible(self.lab) + result.unmarked(self.lab) for result in open_ones)
        out_of = " to ".join(f"{points:g}" for points in dict.fromkeys((possible[0], possible[-1])))
        return [
            f"Written answers of {len(open_ones)} are not marked yet: their grades, and so the "
            f"mean, are out of {out_of} of {whole:g} points."
        ]

    def _about_lateness(self, results: Sequence[Result]) -> list[str]:
        """How many were late, what it cost, and of how many nobody knows."""
        rules = self.lab.config.late
        lines = []
        unknown = sum(not lateness.known(result) for result in results)
        if unknown and self.due is not None and (self.own_due or rules is not None):
            whose = "they were" if unknown == len(results) else f"{unknown} of {len(results)} were"
            lines.append(
                f"It was due {self.due}, but when {whose} handed in is not known here: without a "
                "time nobody is late."
            )
        late = [result for result in results if self.lateness(result).late]
        if late:
            costs = [lateness.deduction(self.lateness(one), rules, one.earned) for one in late]
            taken = [cost.points for cost, one in zip(costs, late, strict=True) if cost]
            cost = "nothing is taken, because lab.toml has no [late]"
            if rules is not None:
                points = f"{round(-sum(taken), 2):g} points from {len(taken)} of them"
                cost = f"[late] of lab.toml takes {points}"
            lines.append(f"{len(late)} of {len(results)} handed in late: {cost}.")
        return lines

    def _strangers(self, results: Sequence[Result]) -> Iterator[str]:
        """Whom decisions name and who is not here, or not here alone."""
        names = Names((one.submission, one.platform, one.origin) for one in results)
        for kind, decided in ((MARKS, self.marks), (ADJUSTMENTS, self.adjustments)):
            fitting = {told: names.fitting(told) for told in decided}
            several = {told: found for told, found in fitting.items() if len(found) > 1}
            what = kind.removesuffix(".csv")
            if lost := sorted(told for told, found in fitting.items() if not found):
                yield (
                    f"The {what} name {', '.join(lost)}, who handed nothing in here; a row that is "
                    f"wrong stays until you delete it in {kind} beside grades.csv."
                )
            for told, found in several.items():
                yield (
                    f"The {what} name {told}, which may be {' or '.join(found)}: nothing is done. "
                    f"Write the submission in {kind} beside grades.csv."
                )

    def _without_effect(self, results: Iterable[Result]) -> list[str]:
        written = {question.name for question in self.lab.written}
        return [
            f"{result.submission} has an adjustment in {change.question}, which does not count "
            + ("before it is marked." if change.question in written else "([exclude] of lab.toml).")
            for result in results
            for change in result.changes
            if change.points and not result.counts(change)
        ]

    def _extensions_of_nobody(self, results: Iterable[Result]) -> list[str]:
        late = self.lab.config.late
        matched = {key for result in results for key in lateness.extensions(result, late)}
        if late is None or not (lost := sorted(late.extensions.keys() - matched)):
            return []
        return [
            f"[late.extensions] of lab.toml names {', '.join(lost)}, who handed nothing in here:"
            " people are named by email, student id or submission, as in grades.csv."
        ]

    def outdated(self, results: Iterable[Result]) -> set[str]:
        """The submissions whose marks were given for an earlier version."""
        return {result.submission for result in results if self._outdated(result)}

    def _outdated(self, result: Result) -> bool:
        version = self.marks.get(result.submission, Marked()).version
        return bool(version and result.version) and version != result.version

    def _of_earlier(self, result: Result) -> Iterator[str]:
        for change in self.adjustments.get(result.submission, ()):
            if change.version and result.version not in ("", change.version):
                points = f"{change.points:+g}, {change.reason}"
                yield f"{result.submission}, {change.question} ({points})"

    def keep(self, out: Path, results: Iterable[Result]) -> list[Path]:
        """Write what is decided into OUT, whole or not at all; gives the files."""
        found = {result.submission: result for result in results}
        files = []
        points = {question.name: question.points for question in self.lab.written}
        # A file that is there is written also where the last row was taken back.
        if self.marks or (points and (out / MARKS).is_file()):
            rows = {name: self._versioned(name, found.get(name)) for name in self.marks}
            about = {name: who(found[name]) for name in self.marks if name in found}
            marks.write_marks(out / MARKS, rows, points, about)
            files.append(out / MARKS)
        if self.adjustments or (out / ADJUSTMENTS).is_file():
            adjustments.write_adjustments(out / ADJUSTMENTS, self.adjustments)
            files.append(out / ADJUSTMENTS)
        if self.own_due and self.due is not None:
            write_text(out / DUE, f"{self.due.isoformat()}\n")
            files.append(out / DUE)
        elif self.due_forgotten:
            (out / DUE).unlink(missing_ok=True)
        if self.floors:
            files.append(floor.write(out, self.floors))
        return files

    def _versioned(self, name: str, result: Result | None) -> Marked:
        """Marks with the version that they were given for: the present one, where none is noted."""
        marked = self.marks[name]
        if marked.version or result is None:
            return marked
        return replace(marked, version=result.version)


def _toml(lab: Lab) -> str:
    """The file of the course that says it: the lab itself may be a built copy."""
    return f"{lab.name}/lab.toml"


def _marks_by(names: Names, told: Mapping[str, Marked]) -> dict[str, Marked]:
    """Marks by submission, by whatever it was called. Raises MarksError for two rows of one."""
    found: dict[str, Marked] = {}
    for name, marked in told.items():
        if names.of(name) in found:
            raise MarksError(f"{names.of(name)} has two rows of marks, one as {name}: keep one.")
        found[names.of(name)] = marked
    return found


def _changes_by(names: Names, told: Adjustments, file: str) -> dict[str, tuple[Change, ...]]:
    """Adjustments by submission, likewise; two rows of one need two questions or two reasons."""
    found: dict[str, tuple[Change, ...]] = {}
    for name, changes in told.items():
        own = names.of(name)
        for change in changes:
            where = f"{file}: the row of {name} ({own}) in {change.question}"
            found[own] = adjustments.joined(found.get(own, ()), change, where)
    return found


def _over(result: Result, lab: Lab) -> Iterator[str]:
    """Where adjustments lead above all points of a question, or of the whole."""
    given = {change.question for change in result.changes if change.points > 0}
    points = {question.name: question.points for question in lab.written}
    have = {q.name: (result.score(q), q.possible) for q in result.counted}
    have |= {name: (result.mark(name), points[name]) for name in result.marks if name in points}
    bonus = sum(question.possible for question in result.counted if question.bonus)
    have[TOTAL] = result.total, result.possible(lab) + bonus
    for name, (score, possible) in have.items():
        if name in given and score > possible + 1e-9:
            yield f"{result.submission} ({name}: {score:g} of {possible:g})"


def _some(what: str, found: Sequence[str], most: int = 20) -> list[str]:
    """A sentence about several, if there are any."""
    if not found:
        return []
    rest = f"; and {len(found) - most} more" if len(found) > most else ""
    return [f"{what}: {'; '.join(found[:most])}{rest}."]
