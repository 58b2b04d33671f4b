"""`--resume` where nothing has changed opens nothing, and notices whatever has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.base.errors import LabkitError
from labkit.classroom import grade
from labkit.classroom.grade import GradedClass, Options, grade_to
from labkit.lab.bundle import Bundle
from tests.classroom import mini

RESUME = Options(jobs=1, resume=True)


class Class:
    """A graded class; `again` tells whether the next run opened it."""

    def __init__(self, root: Path, bundle: Bundle, hand_ins: Path) -> None:
        self.root, self.bundle, self.hand_ins = root, bundle, hand_ins
        self.out = hand_ins / "out"  # where results lie among submissions, too
        self.opened: list[Path] = []
        self.first = self.run(Options(jobs=1))

    def run(self, options: Options = RESUME) -> GradedClass:
        return grade_to(self.bundle, self.hand_ins, self.out, options)

    def again(self, options: Options = RESUME) -> bool:
        before = len(self.opened)
        self.run(options)
        return len(self.opened) > before


@pytest.fixture
def graded(
    tmp_path: Path, bundle: Bundle, hand_ins: Path, monkeypatch: pytest.MonkeyPatch
) -> Class:
    opened: list[Path] = []
    open_all = grade.open_submissions

    def noted(source: Path, *rest: object, **more: object) -> object:
        opened.append(source)
        return open_all(source, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(grade, "open_submissions", noted)
    found = Class(tmp_path, bundle, hand_ins)
    found.opened = opened
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_tells_the_same_and_leaves_all_as_it_was(
    graded: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    graded.first.show()
    first, before = capsys.readouterr().out, contents(graded.out)
    again = graded.run()
    told = capsys.readouterr()
    assert told.err == "Nothing has changed since the last run.\n"
    again.show()
    assert capsys.readouterr().out == first
    assert len(graded.opened) == 1
    assert contents(graded.out) == before


def _same_size(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


CHANGES: dict[str, Callable[[Class], object]] = {
    "new work": lambda c: mini.hand_in(c.hand_ins / "ben.zip", c.bundle),
    "as long as before": lambda c: _same_size(c.hand_ins / "cem.zip"),
    "another person": lambda c: mini.hand_in(c.hand_ins / "dia.zip", c.bundle),
    "an empty folder": lambda c: (c.hand_ins / "eva").mkdir(),
    "somebody gone": lambda c: (c.hand_ins / "ben.zip").unlink(),
    "another name": lambda c: (c.hand_ins / "dia.zip").rename(c.hand_ins / "dora.zip"),
    "a mark": lambda c: (c.out / "marks.csv").write_text("submission,why\nada,7\n", "utf-8"),
    "an edited page": lambda c: (c.out / "feedback" / "ada.html").write_text("?", "utf-8"),
    "a lost result": lambda c: (c.out / "results" / "ada.json").unlink(),
    "a lost report": lambda c: (c.out / "report.html").unlink(),
    "a lost mark of it": lambda c: (c.out / ".labkit.unchanged.json").write_text("[", "utf-8"),
    "the lab": lambda c: (c.bundle.lab.folder / "lab.toml").touch(),
}


@pytest.mark.slow
def test_what_has_changed_is_noticed_once(graded: Class) -> None:
    assert not graded.again()
    for name, change in CHANGES.items():
        change(graded)
        assert graded.again(), name
        assert not graded.again(), name


@pytest.mark.slow
def test_other_options_count(graded: Class, tmp_path: Path) -> None:
    table = tmp_path / "m.csv"
    table.write_text("submission,why\nada,7\n", encoding="utf-8")
    given = replace(RESUME, manual=table)
    assert graded.again(given)
    assert not graded.again(given)
    table.write_text("submission,why\nada,8\n", encoding="utf-8")
    assert graded.again(given)
    assert graded.run(given).results[0].marks == {"why": 8.0}
    assert graded.again(replace(RESUME, due="2020-01-01"))
    assert graded.again(replace(RESUME, anonymous=True))
    assert not graded.again(replace(RESUME, anonymous=True, jobs=2))


@pytest.mark.slow
def test_a_run_without_resume_grades_all(graded: Class) -> None:
    assert graded.again(Options(jobs=1))
    assert graded.again(replace(RESUME, only=("ada",)))


def test_what_is_not_there_ends_in_the_usual_sentence(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(LabkitError, match="nowhere does not exist"):
        grade_to(bundle, tmp_path / "nowhere", tmp_path / "out", RESUME)


@pytest.mark.slow
def test_what_the_grader_itself_failed_on_is_tried_again(
    graded: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("labkit.judging.grader.Grader.grade", lambda *_, **__: 1 / 0)
        found = graded.run(Options(jobs=1))
    assert any(result.status.startswith("failed") for result in found.results)
    assert graded.again()
    assert not graded.again()
