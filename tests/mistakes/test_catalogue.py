"""The mistakes of every lab: wrong versions are wrong under the contract, right ones are right.

The inputs are a small stand-in for the labs' own cases, a file a lab: `probes_<lab>.py`, with what
is special about that lab.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

from labkit.base.errors import LabkitError
from labkit.lab import stubs
from labkit.lab.contract import PACKAGE
from labkit.lab.course import available, find
from labkit.lab.lab import Lab
from labkit.lab.reference import function as reference
from labkit.mistakes import (
    HINT_LENGTH,
    Catalogue,
    Mistake,
    Variant,
    Version,
    submission_files,
    submission_with,
)
from labkit.student import labcheck
from labkit.student.labcheck import Explanation, Observation, Problem, WrongOutcome

LABS = [lab for lab in available() if Path(__file__).with_name(f"probes_{lab.name}.py").is_file()]
"""Of a lab of one's own `labkit audit` tells the same."""
CATALOGUES = {lab.name: Catalogue.of(lab) for lab in LABS}


def probes_of(lab: Lab) -> ModuleType:
    return import_module(f"tests.mistakes.probes_{lab.name}")


def of_kind(kind: type[Version], lab: Lab, function: str) -> list[Version]:
    """The versions of this kind that stand in for a function. Thousands: no test for each."""
    known = CATALOGUES[lab.name].versions
    return [one for one in known if one.function == function and isinstance(one, kind)]


TRAINS = {"train", "fine_tune", "train_autoencoder", "train_convnet", "train_is_wrong"}
"""Functions whose versions train networks: they wait for --slow, as the later labs do."""
EACH_LAB = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
EACH_FUNCTION = pytest.mark.parametrize(
    ("lab", "function"),
    [
        pytest.param(
            lab,
            one.name,
            id=one.name,
            marks=pytest.mark.slow if lab.number > 2 or one.name in TRAINS else (),
        )
        for lab in LABS
        for one in lab.functions
    ],
)

Seen = Sequence[tuple[Observation, Problem | None]]


def asked(lab: Lab, function: str, run: Callable[..., Any]) -> Seen:
    """What a version does on the probes of its function, and what is wrong with that."""
    seen = []
    for probe in probes_of(lab).PROBES[function]():
        args, kwargs = probe.fresh()
        observation = labcheck.call(run, args, kwargs, seconds=20.0)
        seen.append((observation, probe.problem(observation)))
    return seen


@cache
def observations(lab: str, key: str) -> Seen:
    version = CATALOGUES[lab][key]
    return asked(find(lab), version.function, version.run)


def problems(seen: Seen) -> list[Problem]:
    return [problem for _, problem in seen if problem is not None]


# ---------------------------------------------------------------- what the versions do


@EACH_FUNCTION
def test_the_reference_is_right(lab: Lab, function: str) -> None:
    seen = asked(lab, function, reference(lab.contract.module_of[function], function))
    assert seen and problems(seen) == []


@EACH_FUNCTION
def test_a_mistake_is_wrong(lab: Lab, function: str) -> None:
    for one in of_kind(Mistake, lab, function):
        assert problems(observations(lab.name, one.key)), f"{one.key} is right on every input"


@EACH_FUNCTION
def test_a_mistake_gives_an_answer_on_some_input(lab: Lab, function: str) -> None:
    """A version that does nothing but raise would be named by the text of an exception alone."""
    for one in of_kind(Mistake, lab, function):
        answers = any(seen.failure is None for seen, _ in observations(lab.name, one.key))
        assert answers == (one.key not in probes_of(lab).ONLY_RAISE), one.key


@EACH_FUNCTION
def test_a_right_version_is_right(lab: Lab, function: str) -> None:
    for one in of_kind(Variant, lab, function):
        assert problems(observations(lab.name, one.key)) == [], one.key


@EACH_FUNCTION
def test_no_two_mistakes_of_a_function_behave_alike(lab: Lab, function: str) -> None:
    known = CATALOGUES[lab.name].about(function)
    for i, first in enumerate(known):
        for second in known[i + 1 :]:
            assert not alike(lab, first, second), f"{first.key} and {second.key}"


def alike(lab: Lab, first: Mistake, second: Mistake) -> bool:
    """Whether the judge's own matching cannot tell the two apart on any probe."""
    name = Explanation(second.key, second.title, second.hint)
    ours, theirs = observations(lab.name, first.key), observations(lab.name, second.key)
    for (a, problem), (b, other) in zip(ours, theirs, strict=True):
        if (problem is None) != (other is None):
            return False
        if problem is not None and labcheck.match(a, problem, WrongOutcome(name, b, other)) < 2:
            return False
    return True


@EACH_FUNCTION
def test_a_version_uses_what_a_students_module_may(lab: Lab, function: str) -> None:
    """NumPy, the package and the standard library, in the functions inside it too."""
    allowed = {*sys.stdlib_module_names, PACKAGE, "numpy"}
    for one in of_kind(Version, lab, function):
        assert isinstance(one.run, FunctionType)
        found = imported(inspect.getsource(one.run))
        for code in codes(one.run.__code__):
            for name in one.run.__globals__.keys() & set(code.co_names):
                value = one.run.__globals__[name]
                found[name] = getattr(value, "__module__", None) or getattr(value, "__name__", "")
        strange = {name for name, home in found.items() if home.split(".")[0] not in allowed}
        assert not strange, one.key


def codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of every function, class and comprehension inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


def imported(source: str) -> dict[str, str]:
    """What a source imports by itself, by the name of it, with the module that it is from."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {one.name: one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {one.name: node.module or "" for one in node.names}
    return found


# ---------------------------------------------------------------- what the entries say


@EACH_LAB
def test_there_is_enough_of_each(lab: Lab) -> None:
    catalogue = CATALOGUES[lab.name]
    mistakes, variants, wrong, right = probes_of(lab).ENOUGH
    assert len(catalogue.mistakes) >= mistakes and len(catalogue.variants) >= variants
    known = Counter(variant.function for variant in catalogue.variants)
    for function in lab.functions:
        assert len(catalogue.about(function.name)) >= wrong, function.name
        assert known[function.name] >= right, function.name


def test_keys_are_unique_in_the_whole_course() -> None:
    keys = Counter(version.key for one in CATALOGUES.values() for version in one.versions)
    assert [key for key, count in keys.items() if count > 1] == []


@EACH_LAB
def test_words_are_short_and_plain(lab: Lab) -> None:
    blame = re.compile(r"\b(forgot|careless|stupid|silly|obviously|trivial|dumb)\b")
    code = re.compile(r"np\.\w+\(|\blambda\b|\bdef \w+\(|\breturn [a-z]\w*[\[(]|@ \w")
    titles = set()
    for entry in CATALOGUES[lab.name].mistakes:
        assert 10 <= len(entry.title) <= 100 and not entry.title.endswith("."), entry.key
        assert 60 <= len(entry.hint) <= HINT_LENGTH and entry.hint[-1] in ".?", entry.key
        text = f"{entry.title} {entry.hint}"
        assert "\n" not in text and "  " not in text, entry.key
        assert not blame.search(text.lower()), entry.key
        assert not code.search(entry.hint), entry.key
        assert (entry.function, entry.title) not in titles, entry.key
        titles.add((entry.function, entry.title))


@EACH_LAB
def test_a_message_is_shown_whole(lab: Lab) -> None:
    problem = Problem("values", "s", "g")
    for entry in CATALOGUES[lab.name].mistakes:
        told = Explanation(entry.key, entry.title, entry.hint)
        assert entry.hint in labcheck.compose(problem, [told], hidden=True), entry.key


# ---------------------------------------------------------------- a version as a submission


def test_a_submission_is_the_reference_but_for_one_function() -> None:
    lab = find("lab2")
    mistake = CATALOGUES[lab.name]["backward_without_slope"]
    files, right = submission_files(mistake, lab), stubs.sources(lab)
    assert [path for path, text in files.items() if text != right[path]] == [
        "neuralnet/backprop.py"
    ]
    assert "neuralnet/training.py" not in files
    assert "neuralnet/training.py" in submission_files(mistake, find("lab3"))
    assert files["neuralnet/backprop.py"].count("def backward(") == 2


def same_observation(a: Observation, b: Observation) -> bool:
    if a.failure or b.failure:
        return a.failure is not None and b.failure is not None and a.failure.text == b.failure.text
    return a.changed == b.changed and a.warnings == b.warnings and labcheck.same(a.value, b.value)


def behaves_otherwise(lab: Lab) -> list[str]:
    """Keys of the versions that behave otherwise as submissions; swaps the package on the way."""
    original = {n: m for n, m in sys.modules.items() if n.split(".")[0] == PACKAGE}
    sys.dont_write_bytecode = True
    wrong = []
    for version in CATALOGUES[lab.name].versions:
        wanted = observations(lab.name, version.key)
        with tempfile.TemporaryDirectory() as folder:
            for path, text in submission_files(version, lab).items():
                target = Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
                assert "labkit" not in text, version.key
            probes = list(probes_of(lab).PROBES[version.function]())
            for name in original:
                sys.modules.pop(name, None)
            sys.path.insert(0, folder)
            try:
                module = import_module(f"{PACKAGE}.{version.module}")
                assert str(module.__file__).startswith(folder)
                run = getattr(module, version.function)
                seen = [labcheck.call(run, *probe.fresh(), seconds=20.0) for probe in probes]
            finally:
                sys.path.remove(folder)
                for name in list(sys.modules):
                    if name.split(".")[0] == PACKAGE:
                        del sys.modules[name]
                sys.modules.update(original)
        drawn_anew = "global_random" in version.key
        if not drawn_anew and not all(map(same_observation, seen, (one for one, _ in wanted))):
            wrong.append(version.key)
    return wrong


@pytest.mark.slow
@EACH_LAB
def test_submissions_behave_as_their_versions(lab: Lab) -> None:
    code = (
        "import json, tests.mistakes.test_catalogue as t; "
        f"print(json.dumps(t.behaves_otherwise(t.find({lab.name!r}))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


# ---------------------------------------------------------------- an instructor's own lab

TOML = """
earlier = ["lab1_forward"]
functions = { swish = "gates" }
questions = { swish = 100 }
"""
OWN = '''
import numpy as np
from labkit.mistakes import mistake, variant
from neuralnet.activations import sigmoid


@mistake("swish")
def own_swish(z):
    """Not a swish

    Look it
    up.
    """
    return 1.0 * z


@mistake("sigmoid")
def own_twice(z):
    """Twice the
    sigmoid

    Halve it.
    """
    def double(x: int) -> int:
        """Uses the right function under the very name that it takes the place of."""
        return 2 * x

    return double(sigmoid(z))


@variant("sigmoid", slow=True)
def own_right(z):
    """in two steps"""
    return sigmoid(1.0 * z)
'''


@pytest.fixture
def own(tmp_path: Path) -> Lab:
    """A lab that builds on the first one and has its own mistakes."""
    folder = tmp_path / "lab6_gates"
    (folder / "mistakes").mkdir(parents=True)
    (folder / "lab.toml").write_text(TOML, encoding="utf-8")
    (folder / "mistakes" / "gates.py").write_text(OWN, encoding="utf-8")
    return Lab.load(folder)


def rewrite(own: Lab, text: str, name: str = "gates.py") -> None:
    path = own.folder / "mistakes" / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))  # also within one tick of the clock


def test_a_folders_files_are_its_catalogue(own: Lab) -> None:
    """In the contract's order; words come from the docstrings."""
    catalogue = Catalogue.of(own)
    assert [version.key for version in catalogue.versions] == [
        *("own_twice", "own_right", "own_swish")
    ]
    twice, swish = catalogue.mistakes
    assert (twice.title, twice.hint) == ("Twice the sigmoid", "Halve it.")
    assert (swish.title, swish.hint, swish.module) == ("Not a swish", "Look it up.", "gates")
    (right,) = catalogue.variants
    assert (right.function, right.style, right.slow) == ("sigmoid", "in two steps", True)
    assert catalogue.about("sigmoid") == (twice,) and catalogue["own_swish"] == swish
    assert "own_twice" not in {version.key for version in CATALOGUES["lab1_forward"].versions}


