"""Catalogue of labs 4 and 5: each wrong version is wrong for a fair grader, each variant is right.

The probes here are what such a grader may ask for: small rectangles of odd sizes, strides 1 to 3,
paddings 0 to 2, kernels 1 to 5, overlapping pools, ties, integers; training by its outcome and by
one full-batch step. They are judged by the very code that judges students.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import permutations, product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from labkit import mistakes as catalogue

from labkit.lab import contract

from labkit.lab import reference
from labkit.mistakes import Entry, Version
from labkit.student import labcheck
from labkit.student.labcheck import Explanation, Observation, Probe, Problem, WrongOutcome

ref = SimpleNamespace(
    **{function.name: reference.function(function.name) for function in contract.FUNCTIONS}
)
ENTRIES = (*catalogue.entries(4), *catalogue.entries(5))
VARIANTS = (*catalogue.variants(4), *catalogue.variants(5))
RIGHT = {
    version.function: [v for v in VARIANTS if v.function == version.function]
    for version in VARIANTS
}
NAMES = [function.name for lab in (4, 5) for function in contract.of_lab(lab)]
ACTIVATIONS = ("sigmoid", "tanh", "relu")


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- kinds of probes ---


def values(function: str, *args: Any, **kwargs: Any) -> Probe:
    """The reference's values, and no input changed."""
    copies = Probe(function, args, kwargs, lambda seen: None).fresh()
    wanted = getattr(ref, function)(*copies[0], **copies[1])
    return Probe(function, args, kwargs, lambda seen: labcheck.values_problem(seen.value, wanted))


def outcome(judge: Callable[[Any], str | None], function: str, *args: Any, **kwargs: Any) -> Probe:
    """`judge` finds nothing to say about the result, and no input is changed."""

    def verdict(seen: Observation) -> Problem | None:
        try:
            sentence = judge(seen.value)
        except Exception:  # a result of another kind
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


# --- probes of lab 4 ---


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


def still(start: Any, loss: float, epochs: int) -> Callable[[Any, Any], str | None]:
    """Judges a run with a learning rate of almost 0: a mean over uneven batches has some slack."""

    def judge(params: Any, losses: Any) -> str | None:
        if labcheck.values_problem(params, start, 1e-3, 1e-3):
            return "The parameters run away."
        if len(losses) != epochs:
            return "Not one loss an epoch."
        return None if np.allclose(losses, loss, rtol=0.3) else "Not the mean loss."

    return judge


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

    yield from orders_of_seeds(
        loss,
        lambda out: out[0],
        *("fine_tune", encoders, X[:, :3], y[:3], K),
        activation=activation,
    )


# --- probes of lab 5 ---


def probes_dense_parameter_count() -> Iterator[Probe]:
    for volume, units in (((3, 32, 32), 10), ((1, 5, 7), 4), ((2, 1, 1), 1), ((4, 2, 3), 6)):
        yield values("dense_parameter_count", volume, units)


def probes_conv_parameter_count() -> Iterator[Probe]:
    for depth, kernel, filters in ((3, 5, 8), (1, 3, 4), (2, 1, 1), (4, 2, 3)):
        yield values("conv_parameter_count", depth, kernel, filters)


def probes_output_size() -> Iterator[Probe]:
    for at in product((1, 3, 4, 7, 11, 32), range(1, 6), range(1, 4), range(3)):
        size, kernel, stride, padding = at
        room = size + 2 * padding - kernel
        fits = room >= 0 and room % stride == 0
        if fits:
            yield values("output_size", *at)
        else:
            named = dict(zip(("size", "kernel", "stride", "padding"), at, strict=True))
            yield raises("output_size", **named)

    def whole(out: Any) -> str | None:
        return None if isinstance(out, int | np.integer) else "Not an int."

    yield outcome(whole, "output_size", 7, 3, 2, 1)


