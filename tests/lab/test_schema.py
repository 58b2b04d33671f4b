"""What an instructor writes into lab.toml: a lab, or one sentence. Never another exception."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labkit.base.errors import LabkitError
from labkit.classroom import grades, marks
from labkit.judging.person import WHO
from labkit.lab import course, schema, stubs
from labkit.lab.lab import Lab
from tests.classroom import mini

KEYS = st.sampled_from(
    "title about minutes earlier due leaderboard hidden_visibility seed client functions questions "
    "bonus exclude limits written thresholds late moodle options limit titel treshold tanh relu "
    "call_seconds memory_mb points grace_minutes extensions scale name".split()
) | st.text(max_size=8)
VALUES = (
    st.sampled_from(
        'nan -inf inf -1 0 1e400 99999999999999999999 true "60" "" [] {} [[]] \'\' 0x10 '
        '["lab1_forward"] ["lab77_none"] 2027-03-01 07:32:00 {tanh=1} {tanh="full"} "full" '
        '"visible"'.split()
    )
    | st.floats().map(str)
    | st.integers().map(str)
)


def _key(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08x}" for c in text if not 0xD800 <= ord(c) < 0xE000) + '"'


LINES = st.one_of(
    st.tuples(KEYS, VALUES).map(lambda pair: f"{_key(pair[0])} = {pair[1]}"),
    KEYS.map(lambda key: f"[{_key(key)}]"),
    st.tuples(KEYS, KEYS).map(lambda pair: f"[{_key(pair[0])}.{_key(pair[1])}]"),
    st.text(max_size=30),
)


def loaded(root: Path, content: bytes) -> Lab | str:
    folder = root / "lab9_fuzz"
    folder.mkdir(exist_ok=True)
    (folder / "lab.toml").write_bytes(content)
    try:
        return Lab.load(folder)
    except LabkitError as error:
        sentence = str(error)
        assert "lab.toml" in sentence
        assert "pydantic" not in sentence and "Traceback" not in sentence
        return sentence


@pytest.mark.slow
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(LINES, max_size=5), at=st.integers(0, 9))
def test_whatever_is_written_is_a_lab_or_a_sentence(
    tmp_path: Path, lines: list[str], at: int
) -> None:
    text = mini.SOUND.splitlines()
    text[at:at] = lines
    loaded(tmp_path, "\n".join(text).encode(errors="replace"))


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_lab_or_a_sentence(tmp_path: Path, content: bytes) -> None:
    assert isinstance(loaded(tmp_path, content), str)


def test_the_sound_one_is_a_lab(tmp_path: Path) -> None:
    lab = loaded(tmp_path, mini.SOUND.encode())
    assert isinstance(lab, Lab)
    assert lab.questions == {"tanh": 60.0, "relu": 40.0}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title =", "titel =", ["titel", "title"]),
        ("[functions]", "[limit]\ncall_seconds = 1\n[functions]", ["limit", "limits"]),
        ("[functions]", "[treshold]\n[functions]", ["treshold", "thresholds"]),
        ("tanh = 60", "tanh = nan", ["[questions] tanh", "finite"]),
        ("tanh = 60", "tanh = -60", ["[questions] tanh", "greater than 0"]),
        ("tanh = 60", "tanh = 0", ["[questions] tanh", "greater than 0"]),
        ("tanh = 60", 'tanh = "60"', ["[questions] tanh", "number"]),
        ("tanh = 60", "tanh = 50", ["sum to 90"]),
        ("tanh = 60", "tanh = 60\nsoftmax = 1", ["softmax", "[functions]"]),
        ("relu = 40", "relu = 40\n[limits]\nmemory_mb = 1.5", ["[limits] memory_mb"]),
        ("[functions]", 'earlier = ["lab77_none"]\n[functions]', ["lab77_none"]),
        ("relu = 40", 'relu = 40\n[exclude]\nrleu = "full"', ["[exclude] rleu", "tanh, relu"]),
        (
            "relu = 40",
            'relu = 40\n[exclude]\nwhy = "out"\n[written.why]\npoints = 5',
            ["[exclude] why", "tanh, relu"],
        ),
        ("relu = 40", "relu = 40\n[written.why]", ["[written.why] points is missing"]),
        ("relu = 40", "relu = 40\n[written.why]\npoints = 0", ["points", "greater than 0"]),
        ("relu = 40", "relu = 40\n[bonus]\nelu = 0", ["[bonus] elu", "greater than 0"]),
        ("relu = 40", "relu = 40\n[thresholds]\nseed = 9", ["seed belongs above the first table"]),
        (
            "relu = 40",
            'relu = 40\n[thresholds]\nleaderboard = "x"',
            ["leaderboard belongs above the first table"],
        ),
        (
            "relu = 40",
            "relu = 40\n[limits]\nminutes = 3",
            ["minutes belongs above the first table"],
        ),
        ("[functions]", 'due = "1. March"\n[functions]', ["due is '1. March'", "2027-03-01T23:59"]),
        ("[functions]", 'earlier = "lab1_x"\n[functions]', ["earlier", 'a list: ["lab1_x"]']),
        ("[functions]", 'earlier = ["lab1"]\n[functions]', ["do you mean 'lab1_forward'?"]),
        ("relu = 40", "relu = 40\n[written.total]\npoints = 5", ["total", "column of grades.csv"]),
        ("relu", "name", ["name is a column of grades.csv"]),
        ("title", "title title", ["TOML"]),
        ("two bends", "two \ud800", ["UTF-8"]),
    ],
)
def test_the_sentence_names_the_key_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    count = -1 if new == "name" else 1
    sentence = loaded(tmp_path, mini.SOUND.replace(old, new, count).encode(errors="surrogatepass"))
    assert isinstance(sentence, str)
    for word in words:
        assert word in sentence, sentence


def test_an_editor_may_mark_the_file_as_utf_8(tmp_path: Path) -> None:
    assert isinstance(loaded(tmp_path, b"\xef\xbb\xbf" + mini.SOUND.encode()), Lab)


def test_no_question_is_called_like_a_column() -> None:
    lab = course.find("lab1")
    in_marks = {marks.SUBMISSION, marks.VERSION, *WHO}
    assert {*grades.columns(lab, []), *in_marks} - {*lab.questions} == schema.COLUMNS


# ---------------------------------------------------------------- what lies beside it


def test_a_broken_lab_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "assignments" / "lab6_broken"
    broken.mkdir(parents=True)
    (broken / "lab.toml").write_bytes(b"\xff\xfe = [")
    monkeypatch.chdir(tmp_path)
    assert course.find("lab1").short == "lab1"
    with pytest.raises(LabkitError, match="lab6_broken"):
        course.find("lab6")


def test_a_question_without_a_case_is_told_when_the_lab_is_built(tmp_path: Path) -> None:
    cases = mini.CASES.partition("\n\n\ndef public_relu")[0]
    with pytest.raises(LabkitError, match="relu"):
        mini.lab(tmp_path, cases=cases)


def test_markers_that_do_not_pair_up_are_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = course.find("lab1")
    shutil.copytree(stubs.SOLUTIONS / stubs.PACKAGE, tmp_path / stubs.PACKAGE)
    monkeypatch.setattr(stubs, "SOLUTIONS", tmp_path)
    path = tmp_path / stubs.PACKAGE / "perceptron.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    last = max(n for n, line in enumerate(lines) if line.strip() == "# END SOLUTION")
    begin = max(n for n in range(last) if lines[n].strip() == "# BEGIN SOLUTION")
    path.write_text("\n".join(lines[:last] + lines[last + 1 :]), encoding="utf-8")
    for package in (stubs.stub_package, stubs.solution_package):
        with pytest.raises(LabkitError, match=rf"perceptron\.py, line {begin + 1}: "):
            package(lab)


def test_a_misspelt_function_in_mistakes_is_told(tmp_path: Path) -> None:
    from labkit.mistakes import Catalogue

    lab: Any = mini.lab(tmp_path).lab
    folder = tmp_path / "assignments" / mini.NAME
    (folder / "mistakes").mkdir()
    (folder / "mistakes" / "activations.py").write_text(
        "from labkit.mistakes import mistake\n\n\n"
        '@mistake("thanh")\ndef wrong(z):\n    """A title.\n\n    A hint.\n    """\n    return z\n',
        encoding="utf-8",
    )
    with pytest.raises(LabkitError, match="thanh"):
        Catalogue.of(Lab.load(folder))
    assert lab.short == "lab9"


def test_two_labs_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is graded by a lab that was not meant."""
    for name in ("lab6_dropout", "lab6_attention", "lab1_forward"):
        (tmp_path / "assignments" / name).mkdir(parents=True)
        (tmp_path / "assignments" / name / "lab.toml").write_text(mini.SOUND, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert course.find("lab6_dropout").name == "lab6_dropout"
    for name in ("lab6", "lab1", "lab1_forward"):
        with pytest.raises(LabkitError, match=r"is not clear: .*assignments.* and .*assignments"):
            course.find(name)
    own = ("lab6_dropout", "lab6_attention", "lab6_dropout")
    for names, short in ((own, "lab6"), ((), "lab1")):
        with pytest.raises(LabkitError, match=f"are both {short}, so one would overwrite") as told:
            course.find_all(names)
    assert str(tmp_path / "assignments" / "lab1_forward") in str(told.value)
    assert [lab.name for lab in course.find_all(own[::2])] == ["lab6_dropout"]
