"""A run over a class opens each submission once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from labkit import intake
from labkit.building.build import built
from labkit.classroom.grade import Options, grade_to
from labkit.lab.course import find
from tests import sample_class


@pytest.mark.slow
@pytest.mark.parametrize("options", [Options(jobs=1), Options(jobs=2)])
def test_each_submission_is_opened_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Options
) -> None:
    """Grading, resuming, comparing and reporting share one opening, also of broken ones."""
    lab = find("lab1")
    sample_class.write(lab, tmp_path / "in", sample_class.EMPTY_NOTEBOOK)
    for name in ("gupta_ravi.zip", "moreau_elise.zip", "novak_petr.zip"):  # slow ones
        (tmp_path / "in" / name).unlink()
    opened: Counter[str] = Counter()
    plain = intake._opened

    def counting(found, name, *how, **more):
        opened[name] += 1
        return plain(found, name, *how, **more)

    monkeypatch.setattr(intake, "_opened", counting)
    graded = grade_to(built(lab), tmp_path / "in", tmp_path / "out", options)
    assert len(graded.results) > 10
    assert opened == dict.fromkeys((one.submission for one in graded.results), 1)
