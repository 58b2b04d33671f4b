# ruff: noqa: E501
"""One question's function through another's, or through itself."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.submission import ALL, hostile

attack = partial(hostile, "circular")


ATTACKS = (
    attack(
        "through_each_other",
        """
        def dense_forward(W, b, X): return forward([(W, b)], X, "relu")[-1]
        def forward(params, X, activation): return [X, dense_forward(*params[0], X)]
    """,
        module="layers",
        unearned=tuple(name for name in ALL if name != "forward"),
    ),
    attack(
        "earlier_through_later",
        """
        from neuralnet.layers import forward
        def relu(z): return forward([(np.eye(len(z)), 0 * z[:, :1]), (np.eye(len(z)), 0 * z[:, :1])], z, "relu")[1]
        def tanh(z): return 2 * sigmoid(2 * z) - 1
    """,
    ),
    attack(
        "through_itself",
        """
        import importlib
        def sigmoid(z): return importlib.import_module("neuralnet.activations").sigmoid(z)
        def relu(z):
            import neuralnet.activations as again
            try: return again.relu(z)
            except RecursionError: return z
    """,
    ),
)
