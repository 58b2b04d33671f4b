"""`make bench`: its rhythm, its table, its files. No time is held to anything here."""

from __future__ import annotations

import io
import json
import statistics
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from labkit.base.errors import LabkitError
from labkit.building.build import built
from labkit.lab import reference
from labkit.lab.course import find
from tests import benchmarks as bench
from tests.benchmarks import (
    MEASUREMENTS,
    checking,
    convolution,
    epochs,
    grading,
    machine,
    measure,
    page,
    plot,
    table,
)
from tests.benchmarks import submissions as handed_in
from tests.benchmarks.__main__ import main
from tests.benchmarks.measure import NotMeasured, Row, compare, missing, take_turns
from tests.packing import lay

REPO = Path(__file__).resolve().parents[2]

# ---------------------------------------------------------------- the rhythm


def test_sides_take_turns_in_both_orders_after_a_warm_up() -> None:
    asked: list[str] = []
    clock = iter(range(100))

    def side(name: str) -> float:
        asked.append(name)
        return float(next(clock))

    sides = {name: (lambda name=name: side(name)) for name in "ab"}
    samples = take_turns(sides, rounds=4, warmups=1)
    assert "".join(asked) == "ba" + "ab" + "ba" + "ab" + "ba"
    assert samples == {"a": [2.0, 5.0, 6.0, 9.0], "b": [3.0, 4.0, 7.0, 8.0]}


def test_without_a_warm_up_every_sample_counts() -> None:
    assert take_turns({"a": lambda: 1.0}, rounds=2, warmups=0) == {"a": [1.0, 1.0]}


def test_ratios_are_of_medians_not_of_means() -> None:
    samples = {"ours": [1.0, 2.0, 90.0], "theirs": [4.0, 4.0, 1000.0]}
    row = compare("what", "ms", samples, "ours", "theirs", 0.5, scale=1e3)
    assert (row.ours, row.peer, row.ratio, row.met) == (2000.0, 4000.0, 0.5, True)
    assert compare("what", "s", samples, "theirs", "ours", 1.9).met is False
    assert compare("what", "s", samples, "ours", "theirs", None).met is None
    assert row.samples is samples


def test_processor_time_of_orphaned_grandchildren_counts() -> None:
    spin = "import time\nwhile time.process_time() < 0.3: pass"
    orphan = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {spin!r}])"
    used = measure.run([sys.executable, "-c", orphan])
    if sys.platform.startswith("linux"):
        assert used.cpu >= 0.3
    assert used.wall > 0


def test_a_command_that_fails_is_a_reason_not_a_crash() -> None:
    with pytest.raises(NotMeasured, match="ended with 3: this is why"):
        measure.run([sys.executable, "-c", "print('this is why'); raise SystemExit(3)"])
    with pytest.raises(NotMeasured, match="cannot run"):
        measure.run(["no-such-program-anywhere"])
    with pytest.raises(NotMeasured, match="took over"):
        measure.run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.5)


def test_measured_processes_get_one_thread() -> None:
    show = "import os; print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    assert measure.run([sys.executable, "-c", show]).output.split() == ["1", "1"]


# ---------------------------------------------------------------- the command


ROWS = [
    Row("grade one lab 1 submission, CPU", "otter run", "ms", 61.5, 8000.0, 1 / 60, met=True),
    Row("a very long name of a figure that nobody can read in one line, CPU and wall time",
        "a peer with a very long name too", "s", 12345.6, 4.5, 1.8, met=False),
    Row("labkit check lab1, wall", "import numpy", "s", 0.9, 0.12, bound="+ 1 s", met=True),
    Row("grading image, disk", "Otter's packages", "MB", 261.2, None, bound="< 400 MB", met=True),
    missing("epoch, dense network", convolution.NO_TORCH, "PyTorch"),
]  # fmt: skip

