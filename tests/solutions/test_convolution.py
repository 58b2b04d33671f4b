import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neuralnet.convolution import (
    conv_backward,
    conv_forward,
    conv_parameter_count,
    convnet_forward,
    convnet_loss,
    dense_parameter_count,
    max_pool_backward,
    max_pool_forward,
    output_size,
    train_convnet,
)
from neuralnet.losses import softmax_cross_entropy

from .tools import as_float32, assert_gradient, assert_same, dtypes, pure


def plain_conv(X, W, b, stride, padding):
    """The formula, place by place."""
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    k = W.shape[-1]
    rows, columns = ((side - k) // stride + 1 for side in X.shape[1:3])
    Z = np.empty((len(W), rows, columns, X.shape[3]))
    for r in range(rows):
        for c in range(columns):
            patch = X[:, stride * r : stride * r + k, stride * c : stride * c + k]
            Z[:, r, c] = np.einsum("fduv,duvn->fn", W, patch) + b
    return Z


def plain_pool(X, size, stride):
    rows, columns = ((side - size) // stride + 1 for side in X.shape[1:3])
    Z = np.empty((len(X), rows, columns, X.shape[3]))
    for r in range(rows):
        for c in range(columns):
            window = X[:, stride * r : stride * r + size, stride * c : stride * c + size]
            Z[:, r, c] = window.max(axis=(1, 2))
    return Z


def distinct(shape, rng):
    """Values with gaps, so that a small step changes no maximum."""
    return rng.permutation(np.prod(shape)).reshape(shape) / 50


def test_counts():
    assert dense_parameter_count((3, 32, 32), 10) == 30730
    assert dense_parameter_count((3, 200, 200), 1) == 120001
    assert conv_parameter_count(3, 5, 8) == 608


def test_output_size():
    assert output_size(32, 5, 1, 2) == 32
    assert output_size(7, 3, 2, 0) == 3
    assert output_size(5, 5, 3, 0) == 1
    for size, kernel, stride, padding in [(3, 8, 1, 2), (7, 4, 2, 0), (10, 3, 3, 2)]:
        with pytest.raises(ValueError, match="does not") as caught:
            output_size(size, kernel, stride, padding)
        for name, number in [
            ("size", size),
            ("kernel", kernel),
            ("stride", stride),
            ("padding", padding),
        ]:
            assert f"{name} {number}" in str(caught.value)


geometry = st.fixed_dictionaries(
    {
        "D": st.integers(1, 3),
        "F": st.integers(1, 4),
        "n": st.integers(1, 3),
        "k": st.integers(1, 5),
        "stride": st.integers(1, 3),
        "padding": st.integers(0, 2),
        "rows": st.integers(1, 4),
        "columns": st.integers(1, 4),
    }
)


@settings(max_examples=80)
@given(geometry)
def test_conv_is_the_formula_and_its_adjoint(g):
    height, width = (
        g["stride"] * (places - 1) + g["k"] - 2 * g["padding"]
        for places in (g["rows"], g["columns"])
    )
    assume(height > 0 and width > 0)
    rng = np.random.default_rng(height * width)
    X = rng.normal(size=(g["D"], height, width, g["n"]))
    W, b = rng.normal(size=(g["F"], g["D"], g["k"], g["k"])), rng.normal(size=(g["F"], 1))
    Z = conv_forward(X, W, b, g["stride"], g["padding"])
    np.testing.assert_allclose(Z, plain_conv(X, W, b, g["stride"], g["padding"]), atol=1e-12)
    # Z is linear in X, in W and in b, so each gradient obeys <dZ, Z(step)> = <gradient, step>.
    dZ = rng.normal(size=Z.shape)
    dX, dW, db = conv_backward(dZ, X, W, g["stride"], g["padding"])
    assert (dX.shape, dW.shape, db.shape) == (X.shape, W.shape, b.shape)
    steps = [rng.normal(size=part.shape) for part in (X, W, b)]
    zero = np.zeros_like(b)
    moved = [
        plain_conv(steps[0], W, zero, g["stride"], g["padding"]),
        plain_conv(X, steps[1], zero, g["stride"], g["padding"]),
        np.broadcast_to(steps[2][:, :, None, None], Z.shape),
    ]
    for gradient, step, change in zip((dX, dW, db), steps, moved, strict=True):
        np.testing.assert_allclose((gradient * step).sum(), (dZ * change).sum(), atol=1e-9)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 2), (2, 1), (3, 0)])
