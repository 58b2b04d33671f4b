"""Many attacks in one submission, each in a question of its own: a run of Otter takes seconds.

A question's function loads its attack when it is called, in a process that is not used again: it
leaves a thread behind, and the grader starts another process for the next call. So no attack sees
what another one did, and each must earn its own question. The last question is honest work: it
gets its points if the grading came to its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labkit.lab import stubs as starter
from labkit.lab.contract import PACKAGE
from tests.adversarial.attacks import ALL, CORPUS, LAB, NOTEBOOK, Attack, Files
from tests.sample_class import EMPTY_NOTEBOOK

CONTROL = [name for name in ALL if name not in LAB.bonus][-1]
"""The question that is answered rightly."""

_MODULE = f"{PACKAGE}/activations.py"
_ALONE = {"circular", "share", "plant", "pack"}
"""Kinds that need the whole submission, or more than one."""

_HOST = """

def {question}(*args, **more):
    import importlib, threading, time
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    attack = importlib.import_module("neuralnet.attack_{question}")
    return getattr(attack, "{question}", attack.sigmoid)(*args, **more)
"""


def hosted() -> list[Attack]:
    """The attacks that can share a submission: all that they do is in one module."""
    stubs = starter.stub_package(LAB)
    return [
        attack
        for attack in CORPUS
        if attack.kind not in _ALONE
        and attack.unearned == ALL
        and all(text == stubs.get(path) for path, text in _others(attack).items())
    ]


def _others(attack: Attack) -> dict[str, str | bytes]:
    return {path: text for path, text in attack.files.items() if path not in (_MODULE, NOTEBOOK)}


def groups() -> list[list[Attack]]:
    """The hosted attacks in as many submissions as they need, kinds spread over all of them.

    What steals the course's activations comes first, where it can put them to use.
    """
    attacks = hosted()
    count = -(-len(attacks) // (len(ALL) - 1))
    return [
        sorted(attacks[start::count], key=lambda attack: attack.kind not in ("read", "inspect"))
        for start in range(count)
    ]


def submission(attacks: Sequence[Attack]) -> tuple[Files, Mapping[str, Attack]]:
    """One submission with all of `attacks`, and which question has which."""
    files: Files = dict(starter.solution_package(LAB))
    files[NOTEBOOK] = EMPTY_NOTEBOOK
    questions = [name for name in ALL if name != CONTROL]
    by_question = dict(zip(questions, attacks, strict=False))
    for question in questions:
        path = f"{PACKAGE}/{LAB.contract.module_of[question]}.py"
        files[path] = str(files[path]) + _HOST.format(question=question)
        text = (
            by_question[question].files[_MODULE] if question in by_question else "sigmoid = abs\n"
        )
        files[f"{PACKAGE}/attack_{question}.py"] = text
    return files, by_question