def test_an_edited_file_is_read_again(own: Lab) -> None:
    before = Catalogue.of(own)
    rewrite(own, OWN.replace("Halve it.", "Count the halves."))
    assert before["own_twice"].hint == "Halve it."
    assert Catalogue.of(own)["own_twice"].hint == "Count the halves."


def test_nothing_is_there_of_what_is_not_there(own: Lab) -> None:
    assert Catalogue.of(own).about("nothing") == ()
    with pytest.raises(KeyError):
        _ = Catalogue.of(own)["nothing"]
    (own.folder / "mistakes" / "gates.py").unlink()
    assert Catalogue.of(own).versions == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OWN.replace('"swish"', '"swoosh"'), "own_swish stands in for 'swoosh', which is no func"),
        (OWN.replace('"""in two steps"""', "pass"), "own_right has no docstring"),
        (OWN, "defines 'own_swish' twice"),
        (OWN + "1 / 0\n", r"gates\.py, line 35: ZeroDivisionError"),
        (OWN + "def\n", r"gates\.py, line 35: invalid syntax"),
        (
            OWN.replace('mistake("swish")', "mistake"),
            r'line 7: TypeError: @mistake .*, as in @mistake\("d',
        ),
        (OWN.replace('variant("sigmoid", slow=True)', "variant"), r"line 31: TypeError: @variant"),
        (OWN.replace('@mistake("swish")', ""), r"gates\.py, line 8: own_swish is no version"),
    ],
    ids=["function", "docstring", "twice", "stops", "syntax", "bare", "bare right", "no mark"],
)
def test_a_file_that_does_not_fit_is_one_sentence(own: Lab, text: str, says: str) -> None:
    if says.endswith("twice"):  # in two files: in one, Python itself keeps the last
        rewrite(own, text, "more.py")
    else:
        rewrite(own, text)
    with pytest.raises(LabkitError, match=says) as caught:
        Catalogue.of(own)
    assert str(own.folder / "mistakes") in str(caught.value)


def test_lifted_source_can_call_what_it_replaces(own: Lab) -> None:
    twice = Catalogue.of(own)["own_twice"]
    text = submission_with([twice], find("lab1"))["neuralnet/activations.py"]
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["sigmoid"](np.zeros(3)).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("helper", ["HALF = 2.0", "HALF: float = 2.0", "ONE, HALF = 1, 2"])
def test_source_that_does_not_stand_alone_is_refused(own: Lab, helper: str) -> None:
    rewrite(own, OWN.replace('"swish"', '"relu"').replace("1.0 * z\n", "HALF * z\n") + helper)
    with pytest.raises(LabkitError, match=r"gates\.py, line 7: own_swish uses HALF of its file"):
        submission_files(Catalogue.of(own)["own_swish"], find("lab1"))
