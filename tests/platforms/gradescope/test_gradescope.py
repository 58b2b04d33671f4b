"""From a Gradescope upload to results.json: in a folder here, and (slow) in a clean root."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from labkit.base import paths
from labkit.building.build import built
from labkit.lab import stubs
from labkit.lab.course import find
from labkit.platforms import gradescope
from tests import clean_root, sample_class
from tests.adversarial import hosted
from tests.adversarial.arena import Arena, fill
from tests.adversarial.attacks import know
from tests.clean_root import CleanRoot
from tests.conftest import missing
from tests.grading import grade
from tests.intake.handed_in import tarred
from tests.packing import encoded, lay, zipped
from tests.sample_class import FULL, NOTHING, UNREADABLE
from tests.schema import check_gradescope

Files = Mapping[str, "str | bytes"]

LAB = find("lab1")
RIGHT = sample_class.right(LAB)
SAMPLES = {sample.name: sample for sample in sample_class.samples(LAB)}
UPLOAD = paths.GRADESCOPE_UPLOAD

ODD: dict[str, tuple[Files, float, str]] = {
    "nothing": ({}, 0, "holds no files"),
    "a broken zip": (
        {"work.zip": zipped(RIGHT)[:-200]},
        0,
        "work.zip is cut off or damaged",
    ),
    "a zip in a zip": (
        {"a.zip": zipped({"b.zip": zipped(RIGHT)})},
        100,
        "",
    ),
    "a folder too deep": (sample_class.nested(RIGHT, "lab/lab1 final"), 100, ""),
    "a notebook that is no JSON": ({**RIGHT, "lab1_forward.ipynb": "{oh no"}, 100, ""),
    "two notebooks": ({**RIGHT, "lab1_forward.ipynb": "{}", "copy.ipynb": "{}"}, 100, ""),
    "a notebook only": ({"lab1_forward.ipynb": "{}"}, 0, "no folder neuralnet/"),
    "modules without their folder": (
        {path.partition("/")[2]: text for path, text in RIGHT.items()},
        100,
        "lay outside a folder neuralnet/",
    ),
}
"""What students upload: files, points, and what the output must say."""


# ---------------------------------------------------------------- in a folder here


def lay_out(root: Path, files: Files) -> None:
    """A container's /autograder with a submission, the lab being built already."""
    shutil.copytree(built(LAB).root / "labs", root / "source" / "labs")
    for folder in ("submission", "results"):
        (root / folder).mkdir()
    lay(root / "submission", files)


def graded(root: Path, files: Files) -> dict[str, Any]:
    lay_out(root, files)
    gradescope.main(root)
    read: dict[str, Any] = json.loads((root / "results" / "results.json").read_text("utf-8"))
    check_gradescope(read)
    return read


