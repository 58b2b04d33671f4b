"""Odd but honest work, as students really hand it in, gets its full grade."""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from labkit.judging.result import GRADED, Result
from tests.adversarial.arena import quick_bundle
from tests.adversarial.attacks import NOTEBOOK, Files, as_folder, as_zip, solved
from tests.grading import grade
from tests.packing import encoded, zipped
from tests.processes import LINUX
from tests.sample_class import chatty, crlf, macos_junk, nested

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not LINUX, reason="grades a class")]
Pack = Callable[[Path, Mapping[str, str | bytes]], None]


def _code(change: Callable[[str], str | bytes]) -> Files:
    """The solution with every module changed."""
    return {
        path: change(str(text)) if path.endswith(".py") else text for path, text in solved().items()
    }


def _tabs(text: str) -> str:
    return re.sub(r"(?m)^(    )+", lambda found: "\t" * (len(found[0]) // 4), text)


def _text(files: Files) -> dict[str, str]:
    return {path: str(text) for path, text in files.items()}


def _tar(place: Path, files: Mapping[str, str | bytes]) -> None:
    with tarfile.open(f"{place}.tar.gz", "w:gz") as archive:
        for path, data in encoded(files).items():
            info = tarfile.TarInfo(f"./{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def _windows_zip(place: Path, files: Mapping[str, str | bytes]) -> None:
    with zipfile.ZipFile(f"{place}.zip", "w") as archive:
        for path, content in files.items():
            info = zipfile.ZipInfo("lab")
            info.filename = "lab\\" + path.replace("/", "\\")
            archive.writestr(info, content)


def _read_only(place: Path, files: Mapping[str, str | bytes]) -> None:
    as_folder(place, files)
    for path in place.rglob("*.py"):
        path.chmod(0o444)
    (place / "neuralnet").chmod(0o555)


def _large_notebook() -> Files:
    output = {"output_type": "stream", "name": "stdout", "text": ["0.123456789 " * 5_000_000]}
    cell = {"cell_type": "code", "source": "", "metadata": {}, "execution_count": 1}
    book = {"cells": [cell | {"outputs": [output]}], "metadata": {}}
    return solved() | {NOTEBOOK: json.dumps(book | {"nbformat": 4, "nbformat_minor": 5})}


PLOTS = """
import matplotlib
import matplotlib.pyplot as plt
plt.style.use("ggplot")
fig, ax = plt.subplots(figsize=(20, 20))
ax.plot(sigmoid(np.linspace(-5, 5, 100)))
plt.savefig("curve.png")
plt.show()
"""
SETTINGS = """
import logging, random, warnings
logging.basicConfig(level="DEBUG")
np.random.seed(0); random.seed(0)
np.seterr(all="raise")
np.set_printoptions(precision=2, suppress=True)
warnings.simplefilter("error")
DEBUG = True
if __name__ == "__main__":
    print(sigmoid(np.zeros(3)))
"""
HELPERS = """
from neuralnet.my_helpers import half as _half
from helpers_beside import *
import helpers_beside
assert _half(2) == helpers_beside.one
"""

ODD: dict[str, tuple[Files, Pack]] = {
    "windows line ends and a mark": (dict(crlf(_text(solved()))), as_zip),
    "tabs": (_code(_tabs), as_zip),
    "tabs and windows": (_code(lambda text: _tabs(text).replace("\n", "\r\n").encode()), as_zip),
    "old mac line ends": (_code(lambda text: text.replace("\n", "\r").encode()), as_zip),
    "many spaces": (_code(lambda text: text.replace("\n", "   \n").rstrip()), as_zip),
    "latin-1": (
        _code(lambda text: b"# -*- coding: latin-1 -*-\n# \xe4\xf6\xfc\n"
              + text.encode("ascii", "ignore")),
        as_zip,
    ),
    "junk of macOS": (solved() | dict(macos_junk(_text(solved()))), as_zip),
    "junk of editors": (
        solved() | {
            ".vscode/settings.json": "{", ".git/HEAD": "x", "__pycache__/a.pyc": b"\0",
            ".ipynb_checkpoints/lab1_forward-checkpoint.ipynb": "{}", "Thumbs.db": b"\0",
            "neuralnet/.ipynb_checkpoints/activations-checkpoint.py": "1/0",
            "neuralnet/__pycache__/activations.cpython-39.pyc": b"\0", "desktop.ini": "x",
            "neuralnet/activations.py~": "1/0", "neuralnet/#layers.py#": "1/0",
            "neuralnet/old activations.py": "1/0", "neuralnet/.activations.py.swp": b"\0",
        },
        as_zip,
    ),
    "a folder too deep": (dict(nested(_text(solved()), "Downloads/lab 1 (final)")), as_zip),
    "three folders too deep": (dict(nested(_text(solved()), "a/b c/d'e\"f")), as_folder),
    "emoji 🎓 and 'quotes' \"too\"": (dict(nested(_text(solved()), "mein Ordner 🧠")), as_zip),
    "x" * 180: (dict(nested(_text(solved()), "y" * 200)), as_zip),
    "-rf ~; $(touch x) & `ls`": (solved(), as_folder),
    "=SUM(A1)": (solved(), as_zip),
    "名前　グエン": (solved(), as_zip),
    "debug prints": (dict(chatty(_text(solved()))), as_zip),
    "plots at import": (solved(PLOTS), as_zip),
    "settings at import": (solved(SETTINGS), as_zip),
    "helpers": (
        solved(HELPERS) | {"neuralnet/my_helpers.py": "def half(x): return x / 2\n",
                           "helpers_beside.py": "one = 1\n"},
        as_zip,
    ),
    "a second copy": (
        solved() | {
            f"backup/{path}": text for path, text in solved("1/0\n").items()
            if path.startswith("neuralnet/")
        },
        as_zip,
    ),
    "a copy by the browser": (
        {path.replace("layers.py", "layers (1).py"): text for path, text in solved().items()},
        as_zip,
    ),
    "capital letters": (
        {path.replace("neuralnet/l", "neuralnet/L"): text for path, text in solved().items()},
        as_zip,
    ),
    "the package alone": (
        {path: text for path, text in solved().items() if path != NOTEBOOK}, as_folder),
    "modules alone": (
        {path.removeprefix("neuralnet/"): text for path, text in solved().items()}, as_zip),
    "zip in a zip": ({"lab1.zip": zipped(solved())}, as_zip),
    "a tar": (solved(), _tar),
    "a zip of Windows": (solved(), _windows_zip),
    "read only": (solved(), _read_only),
    "a large notebook": (_large_notebook(), as_zip),
    "no notebook that opens": (solved() | {NOTEBOOK: b"\xff\xfe{", "other.ipynb": "{"}, as_zip),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Results of a class of odd submissions, by the names of what was handed in."""
    work = tmp_path_factory.mktemp("odd")
    bundle = quick_bundle(work / "bundle", seconds=5)
    (work / "class").mkdir()
    for name, (files, pack) in ODD.items():
        pack(work / "class" / name, files)
    found = grade(bundle, work / "class", work / "out", jobs=1)
    assert len(found) == len(ODD)
    return {result.origin: result for result in found}


@pytest.mark.parametrize("name", ODD, ids=lambda name: name[:30])
def test_odd_but_honest_work_gets_its_full_grade(name: str, graded: dict[str, Result]) -> None:
    (result,) = (graded[name + end] for end in ("", ".zip", ".tar.gz") if name + end in graded)
    lost = [
        (case.title, case.message)
        for question in result.questions
        for case in question.cases
        if not case.passed
    ]
    assert (result.status, result.total, lost) == (GRADED, 100, [])