# Kernel, stride, padding, and how many steps the kernel takes down and to the right.
GEOMETRIES = (
    (1, 1, 0, 2, 3),
    (1, 2, 1, 2, 3),
    (2, 1, 0, 3, 1),
    (2, 2, 1, 2, 3),
    (2, 3, 2, 3, 2),
    (3, 1, 0, 1, 3),
    (3, 1, 1, 4, 2),
    (3, 2, 0, 2, 3),
    (3, 2, 1, 3, 2),
    (3, 3, 1, 2, 1),
    (3, 3, 0, 1, 2),
    (4, 2, 2, 2, 3),
    (5, 1, 2, 2, 4),
    (5, 3, 2, 2, 1),
    (5, 2, 1, 1, 2),
)


def volumes(*seed: int) -> Iterator[tuple[Any, Any, Any, int, int, Any]]:
    """(X, W, b, stride, padding, shape of the output) for all geometries."""
    for k, stride, padding, down, right in GEOMETRIES:
        g = rng(53, k, stride, padding, *seed)
        F, D, n = (4, 2, 3) if stride == 2 else (3, 3, 5)
        X = g.normal(size=(D, k + stride * down - 2 * padding, k + stride * right - 2 * padding, n))
        W, b = g.normal(size=(F, D, k, k)), g.normal(size=(F, 1))
        yield X, W, b, stride, padding, (F, down + 1, right + 1, n)


def probes_conv_forward() -> Iterator[Probe]:
    for X, W, b, stride, padding, _ in volumes():
        yield values("conv_forward", X, W, b, stride, padding)
    yield values("conv_forward", X, W, b, stride=stride, padding=padding)
    X = rng(54).integers(0, 256, size=(2, 5, 4, 3))
    W, b = rng(55).normal(size=(2, 2, 3, 3)), rng(56).normal(size=(2, 1))
    yield values("conv_forward", X, W, b)


def probes_conv_backward() -> Iterator[Probe]:
    for X, W, _, stride, padding, shape in volumes(1):
        dZ = rng(57, *shape).normal(size=shape)
        yield values("conv_backward", dZ, X, W, stride, padding)
    X = 1.0 * rng(58).integers(-3, 4, size=(2, 5, 4, 3))
    W = 1.0 * rng(59).integers(-3, 4, size=(2, 2, 3, 3))
    yield values("conv_backward", rng(60).normal(size=(2, 3, 2, 3)), X, W)


POOLS = ((1, 1, 3, 2), (2, 2, 1, 2), (2, 1, 2, 3), (3, 2, 2, 1), (3, 1, 2, 3), (2, 3, 1, 2))
"""Size, stride, and how many steps the window takes down and to the right."""


def pooled(*seed: int) -> Iterator[tuple[Any, int, int, tuple[int, ...]]]:
    for size, stride, down, right in POOLS:
        g = rng(61, size, stride, *seed)
        X = g.normal(size=(3, size + stride * down, size + stride * right, 2))
        yield X, size, stride, (3, down + 1, right + 1, 2)


def probes_max_pool_forward() -> Iterator[Probe]:
    for X, size, stride, _ in pooled():
        yield values("max_pool_forward", X, size, stride)
        yield values("max_pool_forward", X - 5, size, stride)


def fair_shares(dZ: Any, X: Any, size: int, stride: int) -> Callable[[Any], str | None]:
    """Judges dX where pixels tie, for dZ > 0: no gradient lost, doubled or sent elsewhere."""
    least, most = np.zeros(X.shape), np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            alone = winners & (winners.sum(axis=(1, 2), keepdims=True) == 1)
            most[window] += winners * dZ[:, r : r + 1, c : c + 1]
            least[window] += alone * dZ[:, r : r + 1, c : c + 1]

    def judge(dX: Any) -> str | None:
        if np.shape(dX) != X.shape or (dX < least - 1e-9).any() or (dX > most + 1e-9).any():
            return "Not to the winners."
        return None if np.allclose(dX.sum((1, 2)), dZ.sum((1, 2))) else "Lost or doubled."

    return judge


def probes_max_pool_backward() -> Iterator[Probe]:
    for X, size, stride, shape in pooled(1):
        dZ = rng(62, size, stride).normal(size=shape)
        yield values("max_pool_backward", dZ, X, size, stride)
    for X, size, stride, shape in pooled(2):
        dZ = 0.1 + rng(63, size, stride).random(size=shape)
        ties = np.maximum(np.round(X), 0).astype(int)
        for tied in (ties, 1.0 * ties, np.zeros(X.shape)):
            yield outcome(
                fair_shares(dZ, tied, size, stride),
                *("max_pool_backward", dZ, tied, size, stride),
            )


