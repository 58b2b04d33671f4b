"""No archive, name or notebook, whatever is in it, gets the intake to fail."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
from pathlib import PureWindowsPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labkit.intake.archives import Budget, open_archive
from labkit.student.labcheck import graded
from tests.intake.handed_in import PACKAGE, VALID, check_sentence, in_memory, tarred
from tests.packing import zipped

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


@pytest.mark.slow
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
    ["neuralnet", "layers", "..", ".", "", "C:", "con", "..\\b", "x" * 260, "NEURALNET", "ſ"]
)
names_of_files = st.builds(
    "{}{}{}".format,
    st.sampled_from(["neuralnet/", "x/neuralnet/", "../neuralnet/", "/", "C:/", "C:", "..\\", ""]),
    st.lists(path_parts, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", ".py", ".csv"]),
).filter(bool)


@pytest.mark.slow
@given(names=st.lists(names_of_files, min_size=1, max_size=6), content=st.binary(max_size=30))
@example(names=["neuralnet/../x.py", "neuralnet/..\\..\\x.py", "C:x.py", "/x.py"], content=b"")
@settings(max_examples=200, deadline=None)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_name_ever_leaves_the_folder(names, content):
    data = zipped([("neuralnet/layers.py", content), *((name, content) for name in names)])
    with contextlib.ExitStack() as resources:
        listing = open_archive(io.BytesIO(data), Budget(), resources, limit=100)
    clean = in_memory(data, "alice.zip")
    assert "neuralnet/layers.py" in clean.files
    for path in [file.path for file in listing.files] + list(clean.files):
        assert not {"", ".", ".."} & set(path.replace("\\", "/").split("/")), path
    assert not [path for path in clean.files if "\\" in path or PureWindowsPath(path).drive]


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
