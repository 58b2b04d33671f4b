"""Results on disk: Gradescope's JSON to the letter."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.judging import result as results
from labkit.judging.result import OUTPUT_LIMIT, CaseResult, QuestionResult, Result
from labkit.lab.schema import Config
from labkit.student.labcheck import Check
from labkit.student.labcheck.probe import FAILURE_SENTENCES
from tests.sample_results import LAB, question, result
from tests.schema import check_gradescope

RACING = dataclasses.replace(LAB, config=Config(leaderboard="test accuracy"))
PARTIAL = {
    "relu": question("relu", [False, True], "Every entry has the wrong sign.", ["relu_negated"])
}


def unreadable() -> Result:
    return results.ungraded(LAB, "kim", "unreadable: kim.zip is cut short: hand it in again.")


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(result("kim"), id="perfect"),
        pytest.param(result("kim", PARTIAL, notes=("A folder was too deep.",)), id="partial"),
        pytest.param(
            result(
                "kim",
                {name: question(name, [False, False], "Not written.") for name in LAB.questions},
            ),
            id="blank",
        ),
        pytest.param(unreadable(), id="unreadable"),
        pytest.param(result("kim", marks={"why_xor": 2.5}), id="marked"),
        pytest.param(result("kim", metrics={"test accuracy": 0.8251}), id="leaderboard"),
        pytest.param(result("kim \ud800", seconds=0.1234567), id="odd name"),
    ],
)
def test_what_gradescope_reads_fits_its_format(found: Result, tmp_path: Path) -> None:
    results.write(tmp_path / "results.json", found, RACING)
    read = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    check_gradescope(read)
    assert [test["name"] for test in read["tests"]] == list(LAB.questions)
    assert [test["number"] for test in read["tests"]] == ["1", "2", "3"]
    marked = sum(found.marks.values())
    assert read["score"] == found.total == sum(test["score"] for test in read["tests"]) + marked
    assert sum(test["max_score"] for test in read["tests"]) == 100
    for test in read["tests"]:
        assert (test["status"] == "passed") == (test["score"] == test["max_score"])
        assert test["visibility"] == "visible"  # one that is not would hide the total
    assert read["stdout_visibility"] == "hidden"
    assert ("leaderboard" in read) == bool(found.metrics)


def test_the_schema_can_say_no() -> None:
    found = results.to_gradescope(result("kim"), LAB)
    for wrong in (
        {"visibility": "secret"},
        {"score": "100"},
        {"points": 1},
        {"output": "x" * 100_001},
    ):
        with pytest.raises(jsonschema.ValidationError):
            check_gradescope(found | wrong)


def test_a_failed_test_tells_case_message_and_name() -> None:
    found = results.to_gradescope(result("kim", PARTIAL), LAB)
    relu = found["tests"][1]
    assert relu["output"].splitlines() == [
        "✗ Case 0.",
        "    Every entry has the wrong sign.",
        "✓ Case 1. (hidden check)",
    ]
    assert relu["extra_data"] == {"named": ["relu_negated"]}
    assert found["output"].startswith("1 of 3 questions fails a check")


def _with_bonus(passed: list[bool], message: str) -> Result:
    """All is right but a bonus of 6 points, beside the 100."""
    cases = tuple(
        CaseResult(f"Case {i}.", i > 0, one, 3.0, "" if one else message)
        for i, one in enumerate(passed)
    )
    more = QuestionResult("extra", 3.0 * sum(passed), 6.0, cases, bonus=True)
    return dataclasses.replace(result("kim"), questions=(*result("kim").questions, more))


@pytest.mark.parametrize("kind", ["not_written", "missing"])
def test_a_bonus_left_out_is_no_failure(kind: str) -> None:
    found = _with_bonus([False, False], FAILURE_SENTENCES[kind].format(function="extra"))
    assert found.lost == () and found.total == found.percent(LAB) == 100
    assert found.hidden_points == result("kim").hidden_points
    assert found.summary == "All checks pass, the hidden ones too."
    read = results.to_gradescope(found, LAB)
    check_gradescope(read)
    assert read["tests"][-1]["max_score"] == 0 and "status" not in read["tests"][-1]
    assert read["tests"][-1]["output"] == results.NOT_TRIED


def test_a_bonus_leads_above_the_hundred_and_a_wrong_one_is_told() -> None:
    whole, half = _with_bonus([True, True], ""), _with_bonus([True, False], "Not quite.")
    assert (whole.total, whole.possible(LAB), whole.percent(LAB)) == (106, 100, 100)
    assert whole.share(LAB) == pytest.approx(106) and half.total == 103
    last = results.to_gradescope(half, LAB)["tests"][-1]
    assert (last["score"], last["max_score"], last["status"]) == (3, 0, "failed")
    assert half.lost == ()
    assert half.summary == (
        "All checks pass, the hidden ones too. The bonus extra brings 3 of 6 points on top."
    )
    assert "Not quite." in last["output"]


@pytest.mark.parametrize(
    ("wrong", "excluded", "told"),
    [
        ({"relu": [False, True]}, {}, "1 of 3 questions fails a check that you can run yourself."),
        (
            {"relu": [True, False]},
            {},
            "All public checks pass; 1 of 3 questions fails hidden ones.",
        ),
        (
            {"relu": [False, True], "forward": [False, False], "sigmoid": [True, False]},
            {},
            "2 of 3 questions fail a check that you can run yourself, 1 more only hidden ones.",
        ),
        (
            {"relu": [False, False]},
            {"relu": "full"},
            "All checks that count pass, the hidden ones too.",
        ),
        (
            {"relu": [False, False]},
            {"relu": "out"},
            "All checks that count pass, the hidden ones too.",
        ),
        ({}, {"relu": "full"}, "All checks pass, the hidden ones too."),
    ],
)
def test_the_summary_is_about_what_is_decided(
    wrong: dict[str, list[bool]], excluded: dict[str, str], told: str
) -> None:
    """It counts questions by the checks that they fail, and none that was taken out."""
    questions = {name: question(name, passed, "wrong") for name, passed in wrong.items()}
    found = dataclasses.replace(result("kim", questions), excluded=excluded)
    assert found.summary == told


def test_an_unreadable_submission_leads_with_what_to_do() -> None:
    found = results.to_gradescope(unreadable(), LAB)
    assert found["score"] == 0
    first, advice = found["output"].splitlines()
    assert first == "Unreadable: kim.zip is cut short: hand it in again."
    assert advice.startswith("Put the whole lab folder")
    assert {test["status"] for test in found["tests"]} == {"failed"}


def test_an_endless_output_is_cut_with_a_sentence() -> None:
    case = CaseResult("Case 0.", False, False, 40.0, "wrong " * 50_000)
    found = results.to_gradescope(
        result(
            "kim",
            {"sigmoid": QuestionResult("sigmoid", 0.0, 40.0, (case,))},
            notes=("x" * 200_000,),
        ),
        LAB,
    )
    check_gradescope(found)
    for text in (found["output"], found["tests"][0]["output"]):
        assert len(text) < OUTPUT_LIMIT
        assert text.endswith("The rest is left out here: it is too long for this page.")


def test_the_leaderboard_is_what_lab_toml_names() -> None:
    found = result("kim", metrics={"test accuracy": 0.825149, "seconds": 3.0})
    assert results.to_gradescope(found, RACING)["leaderboard"] == [
        {"name": "test accuracy", "value": 0.8251, "order": "desc"}
    ]
    assert "leaderboard" not in results.to_gradescope(found, LAB)
    assert "leaderboard" not in results.to_gradescope(result("kim"), RACING)


def test_a_metric_is_the_students_own_and_a_number() -> None:
    check = Check()
    check.metric("test accuracy", float("nan"))
    check.metric("test accuracy", 0.8)
    check.metric("test accuracy", 0.1)  # a known mistake, tried on the same case afterwards
    assert check.metrics == {"test accuracy": 0.8}


def test_a_result_comes_back_from_its_json(tmp_path: Path) -> None:
    found = result("kim", PARTIAL, notes=("One note.",), platform={"kind": "gradescope", "id": 7})
    results.write(tmp_path / "kim.json", found, LAB)
    assert results.read(tmp_path / "kim.json") == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "5", "[" * 100_000),
        *('{"extra_data": 1}', '{"extra_data": {"labkit": {}}}', '{"extra_data": {"labkit": "x"}}'),
    ],
)
def test_other_json_is_no_result(text: str, tmp_path: Path) -> None:
    (tmp_path / "kim.json").write_text(text, encoding="utf-8")
    assert results.read(tmp_path / "kim.json") is None


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(data=st.data())
def test_any_json_is_a_result_or_none(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also one of ours in which anything stands in the place of any part."""
    told = results.to_gradescope(result("kim", PARTIAL, notes=("One note.",)), LAB)
    told = holder = json.loads(json.dumps({"extra_data": told["extra_data"]}))
    key: Any = "extra_data"
    while holder[key] and isinstance(holder[key], dict | list) and data.draw(st.booleans()):
        holder = holder[key]
        places = range(len(holder)) if isinstance(holder, list) else [*holder]
        key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(ANY_JSON)
    path = tmp_path_factory.getbasetemp() / "kim.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert isinstance(results.read(path), Result | None)