SCHEMA = {
    "type": "object",
    "required": ["schema", "when", "quick", "machine", "rows"],
    "properties": {
        "schema": {"const": 1},
        "when": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT"},
        "quick": {"type": "boolean"},
        "machine": {
            "type": "object",
            "required": ["cpu", "cores", "system", "python", "numpy", "otter", "torch"],
            "properties": {"cores": {"type": "integer"}, "cpu": {"type": "string"}},
        },
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "what", "peer_name", "unit", "ours", "peer", "ratio", "met"],
                "properties": {
                    "name": {"type": "string"},
                    "ours": {"type": ["number", "null"]},
                    "peer": {"type": ["number", "null"]},
                    "ratio": {"type": ["number", "null"]},
                    "met": {"type": ["boolean", "null"]},
                    "note": {"type": "string"},
                    "samples": {
                        "type": "object",
                        "additionalProperties": {"type": "array", "items": {"type": "number"}},
                    },
                },
            },
        },
    },
}


def _with(monkeypatch: pytest.MonkeyPatch, **measurements: bench.Measurement) -> None:
    monkeypatch.setattr(bench, "MEASUREMENTS", measurements)


def test_a_run_leaves_json_with_every_sample_and_a_plot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = {"ours": [0.1, 0.123456789, 0.2], "peer": [0.3]}
    asked: list[bool] = []

    def figures(quick: bool) -> list[Row]:
        asked.append(quick)
        return [compare("a figure", "s", samples, "ours", "peer", 1.0)]

    _with(monkeypatch, good=figures)
    bench.run(tmp_path / "out", only=(), quick=True)
    found = json.loads((tmp_path / "out" / "bench.json").read_text())
    jsonschema.validate(found, SCHEMA)
    assert asked == [True] and found["quick"] is True
    (row,) = found["rows"]
    assert row["name"] == "good" and row["met"] is True
    assert row["samples"] == {"ours": [0.1, 0.123457, 0.2], "peer": [0.3]}
    assert statistics.median(row["samples"]["ours"]) == row["ours"]
    assert "a figure" in (tmp_path / "out" / "bench.svg").read_text()
    assert "a figure" in capsys.readouterr().out


def test_what_fails_is_a_row_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(quick: bool) -> list[Row]:
        raise NotMeasured("this needs root and debootstrap")

    def broken(quick: bool) -> list[Row]:
        raise ZeroDivisionError("a bug")

    _with(monkeypatch, refused=refused, broken=broken, good=lambda quick: [ROWS[0]])
    bench.run(tmp_path, only=(), quick=True)
    found = json.loads((tmp_path / "bench.json").read_text())
    jsonschema.validate(found, SCHEMA)
    assert [row["met"] for row in found["rows"]] == [None, None, True]
    printed = " ".join(capsys.readouterr().out.split())
    assert "Not measured: refused: this needs root and debootstrap." in printed
    assert "Not measured: broken: it stopped with ZeroDivisionError: a bug" in printed


def test_help_names_every_measurement() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    assert all(name in told.replace("-\n", "") for name in MEASUREMENTS)


def test_only_runs_what_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[str] = []

    def measurement(name: str) -> bench.Measurement:
        def measured(quick: bool) -> list[Row]:
            ran.append(name)
            return []

        return measured

    _with(monkeypatch, grade=measurement("grade"), image=measurement("image"))
    bench.run(tmp_path, only=(), quick=True)
    assert ran == ["grade"]
    (row,) = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert row["name"] == "image" and "--network or --only image" in row["note"]
    bench.run(tmp_path, only=("image",), quick=True)
    assert ran == ["grade", "image"]
    bench.run(tmp_path, only=(), quick=True, network=True)
    assert ran == ["grade", "image", "grade", "image"]
    with pytest.raises(LabkitError, match="no measurement 'speed'; choose from grade, image"):
        bench.run(tmp_path, only=("speed",), quick=True)


@pytest.mark.parametrize("width", [80, 200])
def test_the_table_fits_80_columns(width: int) -> None:
    printed = io.StringIO()
    table.show(ROWS, Console(file=printed, width=width))
    lines = printed.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(printed.getvalue().split())
    for word in ("ratio", "reach", "met?", "1/130", "≤ 1/60", "NO", "+ 1 s", "261 MB", "2743"):
        assert word in text
    assert "Not measured: epoch, dense network: PyTorch is not installed" in text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(None, "–"), (1 / 130, "1/130"), (0.1, "0.10"), (0.854, "0.85"), (3.0, "3.00"), (57.7, "58")],
)
def test_ratios_read_as_people_say_them(ratio: float | None, text: str) -> None:
    assert table.times(ratio) == text


