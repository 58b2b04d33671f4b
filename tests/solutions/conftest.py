"""Registers the reference package as `neuralnet` before the tests here import from it."""

import numpy as np
import pytest

from labkit.lab import reference

reference.load()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(260)
