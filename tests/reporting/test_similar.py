"""Near-identical submissions: copies are found, independent right work is not."""

from __future__ import annotations

import ast
import importlib.util
import io
import random
import re
import tokenize
from pathlib import Path

import pytest

from labkit.intake import Submissions, open_submissions
from labkit.lab import stubs
from labkit.lab.course import available, find
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue
from labkit.reporting import similar
from tests import sample_class
from tests.packing import encoded

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("copydetect") is None, reason="copydetect is not installed"
)

LABS = [lab for lab in available() if len(lab.functions) > 1]
"""One short function tells nobody's hand."""
LAB = find("lab1")
Code = dict[str, str]

EXTRA = [
    "tmp{0} = {0}",
    "if {0} > {0}:\n        pass",
    "print('debug', {0}, {0} * 2)",
    "values{0} = [{0}, {0}, {0}]",
    "for k{0} in range({0}):\n        continue",
    "grid{0} = np.zeros(({0}, 2)) + {0}",
    "twice{0} = lambda q: q ** {0}",
]


def some_student(known: dict[str, list[str]], rng: random.Random, habits: float = 0.0) -> Code:
    """Right code: of every function one of the versions the kit knows, and own ways with it."""
    code = {}
    for function, versions in known.items():
        body = rng.choice(versions)
        if rng.random() < habits:
            line = rng.choice(EXTRA).format(rng.randrange(99))
            body = re.sub(r"(?m)^    return", f"    {line}\n    return", body, count=1)
        code[function] = body
    return code


def disguised(body: str) -> str:
    """The same code with other names, comments and blank lines."""
    source = "def f():" + body.rstrip() + "\n"
    stored = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name))
    own = {name.id for name in stored if isinstance(name.ctx, ast.Store)}
    lines = source.splitlines()
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        row, column = token.start
        if token.type == tokenize.COMMENT:
            lines[row - 1] = lines[row - 1][:column]
        elif token.type == tokenize.NAME and token.string in own:
            line = lines[row - 1]
            lines[row - 1] = f"{line[:column]}my_{line[column:]}"
    return "\n\n    # my own idea\n".join(lines).removeprefix("def f():")


def compared(submissions: Submissions, *names: str) -> similar.Similarity:
    """What is found among some of lab 1's submissions, all by default."""
    comparison = similar.Comparison(submissions.names, LAB)
    for submission in reversed(submissions):  # in any order, as they are graded
        if submission.name in (names or submissions.names):
            comparison.add(submission.name, submission.files)
    return comparison.finish()


def flagged(code: dict[str, Code], known: dict[str, list[str]]) -> set[tuple[str, str]]:
    return {(pair.first, pair.second) for pair in similar.compare(code, known).pairs}


# ---------------------------------------------------------------- calibration


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_different_right_versions_are_different(lab: Lab) -> None:
    known = similar.known_versions(lab)
    for function in lab.questions:
        prints = [similar._print(body) for body in known[function]]
        assert len(prints) > 1
        assert similar._alike(prints).sum() == len(prints)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_who_writes_the_usual_code_independently_is_not_flagged(lab: Lab) -> None:
    known = similar.known_versions(lab)
    for seed in range(3):
        rng = random.Random(seed)
        code = {f"s{i}": some_student(known, rng) for i in range(30)}
        same = {(a, b) for a in code for b in code if code[a] == code[b]}
        assert flagged(code, known) <= same


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_a_disguised_copy_is_found_and_nobody_else(lab: Lab) -> None:
    known = similar.known_versions(lab)
    rng = random.Random(1)
    code = {f"s{i}": some_student(known, rng, habits=0.5) for i in range(20)}
    code["copy"] = {function: disguised(body) for function, body in code["s3"].items()}
    assert flagged(code, known) == {("s3", "copy")}


