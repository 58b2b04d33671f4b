"""A built lab."""

from __future__ import annotations

import pickle

from labkit.building.build import built
from labkit.lab.course import find


def test_a_built_lab_brings_its_functions_to_another_process() -> None:
    """A class is graded in processes that have never seen the assignments folder."""
    bundle = built(find("lab1"))
    assert bundle.lab.name == "lab1_forward"
    sent = pickle.loads(pickle.dumps(bundle))
    assert "lab" not in vars(sent) and sent.lab.questions == bundle.lab.questions
