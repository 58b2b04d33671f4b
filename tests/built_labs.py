"""The labs for a test of what is built: a quick run takes the first, `--slow` all of them.

A lab that nobody asks for is not built: that takes most of the time.
"""

from __future__ import annotations

import pytest

from labkit.lab.course import available

BUILT_LABS = [
    pytest.param(lab, marks=pytest.mark.slow if lab.number > 1 else (), id=lab.short)
    for lab in available()
]
EACH_BUILT_LAB = pytest.mark.parametrize("lab", BUILT_LABS)
