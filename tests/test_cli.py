"""The commands as people type them: help, errors, exit codes, colours, and a Gradescope export."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from labkit import cli
from labkit.base.errors import CheckFailedError
from labkit.building import build, proof
from labkit.building.build import built
from labkit.classroom.marks import POSSIBLE
from labkit.lab import stubs
from labkit.lab.course import available, find
from labkit.sandbox import Limits
from tests import sample_class
from tests.classroom import mini
from tests.packing import zipped
from tests.schema import check_gradescope

COMMANDS = ["build", "site", "check", "grade", "regrade", "gradebook", "moodle", "audit", "new"]
LAB = find("lab1")
RIGHT = sample_class.right(LAB)
WRONG = sample_class.wrong(LAB, "sigmoid")


def labkit(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def handed_in(folder: Path, **packages: dict[str, str]) -> Path:
    """A folder with one folder a submission."""
    for name, files in packages.items():
        for path, text in files.items():
            place = folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
    return folder


def in_terminal(*arguments: object, **environment: str) -> tuple[int, str]:
    """Exit code and screen of `labkit …` in a terminal of 80 columns."""
    keeper, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "labkit", *map(str, arguments)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "80"} | environment,
    )
    os.close(terminal)
    screen = b""
    while True:
        ready, _, _ = select.select([keeper], [], [], 120)
        try:
            data = os.read(keeper, 65536) if ready else b""
        except OSError:  # the terminal's last user has gone
            break
        if not data:
            break
        screen += data
    os.close(keeper)
    return process.wait(), screen.decode()


def shown(screen: str) -> list[str]:
    """Lines of a screen as they are seen, also those that others took the place of."""
    return re.split(r"[\r\n]+", re.sub(r"\033\[[\d;?]*[a-zA-Z]", "", screen))


# ---------------------------------------------------------------- help


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)], ids=str)
@pytest.mark.parametrize("switch", ["--help", "-h"])
def test_help_is_everywhere_and_fits_80_columns(command: list[str], switch: str) -> None:
    found = labkit(*command, switch)
    assert found.exit_code == 0
    assert max(map(len, found.output.splitlines())) <= 80
    text = re.sub(r"\b[A-Z]+\]?\.\.\.", "", found.output)
    assert "..." not in text  # nothing is cut short


def test_the_commands_stand_in_the_order_of_use() -> None:
    listed = labkit("--help").output.partition("Commands:")[2]
    assert re.findall(r"^  (\w+) ", listed, re.MULTILINE) == COMMANDS
    assert labkit("--version").output.startswith("labkit, version ")


# ---------------------------------------------------------------- errors


ERRORS = [
    (["frobnicate"], "No such command"),
    (["build", "lab99"], "There is no lab 'lab99'; choose one of lab1"),
    (["build", "lab1", "--out", "file.txt"], "is a file"),
    (["build", "lab1", "--out", "file.txt/dist"], "cannot be written"),
    (["check", "lab99"], "There is no lab"),
    (["check", "lab1", "--path", "nowhere"], "does not exist"),
    (["grade"], "Missing argument 'LAB'"),
    (["grade", "lab1", "class"], "Missing option '--out'"),
    (["grade", "lab99", "class", "--out", "out"], "There is no lab"),
    (["grade", "lab1", "nowhere", "--out", "out"], "does not exist"),
    (["grade", "lab1", "empty", "--out", "out"], "holds no submissions"),
    (["grade", "lab1", "cut.zip", "--out", "out"], "cut off or damaged"),
    (["grade", "lab1", "text.zip", "--out", "out"], "is no zip archive"),
    (["grade", "lab1", "file.txt", "--out", "out"], "must be a folder or a zip of the class, or"),
    (["grade", "lab1", "class", "--out", "file.txt/out"], "name another folder"),
    (["grade", "lab1", "class", "--out", "class/kim/out"], "lies in kim/, a submission of class"),
    (["grade", "lab1", "class", "--out", "out", "--jobs", "0"], "not in the range"),
    (
        ["grade", "lab1", "class", "--out", "out", "--manual", "marks.csv"],
        "start from the template",
    ),
    (["moodle", "lab1", "class", "nowhere.csv", "--out", "out"], "does not exist"),
    (["moodle", "lab1", "class", "marks.csv", "--out", "out"], "is no grading worksheet"),
    (["audit", "lab99"], "There is no lab"),
    (["audit", "lab1", "--seeds", "none"], "not a valid integer"),
    (["new", "Dropout"], "A lab is called like lab6_dropout"),
    (["new", "lab1_again"], "Lab 1 exists already"),
]


@pytest.mark.parametrize(
    ("arguments", "says"), ERRORS, ids=[" ".join(arguments) for arguments, _ in ERRORS]
)
def test_bad_usage_is_one_sentence_and_exit_2(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("", encoding="utf-8")
    (tmp_path / "marks.csv").write_text("name,why\n", encoding="utf-8")
    (tmp_path / "text.zip").write_text("hello", encoding="utf-8")
    (tmp_path / "cut.zip").write_bytes(zipped(RIGHT)[:-300])
    (tmp_path / "empty").mkdir()
    handed_in(tmp_path / "class", kim=RIGHT)
    found = labkit(*arguments)
    assert found.exit_code == 2, found.output
    assert says in " ".join(found.output.split())
    assert "Traceback" not in found.output
    assert found.output.count("Error:") == 1
    assert not (tmp_path / "out" / "grades.csv").exists()
    assert not (tmp_path / "class" / "kim" / "out").exists()


def test_a_failed_proof_is_exit_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(bundle: object) -> str:
        raise CheckFailedError("lab1_forward: the starter passes a case: sigmoid, “…”.")

    monkeypatch.setattr(proof, "prove", fails)
    found = labkit("build", "lab1", "--out", tmp_path / "dist")
    assert found.exit_code == 1
    assert found.output == "Error: lab1_forward: the starter passes a case: sigmoid, “…”.\n"
    assert not list((tmp_path / "dist").rglob("*.zip"))


def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(*_: object) -> list[Path]:
        raise OSError(28, "No space left on device", str(tmp_path / "student.zip"))

    monkeypatch.setattr("labkit.building.build.deliver", fails)
    found = labkit("build", "lab1", "--out", tmp_path)
    assert found.exit_code == 2
    assert found.output == f"Error: {tmp_path / 'student.zip'}: No space left on device.\n"


def test_control_c_says_what_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stopped(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(proof, "prove", stopped)
    found = labkit("build", "lab1", "--out", tmp_path)
    assert found.exit_code == 130 and "Stopped." in found.output


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_class_that_is_stopped_leaves_nothing_in_tmp(how: signal.Signals, tmp_path: Path) -> None:
    if signal.getsignal(how) == signal.SIG_IGN:
        pytest.skip("ignored in this session, so also by what it starts")
    endless = sample_class.endless(LAB, RIGHT, "sigmoid")
    source = handed_in(tmp_path / "class", kim=RIGHT, lou=endless, max=endless)
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "labkit", "grade", "lab1", str(source)]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--jobs", "2"],
        env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not (tmp_path / "out" / "results" / "kim.json").is_file():
        time.sleep(0.1)
    process.send_signal(how)
    _, said = process.communicate()
    assert process.returncode == 130 and "go on with --resume" in said, said
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == []


# ---------------------------------------------------------------- what the screen shows


def test_build_names_its_files_and_its_proof(tmp_path: Path) -> None:
    found = labkit("build", "lab1", "--out", tmp_path)
    assert found.exit_code == 0
    assert max(map(len, found.output.splitlines())) <= 80 + len(str(tmp_path))
    for name in ("student.zip", "autograder.zip", "gradescope.zip"):
        assert str(tmp_path / "lab1" / name) in found.output
        assert zipfile.is_zipfile(tmp_path / "lab1" / name)
    assert "lab1: solution 100 %, starter 0 %" in found.output


@pytest.mark.slow
def test_progress_is_silent_without_a_terminal(tmp_path: Path) -> None:
    source = handed_in(tmp_path / "class", kim=RIGHT, lou=WRONG)
    command = [sys.executable, "-m", "labkit", "grade", "lab1", str(source), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\033" not in done.stdout
    assert "2 of 2 graded; median 96 %" in done.stdout


@pytest.mark.slow
def test_a_terminal_shows_progress_and_colours(tmp_path: Path) -> None:
    source = handed_in(tmp_path / "class", kim=RIGHT, lou=WRONG)
    code, screen = in_terminal("grade", "lab1", source, "--out", tmp_path)
    assert code == 0
    assert "grading lab1" in screen
    assert "\033[1m" in screen


@pytest.mark.parametrize(
    "colour",
    [True, pytest.param(False, marks=pytest.mark.slow)],
    ids=["colour", "NO_COLOR"],
)
def test_check_shows_hints_and_keeps_to_no_color(colour: bool, tmp_path: Path) -> None:
    handed_in(tmp_path, work=WRONG)
    environment = {} if colour else {"NO_COLOR": "1"}
    path = tmp_path / "work"
    code, screen = in_terminal("check", "lab1", "sigmoid", "tanh", "--path", path, **environment)
    assert code == 1
    assert ("\033[31m✗" in screen) is colour and ("\033[32m✓" in screen) is colour
    assert "The curve is mirrored: this is σ(−z)." in screen
    assert screen.count("Put in z = 0, then z = 10") == 1  # a hint is said once
    assert "4 points are decided by checks you cannot see" not in screen
    assert max(map(len, shown(screen))) <= 80


def test_check_says_the_same_once_and_breaks_lines_between_words(tmp_path: Path) -> None:
    handed_in(tmp_path, work=stubs.stub_package(LAB))
    code, screen = in_terminal("check", "lab1", "--path", tmp_path / "work", NO_COLOR="1")
    lines = shown(screen)
    assert code == 1
    assert max(map(len, lines)) <= 80
    for name in LAB.questions:
        said = [line for line in lines if line.endswith(f"`{name}` is not written yet.")]
        assert len(said) == (name not in LAB.bonus)


def test_an_error_in_a_terminal_breaks_between_words() -> None:
    code, screen = in_terminal("build", "nonsense")
    assert code == 2
    assert max(map(len, screen.replace("\r", "").split("\n"))) <= 80
    whole = labkit("build", "nonsense").stderr.strip()
    assert " ".join(screen.split()) == whole  # elsewhere it stays one line


def test_check_passes_on_right_work_and_stops_on_bad_names(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    handed_in(tmp_path, work=RIGHT, empty={"readme.txt": ""})
    for arguments, code, says in (
        (["relu", "--path", tmp_path / "work"], 0, "All public checks pass"),
        (["softmax", "--path", tmp_path / "work"], 2, "No question 'softmax'"),
        (["--path", tmp_path / "empty"], 2, "name the one that holds it with --path."),
    ):
        found = labkit("check", "lab1", *arguments)
        assert found.exit_code == code
        # Lines are broken where the terminal ends, and how long a path is decides where.
        assert says in " ".join("".join(capfd.readouterr()).split())


# ---------------------------------------------------------------- a Gradescope export


METADATA = """\
---
submission_11:
  :submitters:
  - :name: "Ren\\xE9e O'Hara"
    :sid: '0012'
    :email: renee@example.invalid
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-11-08 17:33:17.000000000 Z
  :score: 10.0
