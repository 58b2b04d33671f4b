import re
import shutil
import subprocess
import sys

import pytest

from labkit.base.errors import LabkitError
from labkit.lab.course import available
from labkit.lab.reference import FOLDER, Reference, function

CONTRACT = available()[-1].contract


def run(code, folder):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("one", list(CONTRACT), ids=lambda one: one.name)
def test_every_contract_function_is_there(one):
    assert function(one.module, one.name).__name__ == one.name
    assert getattr(Reference(CONTRACT), one.name) is function(one.module, one.name)


def test_unknown_names():
    with pytest.raises(LabkitError, match=r"losses\.py has no function softmix"):
        function("losses", "softmix")
    with pytest.raises(LabkitError, match=r"gains\.py is missing"):
        function("gains", "softmax")
    with pytest.raises(AttributeError, match="softmix"):
        _ = Reference(CONTRACT).softmix
    with pytest.raises(AttributeError, match="softmax"):  # of a later lab
        _ = Reference(available()[0].contract).softmax


GATES = """
[functions]
swish = "gates"
[questions]
swish = 100
"""


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def swish(z:\n", "line 1: '\\(' was never closed"),
        ("x = 1\nx / 0\n", "line 2: ZeroDivisionError: division by zero. Mend the reference there"),
        ("import scypi\n", "line 1: ModuleNotFoundError: No module named 'scypi'"),
        (
            "def swish(z):\n    from .losses import softmax\n",
            "line 2: neuralnet.losses belongs to lab2_backprop: add it to earlier in .*lab.toml",
        ),
        ("from neuralnet import losses\nswish = 1", "line 1: neuralnet.losses belongs to lab2"),
        ("import neuralnet.gain\nswish = 1", "line 1: neuralnet.gain belongs to no lab: add what"),
    ],
    ids=["syntax", "stops", "library", "earlier", "package", "nobody's"],
)
def test_a_reference_that_is_not_sound_is_one_sentence(source, says, tmp_path):
    """In a process of its own: the package is there once in each."""
    package = tmp_path / "solutions" / "neuralnet"
    shutil.copytree(FOLDER, package)
    (package / "gates.py").write_text(source)
    (package / "gain.py").write_text("")
    lab = tmp_path / "lab6_gates"
    lab.mkdir()
    (lab / "lab.toml").write_text(GATES)
    code = (
        "import sys; from pathlib import Path; from labkit.base import paths\n"
        f"paths.SOLUTIONS = Path({str(package.parent)!r})\n"
        "from labkit.lab import reference; from labkit.lab.lab import Lab\n"
        f"reference.check(Lab.load(Path({str(lab)!r})))\n"
    )
    last = run(code, tmp_path).stderr.strip().splitlines()[-1]
    assert re.fullmatch(rf"labkit\.base\.errors\.LabkitError: {package}/gates\.py, {says}.*", last)


def test_modules_are_loaded_when_asked_for(tmp_path):
    code = (
        "import sys, labkit.lab.reference as r\n"
        "print([m for m in sys.modules if m.startswith('neuralnet')])\n"
        "r.function('activations', 'sigmoid')\n"
        "print([m for m in sys.modules if m.startswith('neuralnet')])\n"
    )
    lines = run(code, tmp_path).stdout.splitlines()
    assert lines == ["['neuralnet']", "['neuralnet', 'neuralnet.activations']"]


def plant(folder):
    (folder / "neuralnet").mkdir()
    for module in ("__init__", "activations", "losses"):
        (folder / "neuralnet" / f"{module}.py").write_text(
            "print('planted')\nsigmoid = softmax = 0\n"
        )


def test_a_planted_package_is_never_imported(tmp_path):
    plant(tmp_path)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "import labkit.lab.reference as r\n"
        "from neuralnet.activations import sigmoid\n"
        "print(sigmoid.__code__.co_filename)\n"
        "print(r.function('losses', 'softmax').__code__.co_filename)\n"
    )
    shown = run(code, tmp_path)
    assert shown.stdout.split() == [str(FOLDER / "activations.py"), str(FOLDER / "losses.py")]


@pytest.mark.parametrize("planted", ["import neuralnet", "import neuralnet.losses"])
def test_another_package_of_that_name_is_refused(planted, tmp_path):
    plant(tmp_path)
    shown = run(f"{planted}\nimport labkit.lab.reference\nprint('loaded')", tmp_path)
    assert shown.returncode != 0
    assert "Another package named neuralnet is already loaded" in shown.stderr
    assert "loaded\n" not in shown.stdout.replace("planted", "")