def test_the_plot_has_title_axis_and_every_figure(tmp_path: Path) -> None:
    path = tmp_path / "bench.svg"
    assert plot.write(path, ROWS, machine.description())
    text = "".join(ElementTree.parse(path).getroot().itertext())
    assert "make bench" in text and "logarithmic" in text and "reach" in text
    told = "".join(text.split())  # long labels run over two lines
    assert all("".join(row.what[:30].split()) in told for row in ROWS if row.ratio is not None)
    assert "epoch" not in text
    assert path.stat().st_size < 150_000
    assert not plot.write(tmp_path / "none.svg", ROWS[-1:], {})
    assert not (tmp_path / "none.svg").exists()


def test_the_plot_uses_no_colour(tmp_path: Path) -> None:
    import re

    plot.write(tmp_path / "bench.svg", ROWS, {})
    colours = set(re.findall(r"#([0-9a-fA-F]{6})\b", (tmp_path / "bench.svg").read_text()))
    assert all(colour[:2] == colour[2:4] == colour[4:] for colour in colours), colours


def test_the_page_has_every_figure_its_notes_and_what_is_missing(tmp_path: Path) -> None:
    rows = [replace(ROWS[0], note="The whole command."), *ROWS[1:]]
    path = tmp_path / "bench.md"
    page.write(path, rows, machine.description(), "2026-01-31", "bench.svg")
    text = path.read_text(encoding="utf-8")
    assert "2026-01-31" in text and "(bench.svg)" in text and f"numpy {np.__version__}" in text
    line = (
        "| grade one lab 1 submission, CPU | 61.5 ms | otter run 8000 ms | 1/130 | ≤ 1/60 | yes |"
    )
    assert line in text and page.line(rows[0]) == line
    assert "12346 s" in text and "| NO |" in text
    assert "- grade one lab 1 submission, CPU / otter run: The whole command." in text
    assert "- Not measured: epoch, dense network: PyTorch is not installed" in text
    table_lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table_lines) == 2 + 4
    assert {line.count("|") for line in table_lines} == {7}


def test_the_readme_quotes_only_what_was_printed() -> None:
    page_lines = (REPO / "docs/bench/bench.md").read_text(encoding="utf-8").splitlines()
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## How fast")[2].partition("\n## ")[0]
    quoted = [line for line in section.splitlines() if line.startswith("|")]
    assert len(quoted) > 5
    assert set(quoted) <= set(page_lines)
    printed = json.loads((REPO / "docs/bench/bench.json").read_text(encoding="utf-8"))
    jsonschema.validate(printed, SCHEMA)
    assert not printed["quick"]
    rows = [Row(**{k: v for k, v in row.items() if k != "ratio"}) for row in printed["rows"]]
    assert {row.name for row in rows} == set(MEASUREMENTS)
    assert [page.line(row) for row in rows if row.ours is not None] == [
        line for line in page_lines if line.startswith("| ") and "---" not in line
    ][1:]


def test_the_machine_is_described() -> None:
    about = machine.description()
    assert about["cpu"] and about["cores"] >= 1
    assert about["numpy"] == np.__version__
    assert machine.version("no-such-project-anywhere") is None


# ---------------------------------------------------------------- the subjects


def test_without_pytorch_its_rows_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = {"ours": [1.0], "products": [1.0], "products by row": [0.5]}
    labels = [convolution.label(s, d) for s in convolution.SHAPES for d in convolution.DTYPES]
    monkeypatch.setattr(measure, "module", lambda *_: dict.fromkeys(labels, sides))
    rows = convolution.forward_and_backward(True)
    assert [row.note for row in rows if row.ours is None] == [convolution.NO_TORCH]
    assert {row.ratio for row in rows if row.ours is not None} == {2.0}  # the faster products
    monkeypatch.setattr(measure, "module", lambda *_: {"784-128-10": {"ours": [1.0]}})
    (row,) = epochs.against_torch(True)
    assert row.ours is None and row.note == convolution.NO_TORCH


