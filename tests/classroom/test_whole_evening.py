"""Two evenings with one class, by the commands that an instructor types."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from labkit.base import paths
from labkit.cli import main
from labkit.lab import stubs
from labkit.lab.lab import Lab
from tests import sample_class
from tests.packing import lay
from tests.processes import LINUX
from tests.sample_class import FULL, NOTHING, UNREADABLE, Sample

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not LINUX, reason="kills a process group")]

NAME = "lab7_evening"
CASE = '''

def hidden_relu__share(check, np):
    """Much of a wave is kept."""
    least = check.threshold("share_kept")
    wave = np.linspace(-1.0, 1.0, 101)

    def judge(H):
        return None if np.mean(H > 0) >= least else "Too little of the wave is kept"

    check.outcome("relu", wave, judge=judge)
'''
THRESHOLD, LOWER = "share_kept = 0.45", "share_kept = 0.2"
LATE = """
[late]
grace_minutes = 30
percent_a_day = 10

[late.extensions]
"CHEN@x.org" = 2027-03-04
"""
DUE = "due = 2027-03-01T23:59:00+00:00\n"


def people(lab: Lab) -> list[Sample]:
    """The sample class, and one whose relu keeps too little for the first threshold."""
    weak = "def relu(z):\n    return np.where(np.asarray(z) > 0.5, z, 0.0)"
    files = sample_class.replaced(lab, stubs.solution_package(lab), "relu", weak)
    return [*sample_class.samples(lab), Sample("umar_said", files, "relu", "folder")]


def export(folder: Path, samples: list[Sample], late: dict[str, int]) -> dict[str, str]:
    """Gradescope's export of a class; gives the submission of each."""
    about, names = [], {}
    for number, sample in enumerate(samples, 1):
        names[sample.name] = f"submission_{number}"
        place = folder / names[sample.name]
        if sample.packed == "cut":
            lay(place, {"work.zip": sample.zipped()})
        else:
            lay(place, sample.files)
        first, _, last = sample.name.partition("_")
        day = 1 + late.get(sample.name, 0)
        about.append(
            f"{names[sample.name]}:\n  :submitters:\n  - :name: {last.title()} {first.title()}\n"
            f"    :sid: '{100 + number}'\n    :email: {first}@x.org\n"
            f"  :created_at: 2027-03-{day:02} 10:00:00.000000000 Z\n"
        )
    lay(folder, {"submission_metadata.yml": "".join(about)})
    return names


def own_lab(here: Path) -> Path:
    """The first lab as an instructor's own, with short limits and one more case; its lab.toml."""
    folder = here / "assignments" / NAME
    shutil.copytree(paths.ASSIGNMENTS / "lab1_forward", folder)
    cases = folder / "cases" / "activations.py"
    cases.write_text(cases.read_text("utf-8") + CASE, encoding="utf-8")
    toml = folder / "lab.toml"
    edit(toml, "call_seconds = 10", "call_seconds = 3")
    edit(toml, "[thresholds]\n", f"[thresholds]\n{THRESHOLD}\n")
    edit(toml, "[functions]", f"{DUE}\n[functions]")
    toml.write_text(toml.read_text("utf-8") + LATE, encoding="utf-8")
    return toml


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def labkit(*arguments: str) -> str:
    ran = CliRunner().invoke(main, [*arguments, "--jobs", "2"])
    assert ran.exit_code == 0, ran.output
    return " ".join(ran.output.split())


