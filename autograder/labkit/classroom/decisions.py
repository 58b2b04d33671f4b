"""What an instructor decided about a class: kept in OUT, applied at every run, never lost.

`marks.csv`, `adjustments.csv` and `due.txt` lie beside grades.csv as files that people can read and
edit. What a run is given (`--manual`, `--adjust`) is merged into them, or takes their place
(`--due`); lab.toml adds excluded questions and the rules about lateness. None of this needs a
submission to be graded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from labkit.base.files import write_text
from labkit.classroom import adjustments, lateness, marks
from labkit.classroom.adjustments import Adjustments
from labkit.classroom.marks import Marked
from labkit.judging.person import who
from labkit.judging.result import GRADED, Result
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

    @classmethod
    def of(
        cls, lab: Lab, out: Path, *, manual: Path | None, adjust: Path | None, due: str = ""
    ) -> Decisions:
        """What OUT keeps, and what this run is given. Raises LabkitError for what does not fit."""
        points = {question.name: question.points for question in lab.written}
        names = (*lab.questions, *points)
        kept: dict[str, Marked] = {}
        if (out / MARKS).is_file() and points:
            kept = marks.read_marks(out / MARKS, points)
        given = marks.read_marks(manual, points) if manual is not None else {}
        changes: Adjustments = {}
        if (out / ADJUSTMENTS).is_file():
            changes = adjustments.read_adjustments(out / ADJUSTMENTS, names)
        if adjust is not None:
            told = adjustments.read_adjustments(adjust, names)
            changes = adjustments.merged(changes, told)
        where = "--due"
        if not due and (out / DUE).is_file():
            due, where = (out / DUE).read_text("utf-8", errors="replace").strip(), str(out / DUE)
        own = lateness.moment(due, where)
        lateness.check(lab.config.late, _toml(lab))
        return cls(
            lab=lab,
            marks=_merged(kept, given),
            adjustments=changes,
            due=own or lateness.moment(lab.config.due, f"{_toml(lab)}: due"),
            own_due=own is not None,
        )

    def applied(self, result: Result) -> Result:
        """A result with all that was decided about it."""
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
        if taken is not None and result.status == GRADED:
            result = replace(result, changes=(*changes, taken))
        return result

    def lateness(self, result: Result) -> lateness.Lateness:
        """How late a submission was."""
        due = lateness.due_of(result, self.due, self.lab.config.late, _toml(self.lab))
        return lateness.lateness(result, due)

    def remarks(self, results: Iterable[Result]) -> list[str]:
        """What an instructor must read about decisions, in sentences."""
        found = {result.submission: result for result in results}
        lines = []
        for name, decided in (("marks", self.marks), ("adjustments", self.adjustments)):
            if strangers := sorted(set(decided) - set(found)):
                lines.append(f"The {name} name {', '.join(strangers)}, who handed nothing in here.")
        lines += [
            f"{name} was marked for an earlier version: look whether the marks still hold."
            for name, result in found.items()
            if self._outdated(result)
        ]
        points = {question.name: question.points for question in self.lab.written}
        lines += marks.unmarked(self.marks, found, points)
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
        return bool(version) and version != result.provenance.get("version", version)

    def keep(self, out: Path, results: Iterable[Result]) -> list[Path]:
        """Write what is decided into OUT, whole or not at all; gives the files."""
        found = {result.submission: result for result in results}
        files = []
        if self.marks:
            rows = {name: self._versioned(name, found.get(name)) for name in self.marks}
            points = {question.name: question.points for question in self.lab.written}
            about = {name: who(found[name]) for name in self.marks if name in found}
            marks.write_marks(out / MARKS, rows, points, about)
            files.append(out / MARKS)
        if self.adjustments:
            adjustments.write_adjustments(out / ADJUSTMENTS, self.adjustments)
            files.append(out / ADJUSTMENTS)
        if self.own_due and self.due is not None:
            write_text(out / DUE, f"{self.due.isoformat()}\n")
            files.append(out / DUE)
        return files

    def _versioned(self, name: str, result: Result | None) -> Marked:
        """Marks with the version that they were given for: the present one, where none is noted."""
        marked = self.marks[name]
        if marked.version or result is None:
            return marked
        return replace(marked, version=result.provenance.get("version", ""))


def _toml(lab: Lab) -> str:
    """The file of the course that says it: the lab itself may be a built copy."""
    return f"{lab.name}/lab.toml"


def _merged(kept: Mapping[str, Marked], given: Mapping[str, Marked]) -> dict[str, Marked]:
    """Both together; where a mark is given anew, it counts, and for the present version."""
    found = dict(kept)
    for name, marked in given.items():
        before = kept.get(name, Marked())
        points = {**before.points, **marked.points}
        comments = {**before.comments, **marked.comments}
        same = points == before.points and comments == before.comments
        found[name] = Marked(points, comments, before.version if same else marked.version)
    return found
