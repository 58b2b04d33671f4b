"""Names of submissions are safe, unique, and stay the same when others come."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labkit.intake import open_submissions, safe_name
from labkit.intake.safe_names import MAX_BYTES, unique_names
from tests.intake.handed_in import MODULES, PACKAGE, tarred, under
from tests.packing import lay, zipped


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("alice", "alice"),
        ("wrong axis", "wrong axis"),
        ("小龍 李_9", "小龍 李_9"),
        ("Renée  DArcy Rex Pérez__4", "Renée DArcy Rex Pérez_4"),
        ("=cmd|' /C calc'!A0", "cmd_C calc_A0"),
        ("a/b\\c:d", "a_b_c_d"),
        ("..", "submission-5ec1f7e7"),
        ("CON", "_CON"),
        ("नमस्ते", "नमस्ते"),
    ],
)
def test_safe_names(text, name):
    assert safe_name(text) == name


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_safe_names_are_safe(text):
    name = safe_name(text)
    assert name and len(name.encode()) <= MAX_BYTES + 10
    assert name[0] not in "=+-@. ~" and name[-1] not in ". "
    assert not set(name) & set("/\\:*?\"<>|\0\n\r\t'$`;&=")
    assert safe_name(name) == name or len(name.encode()) > MAX_BYTES - 10


@given(
    st.lists(st.text(max_size=6) | st.text("aAbB/.", max_size=2), max_size=12, unique=True),
    st.randoms(use_true_random=False),
)
@example(["a", "A", "b"], Random(1))
@settings(max_examples=100, deadline=None)
def test_unique_names_are_unique_and_do_not_depend_on_order(texts, chance):
    names = unique_names(texts, texts)
    assert len({name.casefold() for name in names}) == len(texts)
    for others in (texts[::-1], chance.sample(texts, len(texts))):
        found = unique_names(others, others)
        assert dict(zip(others, found, strict=True)) == dict(zip(texts, names, strict=True))


def test_a_new_submission_does_not_rename_the_others(tmp_path):
    lay(tmp_path / "c", under("alice", PACKAGE) | {"bob.zip": zipped(PACKAGE)})
    before = open_submissions(tmp_path / "c", MODULES).names
    lay(tmp_path / "c", {"alice.zip": zipped(PACKAGE), "Alice.tar.gz": tarred(PACKAGE)})
    after = open_submissions(tmp_path / "c", MODULES).names
    assert before == ("alice", "bob")
    assert set(before) < set(after) and len(set(after)) == 4
