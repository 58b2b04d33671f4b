"""The labs that a test runs through: a quick run takes the first, `--slow` all of them.

A lab that nobody asks for is not built: that takes most of the time.
"""

from __future__ import annotations

import pytest

from labkit.lab.course import available

LABS = [
    pytest.param(lab, marks=pytest.mark.slow if lab.number > 1 else (), id=lab.short)
    for lab in available()
]
EACH_LAB = pytest.mark.parametrize("lab", LABS)