@pytest.mark.parametrize("name", ["abara_ngozi", "larsen_ida", "dia_fatou"])
def test_a_submission_is_graded_to_the_letter(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    read = graded(tmp_path, sample.files)
    lost = {test["name"] for test in read["tests"] if test.get("status") == "failed"}
    if sample.earns in (FULL, NOTHING):
        assert read["score"] == (100 if sample.earns == FULL else 0)
    else:
        assert lost == sample.loses and 0 < read["score"] < 100
        assert all("✗" in test["output"] for test in read["tests"] if test["name"] in lost)
    assert [test["name"] for test in read["tests"]] == list(LAB.questions)


@pytest.mark.parametrize(
    "name", ["nothing", "a broken zip", "a notebook only", "a notebook that is no JSON"]
)
def test_odd_uploads_get_a_grade_or_a_sentence(name: str, tmp_path: Path) -> None:
    files, points, says = ODD[name]
    read = graded(tmp_path, files)
    assert read["score"] == points and says in read["output"]
    assert "submission/" not in read["output"]  # the container's folder is nothing to a student


def test_tests_and_results_are_closed_while_student_code_runs(tmp_path: Path) -> None:
    (tmp_path / "submission_metadata.json").write_text("{}", encoding="utf-8")
    graded(tmp_path, {})
    for name in ("source", "results", "submission_metadata.json"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, name


def test_a_grader_that_stops_leaves_a_result_without_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stops(*_: object) -> None:
        raise RuntimeError("the inside of the grader")

    monkeypatch.setattr(gradescope, "Grader", stops)
    read = graded(tmp_path, RIGHT)
    assert read["score"] == 0 and "Hand the same work in once more" in read["output"]
    assert "inside of the grader" not in json.dumps(read)
    assert "inside of the grader" in capsys.readouterr().err  # for the instructor


def test_what_the_container_could_not_read_is_no_broken_upload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", no_space)
    read = graded(tmp_path, {"work.tgz": tarred(encoded(RIGHT))})
    told = "Failed: The upload could not be read on the grader's machine (no space left on device)"
    assert read["output"].startswith(told)
    assert "hand it in again" not in read["output"]


def test_the_leaderboard_shows_what_a_case_measured(tmp_path: Path) -> None:
    """The student's own number, also where known mistakes are tried on the case afterwards."""
    source = "def forward(params, X, hidden='sigmoid'):\n    return [X, X, X, X[:10]]"
    half_as_sure = sample_class.replaced(LAB, RIGHT, "forward", source)
    lay_out(tmp_path, half_as_sure)
    lab = tmp_path / "source" / "labs" / LAB.name
    toml = (lab / "lab.toml").read_text(encoding="utf-8")
    (lab / "lab.toml").write_text(f'leaderboard = "test accuracy"\n{toml}', encoding="utf-8")
    cases = (lab / "tests" / "forward.py").read_text(encoding="utf-8")
    share = "float(np.mean(np.argmax(H[-1], axis=0) == y))"
    measuring = f"    def judge(H):\n        check.metric('test accuracy', {share})\n"
    assert cases.count("    def judge(H):\n        if len(H) != 4") == 1
    cases = cases.replace(
        "    def judge(H):\n        if len(H) != 4", f"{measuring}        if len(H) != 4"
    )
    (lab / "tests" / "forward.py").write_text(cases, encoding="utf-8")
    gradescope.main(tmp_path)
    read = json.loads((tmp_path / "results" / "results.json").read_text("utf-8"))
    check_gradescope(read)
    (entry,) = read["leaderboard"]
    assert entry["name"] == "test accuracy" and entry["order"] == "desc"
    assert 0 < entry["value"] < 0.3  # ten pixels tell little


METADATA = {
    "id": 987,
    "created_at": "2026-11-22T18:30:00.123456+01:00",
    "users": [{"email": "kim@example.org", "id": 5, "name": "Kim Example"}],
    "assignment": {"due_date": "2026-11-22T18:00:00.000000+01:00", "late_due_date": None},
}


def test_metadata_is_noted_in_the_result(tmp_path: Path) -> None:
    (tmp_path / "submission_metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
    read = graded(tmp_path, {})
    result = read["extra_data"]["labkit"]
    assert result["submission"] == "submission_987"
    assert result["platform"] == {
        "kind": "gradescope",
        "id": 987,
        "users": [{"name": "Kim Example", "email": "kim@example.org"}],
        "submitted": "2026-11-22T18:30:00.123456+01:00",
        "due": "2026-11-22T18:00:00+01:00",
        "late": True,
    }


@pytest.mark.parametrize(
    ("change", "late"),
    [
        ({"created_at": "2026-11-22T16:30:00Z"}, False),
        (
            {"users": [{"name": "Kim", "assignment": {"due_date": "2026-11-23T18:00:00+01:00"}}]},
            False,
        ),
        ({"assignment": {"due_date": None}}, None),
        ({"created_at": "yesterday"}, None),
        ({"created_at": "2026-11-22T18:30:00"}, None),
        ({"users": None}, True),
    ],
)
def test_late_is_told_only_where_it_is_known(
    change: dict[str, Any], late: bool | None, tmp_path: Path
) -> None:
    path = tmp_path / "metadata.json"
    path.write_text(json.dumps(METADATA | change), encoding="utf-8")
    found = gradescope.metadata(path)
    assert found.get("late") is late
    extended = found["due"] if found.get("due", "").startswith("2026-11-23") else None
    assert found.get("extension") == extended  # by which the lab's own date gives way


@pytest.mark.parametrize("text", ["", "[]", "null", '{"id": "x"}', '{"id": 1, "users": [1, null]}'])
def test_broken_metadata_costs_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "metadata.json"
    path.write_text(text, encoding="utf-8")
    assert gradescope.metadata(path)["kind"] == "gradescope"


# ---------------------------------------------------------------- what is uploaded


def test_the_upload_is_whole_and_what_it_pins_is_what_is_tested() -> None:
    with zipfile.ZipFile(built(LAB).root / "gradescope.zip") as archive:
        names = set(archive.namelist())
        modes = {i.filename: i.external_attr >> 16 & 0o777 for i in archive.infolist()}
    assert {"setup.sh", "run_autograder", "run_labkit.py", "grading.lock.txt"} <= names
    assert {
        f"labs/{LAB.name}/lab.toml",
        f"labs/{LAB.name}/tests/sigmoid.py",
        "labkit/_solutions/neuralnet/layers.py",
    } <= names
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    lock = (paths.PACKAGE.parents[1] / "requirements.lock").read_text(encoding="utf-8")
    tested = set(re.findall(r"^([\w.-]+==[^\s;]+)", lock, re.MULTILINE))
    for name in ("grading.lock.txt", "uv.lock.txt"):
        text = (UPLOAD / name).read_text(encoding="utf-8")
        pinned = set(re.findall(r"^([\w.-]+==[^\s;]+)", text, re.MULTILINE))
        assert pinned and pinned <= tested, f"{name}: run make lock"
        assert text.count("--hash=sha256:") >= len(pinned)


FAKE_PYTHON = """#!/bin/sh
case "$*" in
  *ensurepip*) exit 0 ;;
  *version_info*) exit {verdict} ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "${{0%/*}}/uv" "$3/bin/uv" ;;
  *__file__*) echo /nowhere ;;
esac
"""
FAKE_UV = """#!/bin/sh
echo "$*" >>{log}
case "$*" in
  *"python install"*) mkdir -p {home}/python/cpython-3.12.9-x/bin && cp {bin}/python3 \
    {home}/python/cpython-3.12.9-x/bin/python3.12 ;;
  *" venv "*) for venv; do :; done; mkdir -p "$venv/bin" && cp {bin}/python3 "$venv/bin/python" ;;
esac
"""


@pytest.mark.parametrize("fits", [True, False], ids=["python 3.11", "python 3.10"])
def test_setup_fetches_a_python_where_the_images_own_is_too_old(fits: bool, tmp_path: Path) -> None:
    home, fakes, log = tmp_path / "autograder", tmp_path / "bin", tmp_path / "uv.log"
    (home / "source" / "labkit").mkdir(parents=True)
    fakes.mkdir()
    shutil.copy(UPLOAD / "setup.sh", home / "source")
    commands = {
        "python3": FAKE_PYTHON.format(verdict=int(not fits)),
        "uv": FAKE_UV.format(log=log, home=home, bin=fakes),
        "apt-get": "#!/bin/sh\nexit 1\n",
    }
    for name, text in commands.items():
        (fakes / name).write_text(text, encoding="utf-8")
        (fakes / name).chmod(0o755)
    done = subprocess.run(
        ["bash", str(home / "source" / "setup.sh")],
        env={"PATH": f"{fakes}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = log.read_text(encoding="utf-8")
    fetched = home / "python" / "cpython-3.12.9-x" / "bin" / "python3.12"
    assert (
        f"venv --clear --no-python-downloads --python {fakes / 'python3' if fits else fetched}"
        in said
    )
    assert ("python install" in said) is not fits
    assert f"--require-hashes --python {home}/venv/bin/python" in said
    assert (home / "source").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("apt-get", "installing python3-venv with apt"),
        ("pip", "installing uv with pip"),
        ("python install", "fetching a Python from 3.11 to 3.14"),
        ("sync", "installing the locked packages with uv"),
        ("--try", "grading the reference"),
    ],
)
def test_an_image_that_cannot_be_made_says_where_it_stopped(
    broken: str, says: str, tmp_path: Path
) -> None:
    home, fakes = tmp_path / "autograder", tmp_path / "bin"
    (home / "source" / "labkit").mkdir(parents=True)
    fakes.mkdir()
    shutil.copy(UPLOAD / "setup.sh", home / "source")
    stop = f'case " $* " in *" {broken} "*) exit 3 ;; esac\n'
    verdict = int(broken == "python install")
    python = FAKE_PYTHON.format(verdict=verdict).replace(
        "exit 0", f"exit {int(broken == 'apt-get')}"
    )
    uv = FAKE_UV.format(log=tmp_path / "uv.log", home=home, bin=fakes)
    commands = {
        "python3": python.replace("#!/bin/sh\n", f"#!/bin/sh\n{stop}"),
        "uv": uv.replace("#!/bin/sh\n", f"#!/bin/sh\n{stop}"),
        "apt-get": "#!/bin/sh\nexit 100\n",
    }
    for name, text in commands.items():
        (fakes / name).write_text(text, encoding="utf-8")
        (fakes / name).chmod(0o755)
    done = subprocess.run(
        ["bash", str(home / "source" / "setup.sh")],
        env={"PATH": f"{fakes}:/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"This image cannot grade: setup.sh stopped while {says}." in done.stderr, done.stderr
    assert not list(tmp_path.glob("tmp.*"))


def test_the_version_that_setup_takes_is_one_that_the_kit_runs_on() -> None:
    text = (UPLOAD / "setup.sh").read_text(encoding="utf-8")
    project = (paths.PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.11"' in project and "(3, 11) <= sys.version_info" in text


# ---------------------------------------------------------------- in a clean root


@pytest.fixture(scope="module")
def root() -> Iterator[CleanRoot]:
    """A clean root in which lab 1's upload is installed."""
    try:
        with CleanRoot.make() as made:
            installed = made.install(built(LAB).root / "gradescope.zip")
            assert installed.ran.code == 0, installed.ran.output[-3000:]
            assert installed.megabytes < 400
            assert "the reference gets 100 of 100" in installed.ran.output
            yield made
    except clean_root.CleanRootError as error:
        missing(str(error))


def in_root(root: CleanRoot, files: Files) -> dict[str, Any]:
    found = root.grade({path: content for path, content in files.items()})
    assert found.ran.code == 0 and found.results is not None, found.ran.output[-3000:]
    check_gradescope(found.results)
    return found.results


@pytest.mark.exhaustive
def test_a_clean_root_gives_the_same_points(root: CleanRoot, tmp_path: Path) -> None:
    written = sample_class.write(LAB, tmp_path / "submissions", sample_class.EMPTY_NOTEBOOK)
    here = grade(built(LAB), tmp_path / "submissions", tmp_path)
    compared = 0
    for result in here:
        sample = written[result.submission]
        if sample.earns == UNREADABLE or result.submission == "gupta_ravi":
            continue
        read = in_root(root, sample.files)
        scores = {test["name"]: test["score"] for test in read["tests"]}
        assert scores == {q.name: q.score for q in result.questions}, result.submission
        compared += 1
    assert compared > 10


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", list(ODD))
def test_odd_uploads_in_a_clean_root(name: str, root: CleanRoot) -> None:
    files, points, says = ODD[name]
    read = in_root(root, files)
    assert read["score"] == points and says in read["output"]


SPY = """

def sigmoid(z):
    import os
    from pathlib import Path
    seen = [f"uid {os.getuid()}"] if os.getuid() == 0 else []
    for name in (
        "/autograder/source/labs/lab1_forward/tests/sigmoid.py",
        "/autograder/source/labkit/_solutions/neuralnet/activations.py",
        "/autograder/source/labs/lab1_forward/mistakes/activations.py",
        "/autograder/results/results.json",
        "/autograder/submission_metadata.json",
    ):
        try:
            seen.append(f"read {name}: {len(Path(name).read_bytes())} bytes")
        except OSError:
            pass
    for name in (
        "/autograder/source",
        "/autograder/results",
        "/autograder/source/labs/lab1_forward/tests",
    ):
        try:
            seen.append(f"listed {name}: {os.listdir(name)}")
        except OSError:
            pass
    for name in ("/autograder/results/results.json", "/autograder/x", "/tmp/x", "/x"):
        try:
            Path(name).write_text('{"score": 100}')
            seen.append(f"wrote {name}")
        except OSError:
            pass
    raise RuntimeError("the spy saw: " + (", ".join(seen) or "nothing"))
"""


@pytest.mark.exhaustive
def test_student_code_sees_neither_tests_nor_results(root: CleanRoot) -> None:
    path = "neuralnet/activations.py"
    read = in_root(root, {**RIGHT, path: RIGHT[path] + SPY})
    (sigmoid,) = (test for test in read["tests"] if test["name"] == "sigmoid")
    assert "the spy saw: nothing" in sigmoid["output"], sigmoid["output"]
    assert sigmoid["score"] == 0 and read["score"] < 100


@pytest.fixture
def traps(root: CleanRoot) -> Iterator[Arena]:
    """Traps for attacks that get out, where student code could reach them."""
    with Arena(root.root / "traps") as place:
        about = {
            **{"REPO": "/autograder/source", "BUNDLE": "/autograder/source", "WORK": "/tmp"},
            **{"CLASS": "/autograder/submission", "OUT": "/autograder/results"},
            **{"MARK": "/traps/mark", "TOKEN": place.token, "SECRET": f"secret-{place.token}"},
            "PORT": str(place.port),
        }
        know(about)
        settings = root.home / "source" / "labs" / LAB.name / "lab.toml"
        text = settings.read_text("utf-8")
        # A submission that holds many attacks has the time of as many.
        settings.write_text(text.replace("total_seconds = 120", "total_seconds = 1200"))
        try:
            yield place
        finally:
            settings.write_text(text)


@pytest.mark.exhaustive
@pytest.mark.parametrize("group", range(len(hosted.groups())))
def test_attacks_earn_and_leak_nothing(group: int, root: CleanRoot, traps: Arena) -> None:
    files, by_question = hosted.submission(hosted.groups()[group])
    laid = {path: fill(content) for path, content in files.items()}
    found = root.grade(laid, seconds=4 * clean_root.SECONDS)
    assert found.ran.code == 0 and found.results is not None, found.ran.output[-3000:]
    check_gradescope(found.results)
    points = {test["name"]: test["score"] for test in found.results["tests"]}
    earned = {by_question[name].name: points[name] for name in by_question if points[name]}
    assert earned == {}
    assert points[hosted.CONTROL] == 14
    shown = json.dumps(found.results)
    for line in stubs.solution_lines(LAB):
        assert json.dumps(line)[1:-1] not in shown
    assert "Traceback" not in shown
    assert traps.marks() == []
    assert not list((root.root / "tmp").iterdir())
    for folder in ("tmp", "var/tmp", "dev/shm", "run", "autograder"):
        assert not list((root.root / folder).rglob(f"*{traps.token}*"))


@pytest.mark.exhaustive
def test_memory_hogs_leave_a_grade(root: CleanRoot) -> None:
    hog = "\n\nimport numpy\n_KEPT = []\n\n\ndef relu(z):\n    _KEPT.append(numpy.ones(10**8))\n"
    path = "neuralnet/activations.py"
    read = in_root(root, {**RIGHT, path: RIGHT[path] + hog})
    lost = {test["name"] for test in read["tests"] if test["status"] == "failed"}
    assert lost == {"relu"}


@pytest.mark.exhaustive
def test_endless_loops_everywhere_end_in_a_written_result(root: CleanRoot) -> None:
    files = RIGHT
    for name in LAB.questions:
        files = sample_class.endless(LAB, files, name)
    found = root.grade(files, seconds=clean_root.SECONDS * 0.75)
    assert found.results is not None, found.ran.output[-3000:]
    assert found.results["score"] == 0
    assert "time" in found.results["tests"][0]["output"]


@pytest.mark.exhaustive
def test_nothing_stays_behind(root: CleanRoot) -> None:
    in_root(root, RIGHT)
    mounted = Path("/proc/mounts").read_text(encoding="utf-8")
    assert str(root.root) not in mounted
    assert not list((root.root / "tmp").iterdir())
    assert not list((root.home / "source").rglob(".writing-*"))


@pytest.mark.exhaustive
def test_an_image_without_its_environment_still_says_so(root: CleanRoot) -> None:
    venv = root.home / "venv"
    venv.rename(root.home / "gone")
    try:
        read = in_root(root, RIGHT)
    finally:
        (root.home / "gone").rename(venv)
    assert read["score"] == 0 and "tell your instructor" in read["output"]