def test_with_pytorch_there_is_a_row_for_each_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = {"ours": [2.0], "products": [1.0], "products by row": [1.5], "PyTorch": [4.0]}
    labels = [convolution.label(s, d) for s in convolution.SHAPES for d in convolution.DTYPES]
    monkeypatch.setattr(measure, "module", lambda *_: dict.fromkeys(labels, sides))
    rows = convolution.forward_and_backward(True)
    assert len(rows) == 2 * len(labels)
    assert {(row.peer_name, row.ratio) for row in rows} == {
        ("PyTorch", 0.5),
        ("its 3 products", 2.0),
    }


@pytest.mark.parametrize("shape", [(3, 2, 6, 4, 3, 1), (2, 1, 7, 3, 5, 0)])
def test_our_side_of_the_convolution_does_forward_and_backward(shape: tuple[int, ...]) -> None:
    work = convolution._ours(shape, "float32")
    found: Any = work()
    Z, (dX, dW, db) = found
    X, W, b, dZ = convolution._arrays(shape, "float32")
    assert Z.shape == dZ.shape
    assert [part.shape for part in (dX, dW, db)] == [X.shape, W.shape, b.shape]
    for pieces in (1, dZ.shape[1]):
        convolution._products(shape, "float64", pieces)()


def test_the_slowest_imports_come_first() -> None:
    printed = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       120 |        120 |   json.decoder\n"
        "some other line\n"
        "import time:       800 |       9120 | numpy\n"
    )
    assert checking.slowest_imports(printed) == [
        {"name": "numpy", "own_ms": 0.8, "whole_ms": 9.12},
        {"name": "json.decoder", "own_ms": 0.12, "whole_ms": 0.12},
    ]


def test_classes_are_of_distinct_and_correct_work(tmp_path: Path) -> None:
    bundle = built(find("lab1"))
    folder = handed_in.write_class(bundle, tmp_path / "class", 6)
    contents = []
    for path in sorted(folder.iterdir()):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            contents.append(archive.read("neuralnet/activations.py"))
            assert "lab1_forward.ipynb" in archive.namelist()
    assert len(set(contents)) > 1
    copies = handed_in.write_copies(bundle, tmp_path / "copies", 2)
    first, second = (path.read_bytes() for path in copies.iterdir())
    assert first == second


@pytest.mark.slow
def test_the_floor_passes_every_case_confined(tmp_path: Path) -> None:
    bundle = built(find(grading.LAB))
    lay(tmp_path / "work", handed_in.correct(bundle))
    seconds = measure.module("floor", bundle.root, tmp_path / "work", 2)
    assert len(seconds) == 2 and all(second > 0 for second in seconds)


@pytest.mark.slow
def test_the_floor_stops_on_a_wrong_submission(tmp_path: Path) -> None:
    bundle = built(find(grading.LAB))
    lay(tmp_path / "work", handed_in.correct(bundle))
    wrong = tmp_path / "work" / "neuralnet" / "activations.py"
    wrong.write_text(wrong.read_text() + "\n\ndef tanh(z):\n    return z\n")
    with pytest.raises(NotMeasured, match="floor"):
        measure.module("floor", bundle.root, tmp_path / "work", 1)


def test_the_reference_is_what_is_timed() -> None:
    """The bench must load the kit's own package, whatever lies in the working directory."""
    found = reference.function("convolution", "conv_forward")
    assert Path(found.__code__.co_filename).parent == reference.FOLDER


@pytest.mark.exhaustive
def test_stock_otter_gives_full_points_on_the_same_cases(tmp_path: Path) -> None:
    from tests.benchmarks import stock

    bundle = built(find(grading.LAB))
    autograder, submission = stock.write(bundle, tmp_path / "stock")
    with zipfile.ZipFile(autograder) as archive:
        assert "plugins" not in json.loads(archive.read("otter_config.json"))
        assert not [name for name in archive.namelist() if name.startswith("labkit/")]
    assert stock.run_seconds(autograder, submission) > 0
