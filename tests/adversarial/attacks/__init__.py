"""Every attack: a submission to lab 1, with what its honest code earns at most.

Most are the stubs with an attack behind them, so any point that they get is a point too many. What
an attack steals (a solution's source, another student's file) it puts to use, so that a theft
shows as points. Words such as `@REPO@` stand for paths that a well-informed attacker knows;
`Arena.write` fills them in. `@MARK@` is a folder that everybody may write to: whatever comes to
lie in it, or connects to the socket there, is proof of something that got out.

A module holds the attacks of one kind.
"""

from __future__ import annotations

from tests.adversarial.attacks import (
    circular,
    disk,
    ending,
    forging,
    inspecting,
    network,
    packing,
    patching,
    planting,
    processes,
    reading,
    results,
    sharing,
    showing,
)
from tests.adversarial.attacks.packing import as_folder, as_zip
from tests.adversarial.attacks.places import filled, know
from tests.adversarial.attacks.submission import (
    ACTIVATIONS,
    ALL,
    LAB,
    NOTEBOOK,
    Attack,
    Files,
    solved,
    stubs,
)

__all__ = [
    "ACTIVATIONS",
    "ALL",
    "CORPUS",
    "LAB",
    "NOTEBOOK",
    "Attack",
    "Files",
    "as_folder",
    "as_zip",
    "filled",
    "know",
    "solved",
    "stubs",
]

CORPUS: tuple[Attack, ...] = (
    *results.ATTACKS,
    *inspecting.ATTACKS,
    *patching.ATTACKS,
    *ending.ATTACKS,
    *forging.ATTACKS,
    *planting.ATTACKS,
    *reading.ATTACKS,
    *processes.ATTACKS,
    *network.ATTACKS,
    *sharing.ATTACKS,
    *circular.ATTACKS,
    *showing.ATTACKS,
    *disk.ATTACKS,
    *packing.ATTACKS,
)
"""The attacks of all kinds, in the order in which they are graded."""
