"""One thread for NumPy's matrix products; imported before NumPy, which reads this only once.

The matrices of the labs are small. On a machine that others use too (a class's server), several
threads wait for each other: a cell of seconds then takes many minutes.
"""

from __future__ import annotations

import os

NAMES = (
    *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS"),
)
"""Variables that the libraries behind NumPy read, Apple's too."""

for _name in NAMES:
    os.environ.setdefault(_name, "1")