def test_conv_gradients(stride, padding, rng):
    k, n = 3, 2
    height, width = 3 * stride + k - 2 * padding, stride + k - 2 * padding
    height, width = (side if side > 0 else side + stride * 3 for side in (height, width))
    X, W, b = (rng.normal(size=shape) for shape in [(2, height, width, n), (3, 2, k, k), (3, 1)])
    upstream = rng.normal(size=conv_forward(X, W, b, stride, padding).shape)
    dX, dW, db = pure(conv_backward, upstream, X, W, stride, padding)

    def loss(X=X, W=W, b=b):
        return (upstream * conv_forward(X, W, b, stride, padding)).sum()

    assert_gradient(lambda X: loss(X=X), X, dX)
    assert_gradient(lambda W: loss(W=W), W, dW)
    assert_gradient(lambda b: loss(b=b), b, db)


def test_kernel_is_not_flipped():
    X = np.zeros((1, 3, 3, 1))
    X[0, 0, 1, 0] = 1.0
    W = np.arange(9.0).reshape(1, 1, 3, 3)
    assert conv_forward(X, W, np.zeros((1, 1))).item() == 1.0


def test_memory_order_of_the_inputs_does_not_matter(rng):
    X, W, b = rng.normal(size=(2, 4, 5, 3)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=(3, 1))
    turned = np.asfortranarray(X)
    Z = conv_forward(X, W, b, 1, 1)
    np.testing.assert_array_equal(conv_forward(turned, np.asfortranarray(W), b, 1, 1), Z)
    np.testing.assert_allclose(
        conv_backward(np.asfortranarray(Z), turned, W, 1, 1)[0], conv_backward(Z, X, W, 1, 1)[0]
    )
    np.testing.assert_array_equal(max_pool_forward(turned, 2, 1), max_pool_forward(X, 2, 1))


@settings(max_examples=60)
@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 9),
)
def test_pool_is_the_maximum_and_loses_no_gradient(D, size, stride, rows, columns, seed):
    rng = np.random.default_rng(seed)
    shape = (D, stride * (rows - 1) + size, stride * (columns - 1) + size, 2)
    X = rng.integers(0, 4, size=shape).astype(float)  # full of ties
    np.testing.assert_array_equal(max_pool_forward(X, size, stride), plain_pool(X, size, stride))
    dZ = rng.normal(size=(D, rows, columns, 2))
    dX = max_pool_backward(dZ, X, size, stride)
    assert dX.shape == X.shape
    np.testing.assert_allclose(dX.sum(axis=(1, 2)), dZ.sum(axis=(1, 2)), atol=1e-12)


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 1), (3, 2), (2, 3), (1, 1)])
def test_pool_gradient(size, stride, rng):
    X = distinct((2, size + 2 * stride, size + stride, 3), rng)
    upstream = rng.normal(size=(2, 3, 2, 3))
    dX = pure(max_pool_backward, upstream, X, size, stride)
    assert_gradient(lambda X: (upstream * max_pool_forward(X, size, stride)).sum(), X, dX)
    pure(max_pool_forward, X, size, stride)


def test_a_tie_goes_to_a_largest_pixel():
    X = np.array([[2.0, 2.0], [1.0, 2.0]]).reshape(1, 2, 2, 1)
    dX = max_pool_backward(np.full((1, 1, 1, 1), 6.0), X, 2, 2)
    assert dX.sum() == 6.0
    assert dX[0, 1, 0, 0] == 0.0


