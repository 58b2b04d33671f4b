"""Small classes of whatever chance brings: grading never raises, honest work keeps its 100."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from labkit.classroom.folder import page_path, result_path
from labkit.classroom.grades import write_grades
from labkit.classroom.order import Order
from labkit.intake import open_submissions
from labkit.intake.gradescope import METADATA
from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.result import GRADED
from tests.adversarial.arena import quick_bundle
from tests.adversarial.attacks import NOTEBOOK, Files, as_folder, as_zip, solved, stubs
from tests.packing import zipped
from tests.processes import LINUX
from tests.sample_class import EMPTY_NOTEBOOK

pytestmark = pytest.mark.skipif(not LINUX, reason="grades a class")
SOLVED, STUBS = solved(), stubs()
MODULES = [path for path in SOLVED if path.endswith(".py")]


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    bundle = quick_bundle(tmp_path_factory.mktemp("lab"), seconds=1, questions={"tanh": 100})
    with Grader(bundle) as started:
        yield started


# ---------------------------------------------------------------- chance


def _possible(name: str) -> bool:
    """Whether a file may be called so, and the class stays no export of Gradescope."""
    return name not in ("", ".", "..", METADATA) and len(os.fsencode(name)) < 220


names = st.one_of(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), max_size=40),
    st.binary(max_size=40).map(lambda raw: os.fsdecode(raw.replace(b"/", b"").replace(b"\0", b""))),
    st.sampled_from(
        ["Participant_12_assignsubmission_file_", "submission_7", "Ng_44_assignsubmission_file_x",
         "submission_metadata.yml", "con", "=1+1", "..zip", "neuralnet", "a.tar.gz", "x" * 200]
    ),
)  # fmt: skip

endings = st.sampled_from(["", ".zip", ".ipynb", ".py", ".tar.gz", ".rar", ".pdf", ".csv", ".txt"])

paths = st.one_of(
    st.sampled_from(
        [*MODULES, "neuralnet/../../x.py", "/etc/x", "a/b/neuralnet/layers.py", "C:\\x"]
    ),
    st.lists(st.text(max_size=12), min_size=1, max_size=4).map("/".join),
)
contents = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200),
    st.sampled_from(
        [*(SOLVED[path] for path in MODULES), EMPTY_NOTEBOOK, "1/0", "{", zipped(SOLVED)]
    ),
)


def _archive(files: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            data = content.encode("utf-8", "replace") if isinstance(content, str) else content
            info = zipfile.ZipInfo("x")
            info.filename = path.encode("utf-8", "replace").decode()
            archive.writestr(info, data)
    return buffer.getvalue()


def _damaged(data: bytes, damage: list[tuple[float, int]], end: float) -> bytes:
    raw = bytearray(data)
    for where, value in damage:
        raw[int(where * (len(raw) - 1))] = value
    return bytes(raw[: int(end * len(raw)) + 1])


shares = st.floats(0, 1, allow_nan=False)
damages = st.lists(st.tuples(shares, st.integers(0, 255)), max_size=5)
archives = st.one_of(
    st.dictionaries(paths, contents, max_size=4).map(_archive),
    st.builds(_damaged, st.just(zipped(SOLVED)), damages, shares),
)


def _edited(base: Files, module: str, where: float, text: str) -> Files:
    source = str(base[module])
    at = int(where * len(source))
    return {**base, module: (source[:at] + text + source[at:]).encode("utf-8", "replace")}


notebooks = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "metadata", "nbformat", "source"]), inner, max_size=3
        )
    ),
    max_leaves=6,
).map(json.dumps)

works = st.one_of(
    st.tuples(st.just("file"), st.binary(max_size=400) | archives),
    st.tuples(
        st.just("folder"),
        st.builds(
            _edited, st.sampled_from([SOLVED, STUBS]), st.sampled_from(MODULES), shares,
            st.text(max_size=20),
        ),
    ),
    st.tuples(st.just("folder"), notebooks.map(lambda text: {NOTEBOOK: text})),
    st.tuples(st.just("folder"), st.just({})),
)  # fmt: skip
classes = st.lists(st.tuples(names, endings, works), max_size=5)


def _write(folder: Path, chance: list[tuple[str, str, tuple[str, Any]]]) -> None:
    as_folder(folder / "honest one", SOLVED)
    as_zip(folder / "honest two", SOLVED)
    (folder / "honest three").mkdir()
    as_zip(folder / "honest three" / "lab1", SOLVED)
    for name, ending, (kind, what) in chance:
        place = folder / (name + ending)
        try:
            if not _possible(place.name) or os.path.lexists(place):
                continue
            if kind == "file":
                place.write_bytes(what)
            else:
                place.mkdir()
                as_folder(place, what)
        except (OSError, UnicodeError):
            continue  # no name that this file system takes


def _hold(grader: Grader, chance: list[tuple[str, str, tuple[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as work:
        root = Path(work)
        root.chmod(0o711)
        for name in ("class", "out"):
            (root / name).mkdir(mode=0o755)
        _write(root / "class", chance)
        order = Order(grader.bundle, root / "out")
        submissions = open_submissions(root / "class", grader.lab.contract.modules)
        found = [order.settled(one) or order.keep(order.grade(grader, one)) for one in submissions]
        write_grades(root / "out" / "grades.csv", found, grader.lab)
        text = (root / "out" / "grades.csv").read_bytes().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["submission"] for row in rows] == [result.submission for result in found]
        assert len({result.submission for result in found}) == len(found)
        for result in found:
            assert result.status
            assert not result.status.startswith("failed"), result.status
            assert results.read(result_path(order.out, result.submission)) == result
            assert page_path(order.out, result.submission).is_file()
        honest = [result for result in found if result.origin.startswith("honest ")]
        assert [(result.status, result.total) for result in honest] == [(GRADED, 100)] * 3


relaxed = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
told_at_once = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking a class takes long


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=relaxed, phases=told_at_once)
@given(classes)
@example([("y\udcff\r\x04\udcc9r\u0ff3\udc94", "", ("file", b""))])
def test_classes_of_chance(grader: Grader, chance: list[Any]) -> None:
    _hold(grader, chance)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=relaxed, phases=told_at_once)
@given(classes)
def test_many_classes_of_chance(grader: Grader, chance: list[Any]) -> None:
    _hold(grader, chance)
