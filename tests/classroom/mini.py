"""A lab of two questions that builds and grades in a moment, in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.building.build import built
from labkit.classroom.folder import locked
from labkit.lab import stubs
from labkit.lab.bundle import Bundle
from labkit.lab.lab import Lab
from tests.packing import lay, zipped

NAME = "lab9_mini"
SOUND = """\
title = "Lab 9: two bends"

[functions]
tanh = "activations"
relu = "activations"

[questions]
tanh = 60
relu = 40
"""
WRITTEN = """
[written.why]
title = "Why?"
points = 10
"""
TOML = SOUND + WRITTEN
TEXT = """\
# %% [markdown]
# # Lab 9: two bends

# %%
grader.check("tanh")

# %%
grader.check("relu")

# %% [markdown] question="why"
# Why a bend at all?

# %% [markdown] answer="why"
# **Model answer.** Without one, layers fold into one.
"""
CASES = '''\
"""What is asked of two bends."""


def public_tanh__table(check, np):
    """A small table."""
    check.values("tanh", np.array([[-2.0, 0.0, 1.0]]))


def hidden_tanh__shape(check, np):
    """Another shape."""
    check.values("tanh", check.rng(1).normal(size=(3, 5)))


def public_relu__table(check, np):
    """A small table."""
    check.values("relu", np.array([[-2.0, 0.0, 1.0]]))
'''


def lab(
    root: Path, toml: str = TOML, cases: str = CASES, text: str = TEXT, mistakes: str = ""
) -> Bundle:
    """The lab in `root`, written anew and built."""
    return built(source(root, toml, cases, text, mistakes))


def source(
    root: Path, toml: str = TOML, cases: str = CASES, text: str = TEXT, mistakes: str = ""
) -> Lab:
    """The lab in `root`, written anew."""
    folder = root / "assignments" / NAME
    files = {"lab.toml": toml, "text.py": text, "cases/activations.py": cases}
    if mistakes:
        files["mistakes/activations.py"] = mistakes
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return Lab.load(folder)


def hand_in(target: Path, bundle: Bundle, changes: Mapping[str, str] | None = None) -> None:
    """A right submission, but for functions given as source, as a zip."""
    files = dict(stubs.solution_package(bundle.lab))
    for source in (changes or {}).values():
        files["neuralnet/activations.py"] += f"\n\n{source}\n"
    lay(target.parent, {target.name: zipped(files)})


MISTAKES = '''\
import numpy as np

from labkit.mistakes import mistake


@mistake("relu")
def relu_mirrored(z):
    """The part below zero is kept

    Which entries of z should become 0?
    """
    return np.minimum(z, 0.0)
'''
WRONG_RELU = "def relu(z):\n    return np.abs(z)"
WRONG_TANH = "def tanh(z):\n    return np.zeros_like(z)"


def is_held(out: Path) -> bool:
    """Whether a run has OUT now."""
    try:
        with locked(out):
            return False
    except LabkitError:
        return True
