"""One thread for matrix products: many small ones at once gain nothing from more, and lose a lot.

On a busy machine the threads of one product wait for each other without letting go of a core.
"""

from __future__ import annotations

import os

ONE_THREAD = dict.fromkeys(
    (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "BLIS_NUM_THREADS",
    ),
    "1",
)
"""Environment for a process of its own."""


def one_thread() -> None:
    """The same for this process and its children, unless somebody chose otherwise.

    Libraries read it when they are loaded: call it before NumPy is imported.
    """
    for name, count in ONE_THREAD.items():
        os.environ.setdefault(name, count)
