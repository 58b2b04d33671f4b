"""No archive, name or notebook, whatever is in it, gets the intake to fail."""

from __future__ import annotations

import contextlib
import gzip
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.intake.archives import File, Listing
from labkit.intake.package import clean_submission
from labkit.student.labcheck import graded
from tests.intake.handed_in import MODULES, PACKAGE, VALID, check_sentence, hand_in, tarred, zipped

GZIPPED = tarred(PACKAGE)

PLAIN_TAR = gzip.decompress(GZIPPED).rstrip(b"\0") + bytes(1024)


@st.composite
def spoiled(draw):
    """A valid archive with bytes changed, cut out or put in."""
    data = bytearray(draw(st.sampled_from([VALID, GZIPPED, PLAIN_TAR])))
    for _ in range(draw(st.integers(1, 6))):
        where = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(["set", "cut", "put", "full"]))
        if kind == "set":
            data[where : where + 1] = draw(st.binary(min_size=1, max_size=4))
        elif kind == "cut":
            del data[where : where + draw(st.integers(1, 50))]
        elif kind == "put":
            data[where:where] = draw(st.binary(max_size=20))
        else:
            data[where : where + 4] = b"\xff" * 4
    return bytes(data)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def in_memory(content: bytes, name: str):
    """The clean form of one handed-in file, without a disk."""
    file = File(name, len(content), 0, lambda limit: content, lambda limit: io.BytesIO(content))
    return clean_submission(Listing([file]), name, frozenset(MODULES))


@given(
    content=spoiled() | st.binary(max_size=200), name=st.sampled_from(["a.zip", "a.tgz", "a.tar"])
)
@settings(max_examples=250, deadline=None)
def test_no_archive_ever_raises(content, name):
    clean = in_memory(content, name)
    if clean.problem:
        check_sentence(clean.problem)
        assert not clean.files
    else:
        assert any(path.startswith("neuralnet/") for path in clean.files)
        assert sum(map(len, clean.files.values())) <= graded.MAX_TOTAL


path_parts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=12
) | st.sampled_from(
    ["neuralnet", "layers.py", "..", ".", "", "C:", "con", "a\\b", "x" * 260, "NEURALNET", "ſ.py"]
)


@given(
    names=st.lists(st.lists(path_parts, min_size=1, max_size=5).map("/".join), max_size=6),
    content=st.binary(max_size=30),
)
@settings(max_examples=80, deadline=None)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_name_ever_leaves_the_folder(scratch, names, content):
    before = set(scratch.iterdir()) | {scratch / "alice.zip"}
    with contextlib.suppress(UnicodeEncodeError):
        _, found = hand_in(scratch, zipped([(name or "x", content) for name in names]))
        assert found is None or all(not name.startswith("/") for name in found)
    assert set(scratch.iterdir()) == before


@given(
    content=st.binary(max_size=100)
    | st.recursive(
        st.none() | st.text(max_size=5),
        lambda s: st.dictionaries(st.text(max_size=5), s, max_size=3),
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=50, deadline=None)
def test_notebooks_are_never_parsed(content):
    data = zipped(PACKAGE | {"lab1.ipynb": content, "neuralnet/x.ipynb": content})
    assert in_memory(data, "a.zip").files == PACKAGE
