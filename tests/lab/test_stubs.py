import ast
import subprocess
import sys

import pytest

from labkit.lab import stubs as starter
from labkit.lab.contract import FUNCTIONS, MODULES, of_lab
from labkit.base.paths import STARTER

LABS = sorted({function.lab for function in FUNCTIONS})
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
    assert starter.strip(SOURCE, lab=4, module="sums") == expected


def test_finish_only_drops_the_markers():
    finished = starter.finish(SOURCE)
    assert "SOLUTION" not in finished
    assert "\n\n\n\n" not in finished
    assert ast.dump(ast.parse(finished)) == ast.dump(ast.parse(SOURCE))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("# BEGIN SOLUTION\nx = 1\n", "the last"),
        ("x = 1\n# END SOLUTION\n", "line 2"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n", "line 2"),
    ],
)
def test_markers_that_do_not_pair(source, line):
    with pytest.raises(ValueError, match=line):
        starter.strip(source, lab=1, module="sums")


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("own_work", [False, True])
def test_student_folder(lab, own_work):
    files = starter.stub_package(lab, own_work=own_work)
    handed_out = {function.module for function in FUNCTIONS if function.lab <= lab}
    assert set(files) == {"neuralnet/__init__.py", *(f"neuralnet/{name}.py" for name in handed_out)}
    for function in FUNCTIONS:
        if function.lab > lab:
            continue
        node = definition(files[f"neuralnet/{function.module}.py"], function.name)
        assert ast.get_docstring(node)
        is_stub = isinstance(node.body[1], ast.Raise)
        assert is_stub == (own_work or function.lab == lab)
        if is_stub:
            assert len(node.body) == 2
            text = message(function.lab, function.module, function.name)
            assert ast.unparse(node.body[1]) == f"raise NotImplementedError({text!r})"
    assert not any("SOLUTION" in text for text in files.values())


@pytest.mark.parametrize("lab", LABS)
def test_nothing_of_the_solution_in_the_student_folder(lab):
    given = "\n".join(starter.stub_package(lab).values())
    lines = starter.solution_lines(lab)
    assert len(lines) >= len(of_lab(lab)) - 1
    assert not [line for line in lines if line in given]
    solved = "\n".join(starter.solution_package(lab).values())
    assert all(line in solved for line in lines)


def test_stubs_hold_public_functions_alone():
    for lab in LABS:
        for path, text in starter.stub_package(lab, own_work=True).items():
            names = {
                node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)
            }
            module = path.removeprefix("neuralnet/").removesuffix(".py")
            assert names == {function.name for function in FUNCTIONS if function.module == module}


@pytest.mark.parametrize("lab", LABS)
def test_stubs_import_and_say_what_is_missing(lab, tmp_path):
    for path, text in starter.stub_package(lab).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    modules = sorted({function.module for function in FUNCTIONS if function.lab <= lab})
    last = of_lab(lab)[-1]
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
    assert run.stdout.startswith(f"Lab {lab}: {last.name} is not written yet.")


def test_solution_package_is_the_whole_course_without_markers():
    files = starter.solution_package(LABS[-1])
    assert list(files) == [f"neuralnet/{name}.py" for name in ("__init__", *MODULES)]
    for path, text in files.items():
        assert "SOLUTION" not in text
        assert "NotImplementedError" not in text
        compile(text, path, "exec")


def test_write_starter_replaces_what_is_there(tmp_path):
    (tmp_path / "neuralnet").mkdir()
    (tmp_path / "neuralnet" / "old.py").touch()
    starter.write_starter(tmp_path, labs=[2])
    assert not (tmp_path / "neuralnet" / "old.py").exists()
    for function in FUNCTIONS:
        text = (tmp_path / "neuralnet" / f"{function.module}.py").read_text(encoding="utf-8")
        assert (f": {function.name} is not written yet" in text) == (function.lab == 2)


def test_committed_starter_code_is_what_the_solutions_give():
    made = starter.stub_package(LABS[-1], own_work=True)
    committed = {
        path.relative_to(STARTER).as_posix(): path.read_text(encoding="utf-8")
        for path in STARTER.rglob("*.py")
    }
    assert committed == made, "starter_code has drifted: labkit.lab.stubs.write_starter renews it"


def definition(text, name):
    return next(
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
