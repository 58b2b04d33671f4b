"""The student contract as data: every function that students implement, in the order of the course.

The order matters for grading: a function is also judged with correct versions of the functions
that stand *before* it, never of those after it: two stubs defined through each other earn nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

PACKAGE = "neuralnet"


@dataclass(frozen=True)
class Function:
    """One contract function; its name is also the name of the question that grades it."""

    name: str
    module: str
    """Module of the package, without the package's name."""
    lab: int


_TABLE = (
    (1, "activations", "sigmoid tanh relu sigmoid_gradient tanh_gradient relu_gradient"),
    (1, "perceptron", "perceptron_predict perceptron_train xor_params"),
    (1, "layers", "add_bias_row dense_forward forward"),
    (2, "losses", "softmax cross_entropy softmax_cross_entropy squared_error"),
    (2, "backprop", "numerical_gradient dense_backward backward"),
    (3, "training", "initialize minibatches sgd_step train predict accuracy"),
    (4, "autoencoder", "autoencoder_loss train_autoencoder pretrain fine_tune"),
    (
        5,
        "convolution",
        "dense_parameter_count conv_parameter_count output_size conv_forward conv_backward "
        "max_pool_forward max_pool_backward convnet_forward convnet_loss train_convnet",
    ),
)

FUNCTIONS = tuple(
    Function(name, module, lab) for lab, module, names in _TABLE for name in names.split()
)
"""The published contract, in its order."""

BY_NAME = {function.name: function for function in FUNCTIONS}
"""All functions by name, in order: the contract's, then those of an instructor's own labs."""

MODULES = tuple(module for _, module, _ in _TABLE)
"""The package's published modules, in the order of the course."""


def extend(name: str, module: str, lab: int) -> None:
    """Add a function of an instructor's own lab behind the contract's.

    Raises ValueError where the name or the module stands for another lab's already.
    """
    if name in BY_NAME and BY_NAME[name] != Function(name, module, lab):
        raise ValueError(f"{name} is a function of lab {BY_NAME[name].lab} already.")
    for known in BY_NAME.values():
        if known.module == module and known.lab != lab:
            raise ValueError(f"{module} is a module of lab {known.lab} already.")
    BY_NAME.setdefault(name, Function(name, module, lab))


def modules() -> tuple[str, ...]:
    """All modules of the package, those of an instructor's own labs included."""
    return tuple(dict.fromkeys(function.module for function in BY_NAME.values()))


def earlier(name: str) -> tuple[str, ...]:
    """Names of the functions that stand before `name` in the contract.

    Raises KeyError for a name that the contract does not have.
    """
    names = list(BY_NAME)
    return tuple(names[: names.index(BY_NAME[name].name)])


def of_lab(lab: int) -> tuple[Function, ...]:
    """The functions that students write in lab number `lab`, in order."""
    return tuple(function for function in BY_NAME.values() if function.lab == lab)