def killed_when(command: list[str], begun: Callable[[], bool]) -> None:
    """Run a command and kill it and all that it started as soon as something is there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "labkit", *command],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not begun():
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Evening:
    """What lies in OUT."""

    def __init__(self, out: Path, names: dict[str, str]) -> None:
        self.out, self.names = out, names

    def rows(self) -> dict[str, dict[str, str]]:
        text = (self.out / "grades.csv").read_text("utf-8-sig")
        found = {row["submission"]: row for row in csv.DictReader(text.splitlines())}
        return {name: found[submission] for name, submission in self.names.items()}

    def page(self, name: str) -> str:
        return (self.out / "feedback" / f"{self.names[name]}.html").read_text("utf-8")

    def report(self) -> str:
        return (self.out / "report.html").read_text("utf-8")


def points(row: dict[str, str], questions: Iterable[str]) -> float:
    return sum(float(row[name]) for name in questions)


def test_two_evenings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    toml = own_lab(tmp_path)
    lab = Lab.load(toml.parent)
    samples = people(lab)
    late = {"ito_sakura": 2, "chen_yu": 2}  # the second has an extension
    evening = Evening(tmp_path / "out", export(tmp_path / "in", samples, late))
    ids = evening.names
    lay(tmp_path, {
        "m.csv": f"submission,why_xor,why_xor comment\n{ids['abara_ngozi']},4,Well put\n",
        "a.csv": "submission,question,points,reason\n"
        f"{ids['egger_lea']},total,3,showed it in class\n",
    })  # fmt: skip

    # The first evening: the run is killed, and goes on.
    command = ["grade", "lab7", "in", "--out", "out"]
    killed_when([*command, "--jobs", "2"], lambda: len([*evening.out.glob("results/*.json")]) > 2)
    kept = {path: path.stat().st_mtime_ns for path in evening.out.glob("results/*.json")}
    assert not (evening.out / "grades.csv").exists()
    told = labkit(*command, "--resume", "--manual", "m.csv", "--adjust", "a.csv")
    assert "11 of 12" in told
    assert sum(path.stat().st_mtime_ns == at for path, at in kept.items()) >= 1
    first = evening.rows()
    for sample in samples:
        row = first[sample.name]
        if sample.earns == UNREADABLE:
            assert row["status"].startswith("unreadable") and row["percent"] == ""
            continue
        lost = {name for name, most in lab.questions.items() if float(row[name]) < most}
        wanted = {FULL: set(), NOTHING: set(lab.questions)}.get(sample.earns, sample.loses)
        assert lost - lab.bonus == wanted - lab.bonus, sample.name
    assert first["abara_ngozi"]["why_xor"] == "4" and first["abara_ngozi"]["total"] == "104"
    assert "Well put" in evening.page("abara_ngozi")
    lea = first["egger_lea"]
    assert float(lea["total"]) == pytest.approx(points(lea, lab.questions) + 3)
    assert "showed it in class" in evening.page("egger_lea")
    # 1 day 10 hours late, of which half an hour is free: two days begun.
    assert first["ito_sakura"]["total"] == "80" and first["chen_yu"]["total"] == "100"
    assert "1 day 10 hours late" in evening.page("ito_sakura")
    assert "late" in evening.report()

    # The second: one has handed in anew, a question is taken out, a threshold is lower.
    hoang = next(sample for sample in samples if sample.name == "hoang_minh")
    assert float(first["hoang_minh"]["relu"]) < 8 and hoang.loses == {"relu"}
    lay(tmp_path / "in" / ids["hoang_minh"], sample_class.right(lab))
    edit(toml, THRESHOLD, LOWER)
    toml.write_text(toml.read_text("utf-8") + '\n[exclude]\nxor_params = "out"\n', "utf-8")
    told = labkit("regrade", "lab7", "in", "--out", "out")
    assert "2 of 12 changed" in told
    text = (evening.out / "changes.csv").read_text("utf-8-sig")
    changes = list(csv.DictReader(text.splitlines()))
    reasons = {(one["submission"], one["question"], one["reason"]) for one in changes}
    lab_changed = "points, limits, thresholds or known mistakes of the lab changed"
    assert reasons == {
        (ids["hoang_minh"], "relu", f"the submission changed, {lab_changed}"),
        (ids["umar_said"], "relu", lab_changed),
    }
    second = evening.rows()
    counted = lab.questions.keys() - {"xor_params"}
    for name, row in second.items():
        if row["status"] != "graded":
            assert (row["status"], row["percent"]) == (first[name]["status"], "")
            continue
        gained = sum(
            float(one["new"]) - float(one["old"])
            for one in changes
            if one["submission"] == ids[name]
        )
        assert row["xor_params"] == ""
        assert points(row, counted) == pytest.approx(points(first[name], counted) + gained), name
        assert float(row["possible"]) == float(first[name]["possible"]) - 8, name
    assert second["umar_said"]["relu"] != first["umar_said"]["relu"]
    assert "Much of a wave is kept." in evening.page("umar_said")
    assert "Graded again" in evening.page("umar_said")
    assert "Graded again" not in evening.page("abara_ngozi")
    assert "taken out" in evening.page("abara_ngozi")
    assert second["abara_ngozi"]["total"] == "96"  # 92 of 92 and the mark
    assert second["hoang_minh"]["total"] == "92"
    assert "showed it in class" in evening.page("egger_lea")
    (history,) = (evening.out / "history").iterdir()
    old = json.loads((history / "results" / f"{ids['umar_said']}.json").read_text("utf-8"))
    assert old["score"] == pytest.approx(float(first["umar_said"]["total"]))

    # And again: nothing has changed, so nobody's row does.
    assert "0 of 12 changed" in labkit("regrade", "lab7", "in", "--out", "out")
    assert evening.rows() == second
    labkit(*command, "--resume")
    assert evening.rows() == second