def convnet(k: int, seed: int, n: int = 5) -> tuple[Any, Any, Any]:
    g = rng(64, k, seed)
    params = {
        "conv_W": g.normal(size=(3, 2, k, k)) / k,
        "conv_b": np.array([[0.3], [-0.4], [-1.5]]),
        "dense_W": g.normal(size=(4, 3 * 2 * 3)) / 3,
        "dense_b": g.normal(size=(4, 1)),
    }
    return params, g.normal(size=(2, 4, 6, n)), g.integers(0, 4, size=n)


def probes_convnet_forward() -> Iterator[Probe]:
    for k in (1, 3, 5):
        params, X, _ = convnet(k, 1)
        yield values("convnet_forward", params, X)


def probes_convnet_loss() -> Iterator[Probe]:
    for k, n in ((1, 5), (3, 7), (5, 2)):
        yield values("convnet_loss", *convnet(k, 2, n))


def new_order(kept: list[Any], params: Any) -> str | None:
    """Judges a second run by the first: another generator leads elsewhere."""
    if not kept:
        kept.append(params)
        return None
    return None if labcheck.values_problem(params, kept.pop()) else "The same for every generator."


def probes_train_convnet() -> Iterator[Probe]:
    n = 7

    def settings(batch_size: int, epochs: int, rate: float, *seed: int) -> Any:
        made = training(batch_size, epochs, rate, "", *seed)
        del made["activation"]
        return made

    for k in (1, 3):
        params, X, y = convnet(k, 3, n)

        def loss(params: Any, batch: Any, X: Any = X, y: Any = y) -> Any:
            return ref.convnet_loss(params, X[..., list(batch)], y[list(batch)])

        judge = one_step(loss, params, n, 0.2)
        for batch_size in (n, n + 4):
            yield outcome(
                lambda out, judge=judge: judge(*out),  # type: ignore[misc]
                *("train_convnet", params, X, y),
                **settings(batch_size, 1, 0.2, 65),
            )
    judge = still(params, loss(params, range(n))[0], 3)
    yield outcome(
        lambda out: judge(*out), "train_convnet", params, X, y, **settings(3, 3, 1e-9, 66)
    )
    unshuffled, _ = in_order(loss, params, n, 0.2)
    yield outcome(
        lambda out: None if labcheck.values_problem(out[0], unshuffled) else "Not shuffled.",
        *("train_convnet", params, X, y),
        **settings(1, 1, 0.2, 67),
    )
    kept: list[Any] = []
    for seed in (67, 71):
        yield outcome(
            lambda out: new_order(kept, out[0]),
            *("train_convnet", params, X, y),
            **settings(2, 1, 0.2, seed),
        )
    few, labels = X[..., :3], y[:3]
    fixed = [
        in_order(
            lambda params, batch, order=order: ref.convnet_loss(  # type: ignore[misc]
                params, few[..., [order[batch[0] % 3]]], labels[[order[batch[0] % 3]]]
            ),
            params,
            3 * 8,
            0.2,
        )[0]
        for order in permutations(range(3))
    ]
    yield outcome(
        lambda out: (
            None if all(labcheck.values_problem(out[0], end) for end in fixed) else "Same order."
        ),
        *("train_convnet", params, few, labels),
        **settings(1, 8, 0.2, 72),
    )
    # Bright halves: the label says which half of the image shines.
    many = rng(68).normal(size=(2, 4, 6, 40))
    sides = rng(69).integers(0, 2, size=40)
    many[:, :, :3] += 2.0 * sides
    many[:, :, 3:] += 2.0 * (1 - sides)

    def learnt(out: Any) -> str | None:
        S = ref.convnet_forward(out[0], many)
        return None if ref.softmax_cross_entropy(S, sides)[0] < 0.08 else "Not learnt."

    yield outcome(learnt, "train_convnet", params, many, sides, **settings(4, 5, 0.03, 70))