def small_convnet(rng, k=3, classes=3):
    X = rng.normal(size=(2, 4, 6, 5))
    params = {
        "conv_W": rng.normal(size=(4, 2, k, k)),
        "conv_b": rng.normal(size=(4, 1)),
        "dense_W": rng.normal(size=(classes, 4 * 2 * 3)),
        "dense_b": rng.normal(size=(classes, 1)),
    }
    return params, X, rng.integers(classes, size=5)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_convnet_is_conv_relu_pool_dense(k, rng):
    params, X, y = small_convnet(rng, k)
    A = np.maximum(0, plain_conv(X, params["conv_W"], params["conv_b"], 1, k // 2))
    S = params["dense_W"] @ plain_pool(A, 2, 2).reshape(-1, 5) + params["dense_b"]
    np.testing.assert_allclose(pure(convnet_forward, params, X), S)
    loss, grads = pure(convnet_loss, params, X, y)
    np.testing.assert_allclose(loss, softmax_cross_entropy(S, y)[0])
    assert grads.keys() == params.keys()
    for name in params:
        assert_gradient(
            lambda value, name=name: convnet_loss({**params, name: value}, X, y)[0],
            params[name],
            grads[name],
        )


def test_convnet_learns_edges(rng):
    """Images with a bright row against images with a bright column."""
    n = 60
    y = rng.integers(2, size=n)
    X = 0.1 * rng.normal(size=(1, 6, 8, n))
    for i in range(n):
        if y[i]:
            X[0, rng.integers(6), :, i] += 1.0
        else:
            X[0, :, rng.integers(8), i] += 1.0
    params = {
        "conv_W": 0.3 * rng.normal(size=(4, 1, 3, 3)),
        "conv_b": np.zeros((4, 1)),
        "dense_W": 0.1 * rng.normal(size=(2, 4 * 3 * 4)),
        "dense_b": np.zeros((2, 1)),
    }
    trained, losses = train_convnet(
        params, X, y, learning_rate=0.2, batch_size=16, epochs=30, rng=rng
    )
    assert len(losses) == 30
    assert losses[-1] < 0.3 * losses[0]
    assert (convnet_forward(trained, X).argmax(axis=0) == y).mean() >= 0.95


def test_full_batch_is_one_step(rng):
    params, X, y = small_convnet(rng)
    loss, grads = convnet_loss(params, X, y)
    trained, losses = train_convnet(
        params, X, y, learning_rate=0.1, batch_size=9, epochs=1, rng=rng
    )
    np.testing.assert_allclose(losses, [loss])
    for name in params:
        np.testing.assert_allclose(trained[name], params[name] - 0.1 * grads[name], atol=1e-12)


def test_pure_whole_numbers_and_float32(rng):
    params, X, y = small_convnet(rng)
    W, b = params["conv_W"], params["conv_b"]
    pure(conv_forward, X, W, b, 1, 1)

    def run(params, X, y):
        options = {"learning_rate": 0.1, "batch_size": 2, "epochs": 1}
        return train_convnet(params, X, y, **options, rng=np.random.default_rng(1))

    pure(run, params, X, y)
    single, X32 = as_float32(params), as_float32(X)
    float32 = {np.dtype(np.float32)}
    assert dtypes(run(single, X32, y)[0]) == float32
    assert (
        dtypes(
            conv_backward(
                conv_forward(X32, single["conv_W"], single["conv_b"]), X32, single["conv_W"]
            )
        )
        == float32
    )
    assert (
        dtypes([max_pool_forward(X32, 2, 2), max_pool_backward(X32[:, :2, :3], X32, 2, 2)])
        == float32
    )
    for kind in (np.int64, np.uint8):
        whole = rng.integers(0, 9, size=X.shape).astype(kind)
        assert_same(conv_forward(whole, W, b, 1, 1), conv_forward(1.0 * whole, W, b, 1, 1))
        assert_same(max_pool_forward(whole, 2, 2), max_pool_forward(1.0 * whole, 2, 2))
        assert_same(convnet_loss(params, whole, y), convnet_loss(params, 1.0 * whole, y))
        assert_same(run(params, whole, y), run(params, 1.0 * whole, y))
