"""A small lab and three who hand it in."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.lab.bundle import Bundle
from tests.classroom import mini


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return mini.lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def hand_ins(tmp_path: Path, bundle: Bundle) -> Path:
    """ada is right, ben's relu is wrong, cem's zip is broken."""
    folder = tmp_path / "in"
    mini.hand_in(folder / "ada.zip", bundle)
    mini.hand_in(folder / "ben.zip", bundle, {"relu": mini.WRONG_RELU})
    (folder / "cem.zip").write_bytes(b"PK\3\4broken")
    return folder
