import ast
import shutil
import subprocess
import sys

import pytest

from labkit.base.errors import LabkitError
from labkit.base.paths import STARTER
from labkit.lab import stubs
from labkit.lab.course import available, find

LABS = available()
FUNCTIONS = [function for lab in LABS for function in lab.functions]
"""Of the whole course."""
EACH_LAB = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)

SOURCE = '''"""A module."""

import numpy as np


def double(z):
    """Twice z."""
    # BEGIN SOLUTION
    return _helper(z)
    # END SOLUTION


# BEGIN SOLUTION
def _helper(z):
    return 2 * z  # the secret of it all


# END SOLUTION


def treble(
    z,
):
    """Thrice z."""
    # BEGIN SOLUTION
    return 3 * z
    # END SOLUTION
'''


STUBS = '''"""A module."""

import numpy as np


def double(z):
    """Twice z."""
    raise NotImplementedError("MESSAGE OF double")


def treble(
    z,
):
    """Thrice z."""
    raise NotImplementedError("MESSAGE OF treble")
'''


def message(lab, module, name):
    return f"Lab {lab}: {name} is not written yet. Open neuralnet/{module}.py and write it there."


def test_strip():
    expected = STUBS
    for name in ("double", "treble"):
        expected = expected.replace(f"MESSAGE OF {name}", message(4, "sums", name))
    assert stubs.strip(SOURCE, lab=4, module="sums") == expected


def test_finish_only_drops_the_markers():
    finished = stubs.finish(SOURCE)
    assert "SOLUTION" not in finished
    assert "\n\n\n\n" not in finished
    assert ast.dump(ast.parse(finished)) == ast.dump(ast.parse(SOURCE))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("# BEGIN SOLUTION\nx = 1\n", "line 1: this"),
        ("x = 1\n# END SOLUTION\n", "line 2"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n", "line 2"),
    ],
)
def test_markers_that_do_not_pair(source, line):
    with pytest.raises(ValueError, match=line):
        stubs.strip(source, lab=1, module="sums")


@EACH_LAB
@pytest.mark.parametrize("own_work", [False, True])
def test_student_folder(lab, own_work):
    files = stubs.stub_package(lab, own_work=own_work)
    handed_out = ("__init__", *lab.contract.modules)
    assert set(files) == {f"neuralnet/{name}.py" for name in handed_out}
    for function in lab.contract:
        node = definition(files[f"neuralnet/{function.module}.py"], function.name)
        assert ast.get_docstring(node)
        is_stub = isinstance(node.body[1], ast.Raise)
        assert is_stub == (own_work or function.lab == lab.number)
        if is_stub:
            assert len(node.body) == 2
            text = message(function.lab, function.module, function.name)
            assert ast.unparse(node.body[1]) == f"raise NotImplementedError({text!r})"
    assert not any("SOLUTION" in text for text in files.values())


@EACH_LAB
def test_nothing_of_the_solution_in_the_student_folder(lab):
    given = "\n".join(stubs.stub_package(lab).values())
    lines = stubs.solution_lines(lab)
    assert len(lines) >= len(lab.functions) - 1
    assert not [line for line in lines if line in given]
    solved = "\n".join(stubs.solution_package(lab).values())
    assert all(line in solved for line in lines)


def test_what_students_would_get_finished_is_told(tmp_path, monkeypatch):
    """A function of the contract is refused; a helper outside the markers may be meant so."""
    lab = find("lab1")
    shutil.copytree(stubs.SOLUTIONS / "neuralnet", tmp_path / "neuralnet")
    path = tmp_path / "neuralnet" / "activations.py"
    text = path.read_text("utf-8")
    monkeypatch.setattr(stubs, "SOLUTIONS", tmp_path)
    assert stubs.handed_out(lab) == []
    path.write_text(text + "\n\ndef _share(z):\n    return z / z.sum()\n", "utf-8")
    assert stubs.handed_out(lab) == ["_share (activations.py)"]
    begin = text.index("# BEGIN", text.index("def relu("))
    path.write_text(
        text[:begin]
        + text[begin:].replace("# BEGIN SOLUTION", "", 1).replace("# END SOLUTION", "", 1),
        "utf-8",
    )
    with pytest.raises(LabkitError, match="students would get relu finished") as caught:
        stubs.stub_package(lab)
    assert str(path) in str(caught.value)
    assert stubs.solution_package(lab)


def test_stubs_hold_public_functions_alone():
    for lab in LABS:
        for path, text in stubs.stub_package(lab, own_work=True).items():
            names = {
                node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)
            }
            module = path.removeprefix("neuralnet/").removesuffix(".py")
            assert names == {function.name for function in FUNCTIONS if function.module == module}


@EACH_LAB
def test_stubs_import_and_say_what_is_missing(lab, tmp_path):
    for path, text in stubs.stub_package(lab).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    modules = sorted(lab.contract.modules)
    last = lab.functions[-1]
    code = (
        "import importlib\n"
        f"for name in {modules}: importlib.import_module('neuralnet.' + name)\n"
        f"from neuralnet.{last.module} import {last.name} as stub\n"
        "import inspect\n"
        "p = inspect.signature(stub).parameters.values()\n"
        "try: stub(*(1 for x in p if x.kind is not x.KEYWORD_ONLY),"
        " **{x.name: 1 for x in p if x.kind is x.KEYWORD_ONLY})\n"
        "except NotImplementedError as e: print(e)\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith(f"Lab {lab.number}: {last.name} is not written yet.")


@EACH_LAB
def test_solution_package_is_all_up_to_a_lab_without_markers(lab):
    files = stubs.solution_package(lab)
    assert list(files) == [f"neuralnet/{name}.py" for name in ("__init__", *lab.contract.modules)]
    for path, text in files.items():
        assert "SOLUTION" not in text
        assert "NotImplementedError" not in text
        compile(text, path, "exec")


def test_write_starter_replaces_what_is_there(tmp_path):
    (tmp_path / "neuralnet").mkdir()
    (tmp_path / "neuralnet" / "old.py").touch()
    stubs.write_starter(tmp_path, labs=[find("lab2")])
    assert not (tmp_path / "neuralnet" / "old.py").exists()
    modules = {"__init__", *find("lab2").modules}
    assert {path.stem for path in (tmp_path / "neuralnet").iterdir()} == modules
    for function in find("lab2").functions:
        text = (tmp_path / "neuralnet" / f"{function.module}.py").read_text(encoding="utf-8")
        assert f": {function.name} is not written yet" in text


def test_committed_starter_code_is_what_the_solutions_give(tmp_path):
    stubs.write_starter(tmp_path, LABS)
    made, committed = (
        {p.name: p.read_text("utf-8") for p in root.rglob("*.py")} for root in (tmp_path, STARTER)
    )
    assert committed == made, "starter_code has drifted: write it again with `make starter`"


def definition(text, name):
    return next(
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
