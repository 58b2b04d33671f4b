"""Kinds of probes: calls of a version, judged by the very code that judges students."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from labkit.lab.course import available
from labkit.lab.reference import Reference
from labkit.student import labcheck
from labkit.student.labcheck import Observation, Probe, Problem

Probes = Callable[[], Iterator[Probe]]
"""Makes the probes of a function, afresh for each version: some remember what came before."""

ref = Reference(max(available(), key=lambda lab: len(lab.contract.names)).contract)
"""Of the whole course."""
ACTIVATIONS = ("sigmoid", "tanh", "relu")


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def network(rng: np.random.Generator, *sizes: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Parameters of layers of these sizes."""
    return [(rng.normal(size=(b, a)), rng.normal(size=(b, 1))) for a, b in pairwise(sizes)]


def values(
    function: str, *args: Any, quiet: bool = False, rtol: float = 1e-6, **kwargs: Any
) -> Probe:
    """The reference's values, and no input changed."""
    fresh = Probe(function, args, kwargs, lambda seen: None).fresh()
    wanted = getattr(ref, function)(*fresh[0], **fresh[1])
    return Probe(
        function,
        args,
        kwargs,
        lambda seen: labcheck.values_problem(seen.value, wanted, rtol),
        quiet=quiet,
    )


def answers(function: str, expected: Any, *args: Any) -> Probe:
    """The answer that is known without the reference: of a detector, for what it is given."""
    return Probe(function, args, {}, lambda seen: labcheck.values_problem(seen.value, expected))


def outcome(judge: Callable[[Any], str | None], function: str, *args: Any, **kwargs: Any) -> Probe:
    """`judge` finds nothing to say about the result, and no input is changed."""

    def verdict(seen: Observation) -> Problem | None:
        try:
            with np.errstate(all="ignore"):
                sentence = judge(seen.value)
        except Exception:
            sentence = "The result is of another kind."
        return Problem("verdict", sentence, sentence) if sentence else None

    return Probe(function, args, kwargs, verdict)


def raises(function: str, **named: int) -> Probe:
    """A ValueError that names all arguments, in words or by their values."""

    def verdict(seen: Observation) -> Problem | None:
        failure = seen.failure
        if failure is None or failure.type_name != "ValueError":
            return Problem("verdict", "No ValueError.", "No ValueError.")
        text = failure.text.lower()
        if any(name not in text and str(number) not in text for name, number in named.items()):
            return Problem("verdict", "Not all is named.", "Not all is named.")
        return None

    return Probe(function, tuple(named.values()), {}, verdict, wants_error=True)


# ---------------------------------------------------------------- what training is asked


def training(batch_size: int, epochs: int, rate: float, activation: str, *seed: int) -> Any:
    return {
        "activation": activation,
        "learning_rate": rate,
        "batch_size": batch_size,
        "epochs": epochs,
        "rng": rng(*seed),
    }


def in_order(
    loss: Callable[[Any, Any], tuple[float, Any]], start: Any, n: int, rate: float
) -> tuple[Any, list[float]]:
    """Parameters after one epoch of single examples in their order."""
    params, losses = start, []
    for i in range(n):
        one, grads = loss(params, [i])
        params, losses = stepped(params, grads, rate), [*losses, one]
    return params, losses


def stepped(params: Any, grads: Any, rate: float) -> Any:
    if isinstance(params, dict):
        return {name: params[name] - rate * grads[name] for name in params}
    return ref.sgd_step(params, grads, rate)


def one_step(
    loss: Callable[[Any, Any], tuple[float, Any]], start: Any, n: int, rate: float
) -> Callable[[Any, Any], str | None]:
    """Judges the single step of a full batch, and a loss from before or after it."""
    before, grads = loss(start, range(n))
    wanted = stepped(start, grads, rate)
    after, _ = loss(wanted, range(n))

    def judge(params: Any, losses: Any) -> str | None:
        if labcheck.values_problem(params, wanted, 1e-8):
            return "Not the full-batch step."
        if len(losses) != 1:
            return "Not one loss an epoch."
        return None if min(abs(losses[0] - x) for x in (before, after)) < 1e-8 else "Other loss."

    return judge


def full_batch_steps(
    loss: Callable[[Any, Any], tuple[float, Any]], start: Any, n: int, rate: float, epochs: int
) -> Any:
    """Parameters after so many steps with all n examples, of a rate at which the loss rises."""
    params = start
    losses: list[float] = []
    for _ in range(epochs):
        value, grads = loss(params, range(n))
        params, losses = stepped(params, grads, rate), [*losses, value]
    assert losses[-1] > min(losses)
    return params


def still(start: Any, loss: float, epochs: int) -> Callable[[Any, Any], str | None]:
    """Judges a run with a learning rate of almost 0: a mean over uneven batches has some slack."""

    def judge(params: Any, losses: Any) -> str | None:
        if labcheck.values_problem(params, start, 1e-3, 1e-3):
            return "The parameters run away."
        if len(losses) != epochs:
            return "Not one loss an epoch."
        return None if np.allclose(losses, loss, rtol=0.3) else "Not the mean loss."

    return judge