def test_a_copy_with_a_line_more_in_some_functions_is_found() -> None:
    known = similar.known_versions(find("lab5"))
    rng = random.Random(2)
    code = {f"s{i}": some_student(known, rng, habits=0.5) for i in range(20)}
    copy = {function: disguised(body) for function, body in code["s3"].items()}
    for function in ("conv_forward", "conv_backward"):
        copy[function] = copy[function].replace("    return", "    print('here')\n    return")
    found = similar.compare({**code, "copy": copy}, known).pairs
    assert [(pair.first, pair.second) for pair in found] == [("s3", "copy")]
    assert {"conv_forward", "conv_backward"} & set(found[0].functions)
    assert found[0].share > 0.85


@pytest.mark.parametrize("lab", ["lab1", "lab4"])
def test_two_who_share_everything_are_found_in_a_small_class(lab: str) -> None:
    versions = similar.known_versions(find(lab))
    code = {f"s{i}": {f: v[i % len(v)] for f, v in versions.items()} for i in (1, 2)}
    rng = random.Random(0)
    code |= {f"t{i}": some_student(versions, rng, habits=0.9) for i in range(8)}
    code["copy"] = {function: disguised(body) for function, body in code["t0"].items()}
    assert ("t0", "copy") in flagged(code, versions)


def test_short_code_tells_nothing() -> None:
    code = {
        f"s{i}": {"relu": "return np.maximum(z, 0)", "tanh": "return np.tanh(z)"} for i in range(3)
    }
    code |= {f"t{i}": {"relu": f"return {i} * z * (z > {i})"} for i in range(30)}
    assert flagged(code, {}) == set()


def long_body(rng: random.Random) -> str:
    """Code that nobody else writes."""
    lines = [rng.choice(EXTRA).format(rng.randrange(1000)) for _ in range(8)]
    return "\n" + "".join(f"    {line}\n" for line in lines)


def test_rare_one_liners_do_not_make_common_code_a_copy() -> None:
    rng = random.Random(0)
    common = {f"long{i}": long_body(rng) for i in range(3)}
    rare = {f"short{i}": f"return z ** {i} @ {i}" for i in range(8)}
    code = {
        f"s{i}": common | {f"short{k}": f"return {i} - z * {k}" for k in range(8)}
        for i in range(30)
    }
    code |= {name: common | rare for name in ("a", "b")}
    assert flagged(code, {}) == set()


def test_agreeing_here_and_there_is_not_a_copy() -> None:
    rng = random.Random(0)
    code = {f"s{i}": {f"f{k}": long_body(rng) for k in range(8)} for i in range(20)}
    half = {f"f{k}": code["s0"][f"f{k}"] for k in range(4)}
    most = {f"f{k}": code["s1"][f"f{k}"] for k in range(6)}
    own = {f"f{k}": long_body(rng) for k in range(8)}
    assert flagged(code | {"half": own | half}, {}) == set()
    assert flagged(code | {"most": own | most}, {}) == {("s1", "most")}


def test_stubs_are_not_compared() -> None:
    stub = 'raise NotImplementedError("Lab 1: relu is not written yet. Open activations.py.")'
    code = {name: {f"f{i}": stub + "\n" for i in range(9)} for name in "abc"}
    assert flagged(code, {}) == set()
    assert similar._prints(code["a"]) == {}


def test_a_copy_without_an_original_in_class_is_told_by_the_reference() -> None:
    known = similar.known_versions(LAB)
    rng = random.Random(0)
    code = {f"s{i}": some_student(known, rng, habits=0.5) for i in range(20)}
    code["taken"] = {function: disguised(versions[0]) for function, versions in known.items()}
    assert similar.compare(code, known).like_reference == ("taken",)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_the_kits_own_solution_is_recognised_with_its_helpers(lab: Lab) -> None:
    code = similar.bodies(encoded(stubs.solution_package(lab)), lab)
    known = similar.known_versions(lab)
    assert similar.compare({"taken": code}, known).like_reference == ("taken",)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_tiny_classes(size: int) -> None:
    code = {f"s{i}": {"relu": "return np.maximum(z, 0)"} for i in range(size)}
    assert similar.compare(code, {}) == similar.Similarity(compared=size)


