"""The catalogue against the grader, in full: a lab that changes its cases cannot open a hole."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from labkit.base.errors import CheckFailedError, LabkitError
from labkit.building import audit, mutants
from labkit.building.build import built
from labkit.judging.grader import BrokenCaseError, Grader
from labkit.lab import stubs
from labkit.lab.bundle import Bundle
from labkit.lab.course import available, find
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue, Variant, Version
from labkit.student.labcheck import MESSAGE_LIMIT
from tests.built_labs import BUILT_LABS
from tests.classroom import mini


@pytest.fixture(scope="module", params=BUILT_LABS)
def audited(request: pytest.FixtureRequest) -> tuple[Lab, Sequence[audit.Finding]]:
    """A lab with what its audit found: of a version of four functions of the first lab, of all
    versions of all labs, or with three seeds of the hidden inputs, as time allows."""
    lab: Lab = request.param
    seeds = range(3) if request.config.getoption("--exhaustive") else range(1)
    choose = list if _all(request.config) else _one_of_four_functions
    return lab, audit.audit(built(lab), seeds, choose=choose)


def _all(config: pytest.Config) -> bool:
    return bool(config.getoption("--slow") or config.getoption("--exhaustive"))


def _one_of_four_functions(versions: Sequence[Version]) -> Sequence[Version]:
    return list({version.function: version for version in reversed(versions)}.values())[:4]


def test_every_mistake_is_caught_and_costs_its_own_question_only(
    audited: tuple[Lab, Sequence[audit.Finding]],
) -> None:
    _, findings = audited
    holes = [(f.key, f.seed, f.hole) for f in findings if not f.right and f.hole]
    assert not holes


def test_every_right_version_has_full_marks(
    audited: tuple[Lab, Sequence[audit.Finding]],
) -> None:
    _, findings = audited
    assert not [(f.key, f.seed, f.hole) for f in findings if f.right and f.hole]


def test_nearly_every_mistake_is_named_first(
    audited: tuple[Lab, Sequence[audit.Finding]],
) -> None:
    _, findings = audited
    wrong = [finding for finding in findings if not finding.right]
    named = [finding for finding in wrong if finding.named == finding.key]
    assert len(wrong) - len(named) <= max(1, (1 - audit.NAMED_SHARE) * len(wrong))


def test_messages_are_short_and_plain(audited: tuple[Lab, Sequence[audit.Finding]]) -> None:
    _, findings = audited
    messages = {message for finding in findings for message in finding.messages}
    assert messages
    for message in messages:
        first = message.splitlines()[0]
        assert len(message) <= MESSAGE_LIMIT
        assert first[0].isalnum() or first[0] in '`“("', first
        assert first.endswith((".", "!", "?")), first
        assert not re.search(r"Traceback|labkit|File \"|0x[0-9a-f]{6}", message), message
        assert not re.search(
            r"\b(stupid|obviously|just simply|silly|you failed)\b", message.lower()
        )


def test_a_weakened_case_is_a_hole(tmp_path: Path) -> None:
    """Without its cases on large numbers, lab 1 does not see an overflow: the audit says so."""
    shutil.copytree(built(find("lab1")).root, tmp_path / "bundle")
    path = tmp_path / "bundle" / "labs" / "lab1_forward" / "tests" / "sigmoid.py"
    text = path.read_text(encoding="utf-8").replace("no_warnings=True", "no_warnings=False")
    path.write_text(text, encoding="utf-8")
    sigmoid = Catalogue.of(find("lab1")).about("sigmoid")
    version = next(mistake for mistake in sigmoid if "overflows" in mistake.title)
    with Grader(Bundle(tmp_path / "bundle")) as grader:
        finding = audit.judge_version(grader, version, 0)
        assert finding.hole == "not caught"
        titles = [case.title for q in grader.questions if q.name == "sigmoid" for case in q.cases]
        assert finding.why == tuple(f"passes “{title}”" for title in titles)
    with Grader(built(find("lab1"))) as grader:
        assert audit.judge_version(grader, version, 0).hole == ""


def test_a_hole_says_which_case_fails_and_with_which_values(tmp_path: Path) -> None:
    """Of hidden cases too: whoever audits a lab wrote them. A student still reads no value."""
    bundle = mini.lab(tmp_path)
    files = dict(stubs.solution_package(bundle.lab))
    files["neuralnet/activations.py"] += f"\n\n{mini.WRONG_TANH}\n"
    with Grader(bundle) as grader:
        found = grader.failures({path: text.encode() for path, text in files.items()})
        told = audit.grade_files(grader, files)
    shown = {(one.question, one.case): one.sentence for one in found}
    assert set(shown) == {("tanh", "A small table."), ("tanh", "Another shape.")}
    assert "is 0" in shown["tanh", "Another shape."]
    (tanh,) = [question for question in told.questions if question.name == "tanh"]
    hidden = next(case.message for case in tanh.cases if case.hidden)
    assert shown["tanh", "Another shape."] not in hidden


SLIPPED = '''

@mistake("relu")
def relu_slipped(z):
    """The sign is turned round

    Which entries of z should become 0?
    """
    return {slip} * z
'''


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("sing", "NameError: name 'sing' is not defined"),
        ("np.sing(z)", "AttributeError: module 'numpy' has no attribute 'sing'"),
    ],
)
def test_a_mistake_that_stops_on_a_slip_is_a_hole(
    slip: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Caught and named it is, but not for what it says. And tanh has no mistake at all."""
    bundle = mini.lab(tmp_path, mistakes=mini.MISTAKES + SLIPPED.format(slip=slip))
    with Grader(bundle) as grader:
        mirrored, slipped = (
            audit.judge_version(grader, version, 0) for version in Catalogue.of(bundle.lab).mistakes
        )
    assert (mirrored.hole, mirrored.named) == ("", "relu_mirrored")
    assert slipped.hole.startswith(f"is no such mistake, but stops with {told}")
    assert not audit.show(Console(width=200), bundle.lab, [mirrored, slipped])
    assert "      tanh: mistakes/ has none of it" in capsys.readouterr().out
    assert audit.show(Console(width=200), bundle.lab, [mirrored])
    capsys.readouterr()
    assert audit.show(Console(width=200), bundle.lab, [])
    assert "100" not in capsys.readouterr().out


