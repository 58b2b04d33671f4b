"""`make bench`: every figure that the kit boasts of, measured beside its peer in one run.

One module a subject (`grading`, `checking`, `convolution`, `epochs`, `building`, `image`), all in
the rhythm of `measure`; `table`, `page`, `plot` and a JSON file with every sample show what came of
it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console

from labkit.base.errors import LabkitError
from labkit.base.files import write_json
from tests.benchmarks import building, checking, convolution, epochs, grading, image, machine, page
from tests.benchmarks import plot as plots
from tests.benchmarks import table as tables
from tests.benchmarks.measure import NotMeasured, Row, missing

Measurement = Callable[[bool], list[Row]]

MEASUREMENTS: Mapping[str, Measurement] = {
    "grade": grading.one_submission,
    "labs": grading.other_labs,
    "class": grading.classes,
    "class500": grading.five_hundred,
    "resume": grading.resumed,
    "check": checking.student_check,
    "conv": convolution.forward_and_backward,
    "epoch": epochs.against_torch,
    "build": building.all_labs,
    "image": image.grading_image,
}
"""By the name that `--only` takes, in the order of the table."""

FETCHING = frozenset({"image"})
"""Those that fetch packages: only where the network is allowed, or where they are named."""


def run(out: Path, only: tuple[str, ...], quick: bool, network: bool = False) -> None:
    """Measure, print the table, and write `out/bench.md`, `out/bench.svg` and `out/bench.json`.

    `only` names measurements; by default it is all, with `network` also those that fetch packages.
    What cannot be measured is a line with its reason. Raises LabkitError for a name that there is
    not.
    """
    for name in only:
        if name not in MEASUREMENTS:
            known = ", ".join(MEASUREMENTS)
            raise LabkitError(f"There is no measurement {name!r}; choose from {known}.")
    console = Console(stderr=True, highlight=False)
    rows: list[Row] = []
    for name, measurement in MEASUREMENTS.items():
        if name in only or (not only and (network or name not in FETCHING)):
            rows += _measured(name, measurement, quick, console)
        elif not only:
            reason = f"it fetches packages, so only with --network or --only {name}."
            rows.append(dataclasses.replace(missing(name, reason), name=name))
    about = machine.description()
    found = as_json(rows, about, quick)
    write_json(out / "bench.json", found)
    tables.show(rows)
    plot = "bench.svg" if plots.write(out / "bench.svg", rows, about) else ""
    page.write(out / "bench.md", rows, about, found["when"][:10], plot)
    for path in (out / name for name in ("bench.md", plot, "bench.json") if name):
        Console(highlight=False).print(f"  {path}", markup=False, soft_wrap=True)


def _measured(name: str, measurement: Measurement, quick: bool, console: Console) -> list[Row]:
    """The rows of one measurement; whatever stops it becomes a row."""
    with console.status(f"measuring {name}") if console.is_terminal else nullcontext():
        try:
            rows = measurement(quick)
        except NotMeasured as reason:
            rows = [missing(name, f"{reason}.")]
        except Exception as error:  # a figure that fails must not take the others with it
            rows = [missing(name, f"it stopped with {type(error).__name__}: {error}")]
    for row in rows:
        row.name = name
    return rows


def as_json(rows: list[Row], about: Mapping[str, Any], quick: bool) -> dict[str, Any]:
    """A run as plain data: the machine, the figures, every sample."""
    now = datetime.datetime.now(datetime.UTC)
    return {
        "schema": 1,
        "when": now.isoformat(timespec="seconds"),
        "quick": quick,
        "machine": dict(about),
        "rows": [
            {**_rounded(dataclasses.asdict(row)), "ratio": _rounded(row.ratio)} for row in rows
        ],
    }


def _rounded(value: Any) -> Any:
    """`value` with six digits of each float: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return value