@pytest.mark.parametrize("reason", ["SyntaxError at neuralnet/layers.py line 3: invalid", ""])
def test_a_file_that_cannot_be_imported_is_the_first_thing_to_read(reason: str) -> None:
    lead = FAILURE_SENTENCES["import_failed"].format(function="relu").rstrip(".")
    message = f"{lead} (SyntaxError).\n{reason}".rstrip()
    found = result("kim", {n: question(n, [False, False], message) for n in ("relu", "forward")})
    assert found.summary.startswith(
        "A file cannot be imported, so 2 questions could not be checked."
    )
    assert (f"Mend this first: {reason}." in found.summary) == bool(reason)
    assert "imported" not in result("kim", PARTIAL).summary


def test_equal_questions_are_kept_once_and_stay_what_they_were() -> None:
    shared = results.Shared()
    alike, other = pickle.loads(pickle.dumps([result("kim"), result("lou", PARTIAL)]))
    first, second, third = map(shared, (result("abe"), alike, other))
    assert (second, third) == (result("kim"), result("lou", PARTIAL))
    assert all(a is b for a, b in zip(first.questions, second.questions, strict=True))
    same = [a is b for a, b in zip(first.questions, third.questions, strict=True)]
    assert same == [question.name != "relu" for question in third.questions]


