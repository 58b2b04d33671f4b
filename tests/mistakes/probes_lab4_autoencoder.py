"""What versions of lab 4's functions are asked: training by its outcome, and by one full step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np

from labkit.student import labcheck
from labkit.student.labcheck import Probe
from tests.mistakes.probing import (
    ACTIVATIONS,
    Probes,
    answers,
    full_batch_steps,
    in_order,
    one_step,
    outcome,
    ref,
    rng,
    stepped,
    still,
    training,
    values,
)

ENOUGH = (20, 6, 5, 1)
"""Fewest mistakes and right versions of this lab, and of each function."""

ONLY_RAISE: set[str] = set()
"""Mistakes that answer none of these inputs."""


def layers(p: int, hidden: int, seed: int) -> tuple[Any, Any]:
    g = rng(41, seed)
    encoder = g.normal(size=(hidden, p)), g.normal(size=(hidden, 1))
    decoder = g.normal(size=(p, hidden)), g.normal(size=(p, 1))
    return encoder, decoder


def probes_autoencoder_loss() -> Iterator[Probe]:
    for seed, activation in enumerate(ACTIVATIONS):
        for p, hidden, n in ((5, 3, 7), (3, 4, 2)):
            X = rng(42, seed, p).normal(size=(p, n))
            yield values("autoencoder_loss", *layers(p, hidden, seed), X, activation)
    X = rng(42, 3).integers(-3, 4, (4, 5))
    yield values("autoencoder_loss", *layers(4, 2, 3), X, "tanh")


def orders_of_seeds(
    loss: Callable[[Any, Any], tuple[float, Any]],
    trained: Callable[[Any], Any],
    *call: Any,
    activation: str,
) -> Iterator[Probe]:
    """Three examples one by one, seven generators: the orders are found out, and not all the same.

    A run with a learning rate of 0 tells where the other one starts.
    """
    starts: list[Any] = []
    found: list[tuple[int, ...]] = []

    def keep(out: Any) -> None:
        starts.append(trained(out))

    def judge(out: Any) -> str | None:
        for order in permutations(range(3)):
            params = starts[-1]
            for i in order:
                params = stepped(params, loss(params, [i])[1], 0.3)
            if not labcheck.values_problem(trained(out), params, 1e-7):
                found.append(order)
                break
        else:
            return "Not one step for each example."
        return "Always the same order." if len(found) == 7 and len(set(found)) == 1 else None

    for seed in range(7):
        for rate, judging in ((0.0, keep), (0.3, judge)):
            yield outcome(judging, *call, **training(1, 1, rate, activation, 60, seed))


def probes_train_autoencoder() -> Iterator[Probe]:
    p, hidden, n = 6, 4, 13
    X = rng(43).normal(size=(p, n))
    for seed, activation in enumerate(ACTIVATIONS):
        start = ref.initialize([p, hidden, p], rng(44, seed), "xavier")

        def loss(params: Any, batch: Any, activation: str = activation) -> tuple[float, Any]:
            value, *grads = ref.autoencoder_loss(*params, X[:, list(batch)], activation)
            return value, grads

        judge = one_step(loss, start, n, 0.3)
        yield outcome(
            lambda out, judge=judge: judge([out[0], out[1]], out[2]),  # type: ignore[misc]
            *("train_autoencoder", X, hidden),
            **training(n + 7, 1, 0.3, activation, 44, seed),
        )
    judge = still(start, loss(start, range(n))[0], 3)
    yield outcome(
        lambda out: judge([out[0], out[1]], out[2]),
        *("train_autoencoder", X, hidden),
        **training(5, 3, 1e-9, activation, 44, seed),
    )
    # Single examples: 13! orders, and the one in which they came is as good as never a shuffle.
    unshuffled, _ = in_order(loss, start, n, 0.05)
    yield outcome(
        lambda out: (
            None if labcheck.values_problem([out[0], out[1]], unshuffled) else "Not shuffled."
        ),
        *("train_autoencoder", X, hidden),
        **training(1, 1, 0.05, activation, 44, seed),
    )
    before = loss(start, range(n))[0]
    yield outcome(
        lambda out: "The loss of the start." if np.isclose(out[2][0], before) else None,
        *("train_autoencoder", X, hidden),
        **training(1, 1, 0.05, activation, 44, seed),
    )
    far = full_batch_steps(loss, start, n, 3.0, 3)
    yield outcome(
        lambda out: "Other steps." if labcheck.values_problem([out[0], out[1]], far) else None,
        *("train_autoencoder", X, hidden),
        **training(n, 3, 3.0, activation, 44, seed),
    )
    # Data of two dimensions in six: two code units and many small steps get it nearly all.
    flat = rng(45).normal(size=(p, 2)) @ rng(46).normal(size=(2, 60))

    def learnt(out: Any) -> str | None:
        left = ref.autoencoder_loss(out[0], out[1], flat, "tanh")[0] / ref.squared_error(0, flat)[0]
        return None if left < 0.3 else "Not learnt."

    yield outcome(learnt, "train_autoencoder", flat, 3, **training(4, 8, 0.05, "tanh", 47))
    yield from orders_of_seeds(
        loss,
        lambda out: [out[0], out[1]],
        *("train_autoencoder", X[:, :3], hidden),
        activation=activation,
    )


def probes_pretrain() -> Iterator[Probe]:
    for seed, activation in enumerate(ACTIVATIONS):
        X = rng(48, seed).normal(size=(7, 9))
        for sizes in ([5], [5, 3, 4]):
            # The draws of a layer are those of the reference's `train_autoencoder`.
            yield values("pretrain", X, sizes, **training(9, 2, 0.2, activation, 49, seed))


def fine_tune_step(encoders: Any, X: Any, y: Any, K: int, rate: float, activation: str) -> Any:
    """Judges one full-batch step from any last layer that the scheme "small" may give.

    The step is undone: a start s with s − rate · gradient(s) = result is found by iteration.
    """

    def judge(out: Any) -> str | None:
        params, losses = out
        if len(params) != len(encoders) + 1 or len(losses) != 1:
            return "Another number of layers or losses."
        if np.shape(params[-1][0]) != (K, len(encoders[-1][0])):
            return "Last layer of another shape."
        top = params[-1]
        for _ in range(25):
            H = ref.forward([*encoders, top], X, activation)
            loss, dS = ref.softmax_cross_entropy(H[-1], y)
            grads = ref.backward([*encoders, top], H, dS, activation)
            top = tuple(w + rate * g for w, g in zip(params[-1], grads[-1], strict=True))
        if not 0.006 < np.std(top[0]) < 0.015 or np.abs(top[1]).max() > 1e-8:
            return "The last layer did not start small."
        wanted = ref.sgd_step(encoders, grads[:-1], rate)
        if labcheck.values_problem(list(params[:-1]), wanted, 1e-7):
            return "The encoders did not take the step."
        after, _ = ref.softmax_cross_entropy(ref.forward(params, X, activation)[-1], y)
        return None if min(abs(losses[0] - x) for x in (loss, after)) < 1e-6 else "Other loss."

    return judge


def probes_fine_tune() -> Iterator[Probe]:
    K = 5
    for seed, activation in enumerate(ACTIVATIONS):
        g = rng(50, seed)
        encoders = [
            (g.normal(size=(7, 6)) / 2, g.normal(size=(7, 1))),
            (g.normal(size=(9, 7)) / 3, 0.1 + g.random(size=(9, 1))),
        ]
        X, y = g.normal(size=(6, 11)), g.integers(0, K - 1, size=11)  # the last class is absent
        judge = fine_tune_step(encoders, X, y, K, 0.02, activation)
        for batch_size in (11, 20):
            yield outcome(
                judge,
                *("fine_tune", encoders, X, y, K),
                **training(batch_size, 1, 0.02, activation, 51, seed),
            )
    yield outcome(
        lambda out: None if len(out[1]) == 3 else "Not one loss an epoch.",
        *("fine_tune", encoders, X, y, K),
        **training(4, 3, 0.1, activation, 51, seed),
    )
    tops: list[Any] = []

    def differs(out: Any) -> str | None:
        tops.append(np.array(out[0][-1][0]))
        seen_before = any(np.allclose(tops[-1], top, atol=1e-7) for top in tops[:-1])
        return "The same draws from two generators." if seen_before else None

    for seed in range(2):
        yield outcome(
            differs,
            *("fine_tune", encoders, X, y, K),
            **training(11, 1, 1e-12, activation, 52, seed),
        )

    def loss(params: Any, batch: Any) -> tuple[float, Any]:
        H = ref.forward(params, X[:, batch], activation)
        value, dS = ref.softmax_cross_entropy(H[-1], y[batch])
        return value, ref.backward(params, H, dS, activation)

    starts: list[Any] = []

    def judge_far(out: Any) -> str | None:
        if not starts:
            starts.append(out[0])
            return None
        far = full_batch_steps(loss, starts.pop(), 11, 20.0, 3)
        return "Other steps." if labcheck.values_problem(out[0], far, 1e-5) else None

    for rate in (0.0, 20.0):
        yield outcome(
            judge_far,
            *("fine_tune", encoders, X, y, K),
            **training(11, 3, rate, activation, 54),
        )
    yield outcome(
        lambda out: None if out[1][0] < 0.9 * np.log(K) else "The loss of the start.",
        *("fine_tune", encoders, X, 0 * y, K),
        **training(1, 1, 0.2, activation, 55),
    )
    yield from orders_of_seeds(
        loss,
        lambda out: out[0],
        *("fine_tune", encoders, X[:, :3], y[:3], K),
        activation=activation,
    )


def probes_pretrain_is_wrong() -> Iterator[Probe]:
    def stack(codes: Any = None, kept: int = 0, shuffled: bool = False) -> Any:
        """A `pretrain` whose next data are `codes(height, name, scores)`."""

        def pretrain(X: Any, hidden_sizes: Any, *, rng: Any, **settings: Any) -> Any:
            layers: list[Any] = []
            name = settings["activation"]
            for hidden in hidden_sizes:
                shown = X[:, rng.permutation(X.shape[1])] if shuffled else X
                pair = ref.train_autoencoder(shown, hidden, rng=rng, **settings)[:2]
                layers.append(pair[kept])
                scores = ref.dense_forward(*pair[0], X)
                own = getattr(ref, name)(scores)
                X = own if codes is None else codes(len(layers), own, scores)
            return layers

        return pretrain

    def raw(X: Any, hidden_sizes: Any, **settings: Any) -> Any:
        return [ref.train_autoencoder(X, hidden, **settings)[0] for hidden in hidden_sizes]

    def single(X: Any, hidden_sizes: Any, **settings: Any) -> Any:
        layers = ref.pretrain(X, hidden_sizes, **settings)
        return [(W.astype(np.float32), b.astype(np.float32)) for W, b in layers]

    wrong = {
        "scores for codes": stack(lambda height, own, scores: scores),
        "scores in the third layer": stack(lambda height, own, z: z if height > 1 else own),
        "always the sigmoid": stack(lambda height, own, scores: ref.sigmoid(scores)),
        "decoders": stack(kept=1),
        "all on the raw data": raw,
    }
    for pretrain in wrong.values():
        yield answers("pretrain_is_wrong", True, pretrain)
    for pretrain in (ref.pretrain, stack(), stack(shuffled=True), single):
        yield answers("pretrain_is_wrong", False, pretrain)


PROBES: dict[str, Probes] = {
    "autoencoder_loss": probes_autoencoder_loss,
    "train_autoencoder": probes_train_autoencoder,
    "pretrain": probes_pretrain,
    "fine_tune": probes_fine_tune,
    "pretrain_is_wrong": probes_pretrain_is_wrong,
}
