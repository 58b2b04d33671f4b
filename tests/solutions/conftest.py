"""Registers the reference package as `neuralnet` before the tests here import from it."""

import numpy as np
import pytest
from hypothesis import settings

from labkit.lab import reference

reference.load()
settings.register_profile("no deadline", deadline=None)  # a busy machine is no failure
settings.load_profile("no deadline")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(260)