def test_a_mutant_is_excused_in_the_labs_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = mini.source(tmp_path)
    survivor = mutants.Mutant("relu:0:number:12", "relu", "0 → 1", {})
    monkeypatch.setattr(audit, "survivors", lambda bundle: ([survivor], 1))
    assert not audit.run([lab], mutants=True)
    path = lab.folder / mutants.EQUIVALENT
    path.write_text('"relu:0:number:12" = "nobody sees it"', encoding="utf-8")
    assert audit.run([lab], mutants=True)
    path.write_text("relu", encoding="utf-8")
    with pytest.raises(LabkitError, match=r"equivalent_mutants\.toml is not valid TOML"):
        audit.run([lab], mutants=True)


JUDGED = '''

def {kind}_relu__judged(check, np):
    """By a judge with a slip of its own."""

    def judge(result):
        # Nothing is below zero.
        if (result < 0).any():
            return "It is below zero at " + wheer
        return None

    check.outcome("relu", np.array([[-2.0, 0.0, 1.0]]), judge=judge)
'''


def test_a_judge_that_stops_on_a_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    """Public cases are judged on all mistakes when the lab is built, hidden ones in the audit."""
    says = r"itself cannot run \(cases/activations\.py line 25\): NameError: name 'wheer'"
    cases = mini.CASES + JUDGED.format(kind="public")
    with pytest.raises(CheckFailedError, match="lab9_mini: the check public_relu__judged " + says):
        mini.lab(tmp_path, cases=cases, mistakes=mini.MISTAKES)
    cases = mini.CASES + JUDGED.format(kind="hidden")
    bundle = mini.lab(tmp_path, cases=cases, mistakes=mini.MISTAKES)
    with pytest.raises(CheckFailedError, match="on relu_mirrored, the check hidden_relu__judged"):
        audit.audit(bundle, [0])
    # What else is wrong passes the hidden case, but its judge stops on the known mistake.
    files = {path: text.encode() for path, text in stubs.solution_package(bundle.lab).items()}
    files["neuralnet/activations.py"] += f"\n\n{mini.WRONG_RELU}\n".encode()
    with Grader(bundle) as grader, pytest.raises(BrokenCaseError, match=says):
        grader.grade(files, "ada")


def test_a_right_version_that_loses_points_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake called a right version is what a grader that is too strict would meet."""
    lab = find("lab1")
    (wrong, *_) = [one for one in Catalogue.of(lab).about("relu") if "scaled" in one.title]
    right = Variant(wrong.key, wrong.function, wrong.module, wrong.run, wrong.title)
    with Grader(built(lab)) as grader:
        finding = audit.judge_version(grader, right, 0)
    assert finding.hole == "a right version loses points in relu"
    assert finding.why and all(line.startswith("relu, “") for line in finding.why)
    assert not audit.show(Console(width=200), lab, [finding])
    told = capsys.readouterr().out
    assert f"HOLE  relu: {wrong.key} (seed 0): a right version loses points in relu" in told
    assert f"        {finding.why[0]}" in told


@pytest.mark.exhaustive
@pytest.mark.parametrize("lab", available(), ids=lambda lab: lab.short)
def test_mutants_of_the_reference_are_caught_or_explained(lab: Lab) -> None:
    known = mutants.equivalent(lab)
    survived, _ = audit.survivors(built(lab))
    assert not [f"{m.key}: {m.change}" for m in survived if m.key not in known]