submission_12:
  :submitters:
  - :name: Kim
    :email: kim@example.invalid
  - :name: Lou
    :email: lou@example.invalid
submission_13:
  :submitters:
  - :name: Gone
"""


def test_a_gradescope_export_is_graded_with_its_people(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"assignment_7_export/submission_11/lab1/{path}": text for path, text in RIGHT.items()
    }
    files["assignment_7_export/submission_12/lab1.zip"] = zipped(WRONG)
    files["assignment_7_export/submission_metadata.yml"] = METADATA
    (tmp_path / "export.zip").write_bytes(zipped(files))
    found = labkit("grade", "lab1", tmp_path / "export.zip", "--out", tmp_path, "--jobs", 1)
    assert found.exit_code == 0, found.output
    rows = list(csv.DictReader((tmp_path / "grades.csv").open(encoding="utf-8-sig")))
    assert [(row["submission"], row["total"], row["status"]) for row in rows[:2]] == [
        ("submission_11", "100", "graded"),
        ("submission_12", "92", "graded"),
    ]
    assert rows[2]["submission"] == "submission_13" and "no files of it" in rows[2]["status"]
    read = json.loads((tmp_path / "results" / "submission_12.json").read_text("utf-8"))
    check_gradescope(read)
    platform = read["extra_data"]["labkit"]["platform"]
    assert platform["kind"] == "gradescope"
    assert [user["name"] for user in platform["users"]] == ["Kim", "Lou"]
    page = (tmp_path / "feedback" / "submission_11.html").read_text("utf-8")
    assert "Renée O&#39;Hara" in page or "Renée O'Hara" in page
    assert POSSIBLE in (tmp_path / "marks-template.csv").read_text("utf-8-sig")


def test_every_lab_ends_well_within_gradescopes_ten_minutes() -> None:
    """On half a CPU, where a submission that never ends is stopped by its own limits."""
    for lab in available():
        limits = lab.limits
        at_most = 2 * limits.total_seconds + Limits().wall(limits.call_seconds)
        assert at_most <= 480, f"{lab.name}: lower [limits] total_seconds"


@pytest.mark.parametrize("command", ["grade", "regrade", "moodle", "audit", "site", "check"])
def test_nobody_is_graded_by_cases_that_the_build_would_refuse(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini.source(tmp_path, cases=re.sub(r'check.values\("relu".*', "assert check", mini.CASES))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class").mkdir()
    (tmp_path / "sheet.csv").touch()
    more = {
        "grade": ["class", "--out", "out"],
        "regrade": ["class", "--out", "out"],
        "moodle": ["class", "sheet.csv", "--out", "out"],
        "site": ["--out", "out"],
    }
    done = labkit(command, "lab9", *more.get(command, []))
    assert done.exit_code == 1, done.output
    assert "lab9_mini: the starter passes a case: relu, “A small table.”" in done.output


def test_the_bundle_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(find("lab1")).root

    def builds(*_: object, **__: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(build, "_build", builds)
    assert built(find("lab1_forward")).root == first
