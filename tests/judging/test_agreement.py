"""Three ways, one score: `otter run`, `labkit grade`, and the student's own public checks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from labkit.building.build import built
from labkit.judging import result as results
from labkit.judging.result import Result
from labkit.lab.course import available, find
from labkit.lab.lab import Lab
from tests import sample_class
from tests.grading import grade
from tests.otter_run import otter_run
from tests.packing import lay
from tests.sample_class import ENDLESS, FULL, NOTHING, UNREADABLE, Sample

LAB1 = sample_class.samples(find("lab1"))
LEFT_OUT = {sample.name for sample in LAB1[10:]} | {ENDLESS}
"""Of the quick class: it has what there is in every lab, and nobody who takes all the time."""
IN_CI = "dia_fatou fontana_luca gupta_ravi ito_sakura jansen_pim quist_nils".split()
"""One of each way to end: the others differ in what `labkit grade` is asked about, too."""


def _when(name: str) -> pytest.MarkDecorator:
    """When a sample takes its way through `otter run`, which takes long."""
    return pytest.mark.slow if name in IN_CI else pytest.mark.exhaustive


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Lab 1's sample class, graded by `labkit grade`'s own code."""
    out = tmp_path_factory.mktemp("graded")
    wait = request.config.getoption("--slow") or request.config.getoption("--exhaustive")
    without = () if wait else LEFT_OUT
    sample_class.write(
        find("lab1"), out / "submissions", sample_class.EMPTY_NOTEBOOK, without=without
    )
    grade(built(find("lab1")), out / "submissions", out)
    return out


def _scores(out: Path, name: str) -> dict[str, float]:
    result = results.read(out / "results" / f"{name}.json")
    assert result is not None
    return {question.name: question.score for question in result.questions}


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(sample, marks=pytest.mark.slow if sample.name in LEFT_OUT else ())
        for sample in LAB1
    ],
    ids=lambda sample: sample.name,
)
def test_each_sample_earns_what_it_deserves(sample: Sample, graded: Path) -> None:
    result = results.read(graded / "results" / f"{sample.name}.json")
    assert result is not None
    _deserved(result, sample)


def _deserved(result: Result, sample: Sample) -> None:
    """The result is what the sample must earn."""
    lost = set(result.lost)
    if sample.earns == FULL:
        assert result.status == results.GRADED and not result.lost and result.total >= 100
    elif sample.earns == NOTHING:
        assert result.status == results.GRADED and result.total == 0
    elif sample.earns == UNREADABLE:
        assert result.status != results.GRADED and result.total == 0 and len(result.status) > 30
    else:
        assert lost == sample.loses, sample.name


@pytest.mark.parametrize(
    "sample",
    [pytest.param(sample, marks=_when(sample.name)) for sample in LAB1],
    ids=lambda sample: sample.name,
)
def test_otter_run_gives_the_same_points(sample: Sample, graded: Path, tmp_path: Path) -> None:
    (tmp_path / f"{sample.name}.zip").write_bytes(sample.zipped())
    bundle = built(find("lab1"))
    found = otter_run(bundle.root / "autograder.zip", tmp_path / f"{sample.name}.zip")
    if sample.earns == UNREADABLE:
        # Otter's own runner stops on a broken zip; on a missing package nothing can be earned.
        assert not found.scores or not sum(found.scores.values())
        return
    assert found.scores == _scores(graded, sample.name), found.output


@pytest.mark.slow
@pytest.mark.parametrize(
    "lab", [lab for lab in available() if lab.number > 1], ids=lambda lab: lab.short
)
def test_the_other_labs_agree_too(lab: Lab, tmp_path: Path) -> None:
    bundle = built(lab)
    written = sample_class.write(lab, tmp_path / "submissions", sample_class.EMPTY_NOTEBOOK)
    found = grade(bundle, tmp_path / "submissions", tmp_path)
    assert {result.submission for result in found} == set(written)
    for result in found:
        _deserved(result, written[result.submission])
    for name in ("abara_ngozi", "egger_lea"):
        run = otter_run(bundle.root / "autograder.zip", tmp_path / "submissions" / f"{name}.zip")
        assert run.scores == _scores(tmp_path, name), run.output


def test_a_students_own_checks_agree_on_the_public_cases(graded: Path, tmp_path: Path) -> None:
    """`labkit check` finds the public failures that the grader finds, with their names."""
    sample = next(sample for sample in LAB1 if sample.name == "hoang_minh")
    lay(tmp_path, sample.files)
    command = [sys.executable, "-m", "labkit", "check", "lab1", "--path", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    result = results.read(graded / "results" / "hoang_minh.json")
    assert result is not None
    for question in result.questions:
        public = [case for case in question.cases if not case.hidden]
        if any(case.passed and case.message for case in public):
            continue  # passed with the grader's earlier functions, which no student's folder has
        mark = "✓" if all(case.passed for case in public) else "✗"
        mark = "·" if question.not_tried else mark
        assert f"{mark} {question.name} " in done.stdout
        for case in public:
            if case.named:
                first = case.message.splitlines()[0]
                assert " ".join(first.split()) in " ".join(done.stdout.split())
