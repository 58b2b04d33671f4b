"""A zygote for the whole session and submissions made from a few lines of source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from labkit.sandbox import Code, Limits, Outcome, Worker, Zygote

MODULES = {
    "perceptron_train": "perceptron",
    "sigmoid": "activations",
    "sigmoid_gradient": "activations",
    "tanh": "activations",
    "relu": "activations",
    "softmax": "losses",
    "dense_forward": "layers",
    "forward": "layers",
    "numerical_gradient": "backprop",
    "backward": "backprop",
    "minibatches": "training",
    "train": "training",
}
"""Functions that may be called, with their modules."""


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote.start(MODULES) as started:
        yield started


def submission(*, files: Mapping[str, str] | None = None, **modules: str | bytes) -> Code:
    """A submission: sources by module name, and `files` beside the package by path."""
    sources = dict(files or {}) | {f"neuralnet/{name}.py": text for name, text in modules.items()}
    return Code(
        {
            path: text if isinstance(text, bytes) else dedent(text).encode()
            for path, text in sources.items()
        }
    )


@pytest.fixture
def forks(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the processes that the workers of a test have had so far."""
    started: list[int] = []
    fork = zygote.fork

    def noted(*args: Any) -> Any:
        made = fork(*args)
        started.append(made[1])
        return made

    monkeypatch.setattr(zygote, "fork", noted)
    return started


def readable(zygote: Zygote, paths: Iterable[Path | str]) -> list[Path]:
    """Those of `paths` that a submission can open or list: none should be the grader's."""
    asked = [Path(path) for path in paths]
    source = """
        import os
        def sigmoid(paths):
            reached = []
            for index, path in enumerate(paths):
                try:
                    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
                except OSError:
                    continue
                reached.append(index)
            return reached
        """
    with zygote.worker(submission(activations=source)) as made:
        outcome = made.call("sigmoid", ([str(path) for path in asked],), {}, seconds=5)
    assert outcome.failure is None, outcome.failure
    return [asked[index] for index in outcome.value]


@pytest.fixture
def worker(zygote: Zygote) -> Iterator[Callable[..., Worker]]:
    """Makes workers of submissions given as source; closes them afterwards."""
    with ExitStack() as stack:

        def make(
            limits: Limits | None = None,
            serve: dict[str, Any] | None = None,
            substitute: tuple[str, ...] = (),
            **modules: Any,
        ) -> Worker:
            return stack.enter_context(
                zygote.worker(
                    submission(**modules), limits=limits, serve=serve, substitute=substitute
                )
            )

        yield make


@pytest.fixture
def attempt(worker: Callable[..., Worker]) -> Callable[..., Outcome]:
    """Runs lines of student code as the body of `sigmoid(z)` and gives the outcome."""

    def run(body: str, *args: Any, limits: Limits | None = None, **options: Any) -> Outcome:
        lines = dedent(body).strip().splitlines()
        source = "import os, sys, time\nimport numpy as np\n\ndef sigmoid(z=None, *more):\n"
        source += "".join(f"    {line}\n" for line in lines)
        return worker(limits=limits, activations=source).call(
            "sigmoid", args, options.pop("kwargs", {}), seconds=options.pop("seconds", 5), **options
        )

    return run
