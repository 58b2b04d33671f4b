"""What cannot run in a student's folder is told when the lab is built, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.base.errors import LabkitError
from labkit.building import cells
from labkit.lab.lab import Lab
from tests.classroom import mini

FIGURES = """\
import numpy as np
from neuralnet.activations import tanh


def curve():
    return tanh(np.zeros(3))
"""

IMPORTS = "# %%\nimport figures\n\n# %%\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Lab, Path]:
    """A lab with figures and its student's folder."""
    lab, student = mini.source(tmp_path), tmp_path / "student"
    for name in ("figures.py", "neuralnet/__init__.py", "neuralnet/activations.py", "data/map.png"):
        (student / name).parent.mkdir(parents=True, exist_ok=True)
        (student / name).write_text(FIGURES if name == "figures.py" else "tanh = 1", "utf-8")
    (lab.folder / "figures.py").write_text(FIGURES, encoding="utf-8")
    return lab, student


def checked(lab: Lab, student: Path, cell: str) -> None:
    text = mini.TEXT.replace("# %%\ngrader", f"{cell}\n\n# %%\ngrader", 1)
    lab.text.write_text(text, encoding="utf-8")
    cells.check(lab, student)


@pytest.mark.parametrize(
    "cell",
    [
        "# %%\nimport figures\n%time figures.curve()\n!ls\n\n# %%\nfigures.curve()",
        "# %%\nimport math, matplotlib.pyplot as plt\nfrom neuralnet import activations",
        "# %%\ntry:\n    import torch\nexcept ImportError:\n    pass\nnp.load('data/map.png')",
        "# %%\nfrom neuralnet.activations import tanh\nawait tanh",
        "# %%\nimport figures\nfor figures in ():\n    figures.shape",
        "# %% [markdown]\n# ![a map](data/map.png) <img src='https://example.edu/x.png'>",
    ],
)
def test_what_runs_is_not_complained_of(cell: str, folders: tuple[Lab, Path]) -> None:
    checked(*folders, cell)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("# %%\nx = 1\nx = (", r"line 6: '\(' was never closed: no student can run it"),
        ("# %%\nreturn 1", "line 5: 'return' outside function"),
        ("# %%\nimport figures\n\n# %%\nfigures.curv()", "line 8: figures has no curv: correct"),
        (
            "# %%\nfrom figures import curv",
            "line 5: figures has no curv: .* write it in figures.py",
        ),
        ("# %%\nimport figurs", "line 5: students have no module figurs: correct the name, or use"),
        ("# %%\nimport pandas as pd", "line 5: students have no module pandas: .* numpy and matp"),
        (
            "# %%\nfrom neuralnet.losses import softmax",
            "line 5: students have no module neuralnet.losses: .* add its lab to earlier in lab",
        ),
        ("# %%\nnp.load('data/wine.npz')", "line 5: students have no data/wine.npz: put the file"),
        (
            "# %% [markdown]\n# ![a map](map.png)",
            "line 5: students have no map.png: .* data/map.png",
        ),
    ],
)
def test_what_cannot_run_is_one_sentence(cell: str, says: str, folders: tuple[Lab, Path]) -> None:
    with pytest.raises(LabkitError, match=says) as caught:
        checked(*folders, cell)
    assert str(folders[0].text) in str(caught.value)


def test_figures_are_read_too_and_a_build_reads_all(folders: tuple[Lab, Path]) -> None:
    lab, student = folders
    (lab.folder / "figures.py").write_text(FIGURES.replace("tanh\n", "tan\n", 1), "utf-8")
    with pytest.raises(
        LabkitError, match=r"figures\.py, line 2: neuralnet.activations has no tan:"
    ):
        cells.check(lab, student)
    (lab.folder / "figures.py").unlink()
    with pytest.raises(LabkitError, match="line 5: students have no module figures"):
        mini.lab(lab.folder.parents[1], text=mini.TEXT.replace("# %%\n", IMPORTS, 1))