def test_what_graded_a_class_is_kept_once_and_what_is_of_one_stays_its_own() -> None:
    shared = results.Shared()
    by, platform = {"kit": "1", "numbers": "2"}, {"late": True}
    first = result("abe", provenance=by, platform=platform)
    alike, other = pickle.loads(
        pickle.dumps(
            [
                dataclasses.replace(first, submission="kim"),
                dataclasses.replace(first, provenance={"kit": "3"}),
            ]
        )
    )
    kept = shared(first)
    assert kept == first
    assert shared(alike) == alike
    assert shared(alike).provenance is kept.provenance
    assert shared(alike).marks is kept.comments
    assert shared(other) == other


def test_a_result_of_an_earlier_kit_keeps_the_hashes_of_what_was_handed_in(tmp_path: Path) -> None:
    path = tmp_path / "kim.json"
    results.write(path, result("kim", work="a", version="b", provenance={"kit": "c"}), LAB)
    told = json.loads(path.read_text())
    kept = told["extra_data"]["labkit"]
    kept["provenance"] |= {"submission": kept.pop("work"), "version": kept.pop("version")}
    path.write_text(json.dumps(told))
    found = results.read(path)
    assert found is not None
    assert (found.work, found.version, found.provenance) == ("a", "b", {"kit": "c"})


@pytest.mark.parametrize("visibility", ["after_due_date", "after_published"])
def test_hidden_checks_can_be_shown_later(visibility: str) -> None:
    """Each question becomes two tests; the points stay, and no hidden check is in the first."""
    lab = dataclasses.replace(
        LAB, config=LAB.config.model_copy(update={"hidden_visibility": visibility})
    )
    one = result("ada", {"relu": question("relu", [False, True], "wrong")})
    plain, split = results.to_gradescope(one, LAB), results.to_gradescope(one, lab)
    assert split["score"] == plain["score"]
    assert "50 points are decided by checks you cannot see" in split["output"]
    assert "cannot see" not in plain["output"]
    assert sum(test["score"] for test in split["tests"]) == pytest.approx(plain["score"])
    assert sum(test["max_score"] for test in split["tests"]) == pytest.approx(LAB.possible)
    for test in split["tests"]:
        later = test["name"].endswith("(hidden checks)")
        assert test["visibility"] == (visibility if later else "visible")
        assert ("(hidden check)" in test["output"]) == later