# --- what the versions do on the probes ---


def probes(function: str) -> list[Probe]:
    made: list[Probe] = list(globals()[f"probes_{function}"]())
    return made


@cache
def observations(version: Version) -> list[tuple[Observation, Problem | None]]:
    """What a version does on every probe of its function, and what is wrong with that."""
    seen = []
    for probe in probes(version.function):
        args, kwargs = probe.fresh()
        observation = labcheck.call(version.run, args, kwargs, seconds=10.0)
        seen.append((observation, probe.problem(observation)))
    return seen


def ids(version: Version) -> str:
    return version.key


# --- tests ---


@pytest.mark.parametrize("function", NAMES)
def test_the_reference_passes_every_probe(function: str) -> None:
    for probe in probes(function):
        args, kwargs = probe.fresh()
        seen = labcheck.call(getattr(ref, function), args, kwargs, seconds=10.0)
        assert probe.problem(seen) is None


@pytest.mark.parametrize("entry", ENTRIES, ids=ids)
def test_a_misconception_is_wrong(entry: Entry) -> None:
    assert any(problem is not None for _, problem in observations(entry))


@pytest.mark.parametrize("entry", ENTRIES, ids=ids)
def test_a_misconception_gives_an_answer_on_some_input(entry: Entry) -> None:
    """A version that does nothing but raise would be named by the text of an exception alone."""
    assert any(seen.failure is None for seen, _ in observations(entry))


@pytest.mark.parametrize("version", VARIANTS, ids=ids)
def test_a_variant_is_right(version: Version) -> None:
    assert [problem for _, problem in observations(version) if problem is not None] == []


@pytest.mark.parametrize("function", NAMES)
def test_no_two_misconceptions_of_a_function_behave_alike(function: str) -> None:
    known = [entry for entry in ENTRIES if entry.function == function]
    for i, first in enumerate(known):
        for second in known[i + 1 :]:
            assert not _alike(first, second), f"{first.key} and {second.key}"


def _alike(first: Entry, second: Entry) -> bool:
    """Whether the judge's own matching cannot tell the two apart on any probe."""
    name = Explanation(second.key, second.title, second.hint)
    for (a, problem), (b, other) in zip(observations(first), observations(second), strict=True):
        if (problem is None) != (other is None):
            return False
        if problem is not None and labcheck.match(a, problem, WrongOutcome(name, b, other)) < 2:
            return False
    return True


def test_every_function_has_several_of_each_kind() -> None:
    wrong = Counter(entry.function for entry in ENTRIES)
    right = Counter(version.function for version in VARIANTS)
    assert all(wrong[name] >= 5 and right[name] >= 1 for name in NAMES)
    assert len(catalogue.entries(4)) >= 20 and len(catalogue.variants(4)) >= 6
    assert len(catalogue.entries(5)) >= 40 and len(catalogue.variants(5)) >= 14


@pytest.mark.parametrize("entry", ENTRIES, ids=ids)
def test_the_words_are_short_and_plain(entry: Entry) -> None:
    assert 10 <= len(entry.title) <= 100 and not entry.title.endswith(".")
    assert 60 <= len(entry.hint) <= catalogue.HINT_LENGTH
    assert 20 <= len(entry.why) <= 200
    assert "\n" not in entry.title + entry.hint + entry.why


def test_titles_are_unique_within_a_function() -> None:
    titles = Counter((entry.function, entry.title) for entry in ENTRIES)
    assert max(titles.values()) == 1


@pytest.mark.parametrize("version", (*ENTRIES, *VARIANTS), ids=ids)
def test_a_version_uses_nothing_but_numpy_and_the_package(version: Version) -> None:
    for name, value in inspect.getclosurevars(version.run).globals.items():
        assert value is np or value.__module__.startswith("neuralnet."), name


@pytest.mark.parametrize("function", NAMES)
def test_a_version_becomes_a_submission(function: str) -> None:
    for version in (catalogue.for_function(function)[-1], RIGHT[function][-1]):
        text = catalogue.submission_files(version)[f"neuralnet/{version.module}.py"]
        assert compile(text, version.key, "exec")
        assert "labkit" not in text