def test_a_large_group_is_reported_briefly() -> None:
    known = similar.known_versions(LAB)
    rng = random.Random(3)
    code = {f"s{i}": some_student(known, rng, habits=0.6) for i in range(20)}
    code |= {f"copy{i}": code["s0"] for i in range(40)}
    found = similar.compare(code, known)
    assert [set(group) for group in found.groups] == [{"s0"} | {f"copy{i}" for i in range(40)}]
    assert len(found.pairs) < 3 * 41


# ---------------------------------------------------------------- real submissions


def test_the_sample_class(tmp_path: Path) -> None:
    sample_class.write(LAB, tmp_path)
    submissions = open_submissions(tmp_path, LAB.contract.modules)
    found = compared(submissions)
    # Whoever differs from the kit's solution there is made of its catalogue: nobody copied.
    assert found.pairs == ()
    assert {"abara_ngozi", "rossi_giulia"} <= set(found.like_reference)  # CRLF, byte order mark
    assert not {"blum_jonas", "chen_yu", "dia_fatou"} & set(found.like_reference)
    assert found.compared >= 17


def test_only_graded_submissions_are_compared(tmp_path: Path) -> None:
    sample_class.write(LAB, tmp_path)
    assert compared(open_submissions(tmp_path, LAB.contract.modules), "abara_ngozi").compared == 1


def test_the_catalogues_styles_are_not_taken_for_copies(tmp_path: Path) -> None:
    for which in range(3):
        for path, text in sample_class.styled(LAB, which).items():
            place = tmp_path / f"student_{which}" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
    submissions = open_submissions(tmp_path, LAB.contract.modules)
    found = compared(submissions)
    assert found == similar.Similarity(compared=3)


def test_hostile_files_stop_nothing() -> None:
    files = {
        "neuralnet/activations.py": b"\xff\xfe\0def sigmoid(\n" + b"((((" * 10_000,
        "neuralnet/perceptron.py": b"def xor_params():\n" + b'"' * 90_000,
        "neuralnet/layers.py": b"x = 1\n" * 1_000_000,
    }
    found = similar.bodies(files, LAB)
    assert set(found) <= {"sigmoid", "xor_params"}
    assert similar.compare({"a": found, "b": found}, similar.known_versions(LAB)).pairs == ()


def test_without_copydetect_a_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    sample_class.write(LAB, tmp_path)
    found = compared(open_submissions(tmp_path, LAB.contract.modules))
    assert "neural-network-labs[similar]" in found.left_out


# ---------------------------------------------------------------- taking modules apart


def test_definitions_are_bodies_by_name_and_the_last_one_counts() -> None:
    found = similar.definitions(
        "import numpy as np\n\n\n"
        "def a(z: dict[str, int] = {1: 2},\n      k=(1, 2)) -> np.ndarray:\n    return z\n\n"
        "def b(x): return x\n"
        "CONSTANT = 1\n    stray\n"
        "def a(z):\n    # comment\n\n    return 2 * z\n"
    )
    assert {name: body.split() for name, body in found.items()} == {
        "a": ["#", "comment", "return", "2", "*", "z"],
        "b": ["return", "x"],
    }


def test_a_module_that_python_cannot_parse_is_read_all_the_same() -> None:
    found = similar.definitions("def a(z):\n    return z\ndef oops(:\ndef b(z):\n    return 1\n")
    assert found["a"].strip() == "return z"
    assert found["b"].strip() == "return 1"


def test_helpers_are_compared_by_module() -> None:
    package = stubs.solution_package(LAB).items()
    own = "\n\ndef _helper(q):\n    return q\n"
    files = {path: f"{text}{own}".encode() for path, text in package}
    found = similar.bodies(files, LAB)
    assert "helpers in layers.py" in found
    assert set(LAB.questions) <= set(found)


def test_the_kits_versions_begin_with_the_reference() -> None:
    known = similar.known_versions(LAB)
    variants = [v for v in Catalogue.of(LAB).variants if v.function == "sigmoid"]
    assert len(known["sigmoid"]) == 1 + len(variants)
    assert "BEGIN SOLUTION" in known["sigmoid"][0]
