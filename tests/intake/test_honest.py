"""Honest hand-ins that once got 0: what lies beside the work, and names that systems give."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.intake import open_submissions
from labkit.intake.copies import meant
from labkit.intake.fit import misfit, unusable
from labkit.lab.course import find
from labkit.lab.stubs import solution_package
from tests.packing import lay

LAB = find("lab1")
RIGHT = {path: text.encode() for path, text in solution_package(LAB).items()}


@pytest.mark.parametrize(
    "name",
    "layers|Layers (1)|layers - Copy|layers - Copy (2)|layers 2|layers copy 3|Copy of layers"
    "|layers_1|Kopie von layers|layers - Kopie (2)|layers (copy)|layers (another copy)"
    "|layers (3rd copy)|Copie de layers|layers - copia|Kopia pliku layers|layers — копия"
    "|layers のコピー|layers - 副本".split("|"),
)
def test_a_copy_is_known_by_its_name(name: str) -> None:
    assert meant(name, {"layers", "losses"}) == "layers"


def test_another_name_is_no_copy() -> None:
    assert meant("my_layers", {"layers"}) is None and meant("layers2", {"layers"}) is None


def _put(folder: Path) -> None:
    for path, content in RIGHT.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.mark.slow
def test_pictures_beside_the_package_do_not_hide_it(tmp_path: Path) -> None:
    _put(tmp_path / "ada")
    (tmp_path / "ada" / "images").mkdir()
    for number in range(21_000):
        (tmp_path / "ada" / "images" / f"{number}.png").touch()
    _put(tmp_path / "bo")
    found = {one.name: one for one in open_submissions(tmp_path, LAB.contract.modules)}
    assert found["ada"].problem is None and set(RIGHT) <= set(found["ada"].files)


def test_a_folder_whose_name_starts_with_dots_is_somebodys(tmp_path: Path) -> None:
    for name in ("...ada", "bo", ".git"):
        _put(tmp_path / name)
    origins = {one.origin for one in open_submissions(tmp_path, LAB.contract.modules)}
    assert origins == {"...ada", "bo"}


def test_what_cannot_be_judged_says_so_in_one_place(tmp_path: Path) -> None:
    _put(tmp_path / "right")
    lay(
        tmp_path, {"none.zip": b"", "other/neuralnet/losses.py": b"def softmax(S):\n    return S\n"}
    )
    none, other, right = open_submissions(tmp_path, LAB.contract.modules)
    assert unusable(LAB, none).startswith("unreadable: none.zip is empty")
    assert unusable(LAB, other).startswith("other lab: this is lab2_backprop")
    assert unusable(LAB, right) == ""


def test_a_package_without_any_function_says_what_it_is() -> None:
    assert misfit(LAB, RIGHT) == ""
    other = {"neuralnet/losses.py": b"def softmax(S):\n    return S\n"}
    assert misfit(LAB, other).startswith("other lab: this is lab2_backprop")
    assert misfit(LAB, {"neuralnet/layers.py": b""}).startswith("no functions:")
    assert misfit(find("lab2"), RIGHT).startswith("other lab: this is lab1_forward")
