"""A case that cannot run is told to whoever wrote it: file, line, reason, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labkit.base.errors import CheckFailedError
from tests.classroom import mini

HEAD = '''

def hidden_relu__mine(check, np):
    """Of my own."""
    # a comment, which Otter drops
    z = check.rng(
        7
    ).normal(size=(2, 3))
'''
LINE = len((mini.CASES + HEAD).splitlines()) + 1
"""Where the body below begins."""
DEF = len(mini.CASES.splitlines()) + 3


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("check.values('relu', x)", 0, "NameError: name 'x' is not defined"),
        ("\n\n    check.values('relu', z[9])", 2, "IndexError: "),
        ("check.valus('relu', z)", 0, "AttributeError: .* has no attribute 'valus'"),
        ("check.values('rleu', z)", 0, "AttributeError: .* has no function 'rleu'"),
        ("check.values('relu', z, lr=2)", 0, "TypeError: .* argument 'lr'"),
        ("check.threshold('least')", 0, r"\[thresholds\] of lab.toml has no 'least'"),
        ("check.asset('wine.npz')['y']", 0, "KeyError: 'y'"),
        ("assert z is None, 'no'", 0, "AssertionError: no"),
        (
            "check.outcome('relu', z, judge=lambda r: r is not None)",
            0,
            "the judge gave True: None accepts a result, a sentence faults it",
        ),
        (
            "def judge(r):\n        return r[0][9]\n    check.outcome('relu', z, judge=judge)",
            1,
            "IndexError: ",
        ),
        ("check.outcome('relu', z, lr=2, judge=repr)", None, "fails .*TypeError: .* argument 'lr'"),
        ("check.values('relu', z, expected=z + 1)", None, "fails the case “Of my own.” of relu"),
    ],
)
def test_a_bug_in_a_case_is_told_with_its_line(
    body: str, line: int | None, says: str, tmp_path: Path
) -> None:
    np.savez(lay(tmp_path) / "wine.npz", X=np.zeros(2))
    place = DEF if line is None else LINE + line
    with pytest.raises(CheckFailedError, match=says) as caught:
        mini.lab(tmp_path, cases=f"{mini.CASES}{HEAD}    {body}\n")
    assert f"(cases/activations.py line {place})" in str(caught.value)
    assert "instructor" not in str(caught.value)


def test_a_case_without_np_is_told(tmp_path: Path) -> None:
    cases = mini.CASES.replace("relu__table(check, np)", "relu__table(check)")
    with pytest.raises(CheckFailedError, match=r"line 14\): TypeError: .* argument 'np'"):
        mini.lab(tmp_path, cases=cases)


def test_a_judge_that_stops_on_a_known_mistake_only_is_told(tmp_path: Path) -> None:
    """The reference never reaches that line; a student would."""
    (lay(tmp_path) / "mistakes").mkdir()
    (lay(tmp_path) / "mistakes" / "activations.py").write_text(
        "from labkit.mistakes import mistake\n\n\n"
        '@mistake("relu")\ndef wrong(z):\n    """A title.\n\n    A hint.\n    """\n    return z\n',
        encoding="utf-8",
    )
    body = "    check.outcome('relu', z, judge=lambda r: None if r.min() == 0 else sentense)\n"
    with pytest.raises(CheckFailedError, match=rf"line {LINE}\): NameError: .*'sentense'"):
        mini.lab(tmp_path, cases=mini.CASES + HEAD.replace("hidden", "public") + body)


def lay(root: Path) -> Path:
    folder = root / "assignments" / mini.NAME
    folder.mkdir(parents=True, exist_ok=True)
    return folder
