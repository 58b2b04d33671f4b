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
