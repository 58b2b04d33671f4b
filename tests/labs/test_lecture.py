"""Every numbered system of the lecture stands in a notebook and is asked for, in code or words."""

from __future__ import annotations

import pytest

from labkit.lab.course import find

SYSTEMS = [
    (1, "lab1", "perceptron", ("perceptron_predict", "why_xor")),
    (2, "lab1", "fake one", ("add_bias_row",)),
    (3, "lab1", "H^{(1)}", ("dense_forward", "forward")),
    (4, "lab1", "sigmoid", ("sigmoid", "tanh", "relu")),
    (5, "lab1", "saturat", ("sigmoid_gradient", "sigmoid_drawbacks")),
    (5, "lab3", "dead", ("train",)),
    (6, "lab1", "flatten", ("forward",)),
    (7, "lab2", "approximate any function", ("backward",)),
    (8, "lab2", "gradient descent", ("squared_error",)),
    (8, "lab3", "SGD", ("sgd_step",)),
    (9, "lab2", "softmax", ("softmax", "cross_entropy")),
    (10, "lab2", "hidden layer", ("backward",)),
    (10, "lab3", "hidden layer", ("train",)),
    (11, "lab3", "convex", ("initialize",)),
    (12, "lab3", "zeros", ("initialize", "why_not_zeros")),
    (13, "lab3", "mini-batch", ("minibatches", "batch_size")),
    (14, "lab4", "autoencoder", ("autoencoder_loss", "train_autoencoder")),
    (15, "lab4", "edges", ("train_autoencoder",)),
    (16, "lab4", "layer by layer", ("pretrain",)),
    (17, "lab4", "fine-tun", ("fine_tune",)),
    (18, "lab5", "120{,}000", ("dense_parameter_count", "conv_parameter_count")),
    (19, "lab5", "volume", ("output_size",)),
    (20, "lab5", "ConvNet", ("convnet_forward", "train_convnet")),
]
"""Number of the system, lab, words that its notebook holds, questions that ask for it."""


@pytest.mark.parametrize(("number", "lab", "words", "questions"), SYSTEMS)
def test_a_system_is_taught_and_asked_for(
    number: int, lab: str, words: str, questions: tuple[str, ...]
) -> None:
    found = find(lab)
    text = found.text.read_text(encoding="utf-8")
    prose = " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("#"))
    assert words.lower() in prose.lower()
    asked = {*found.questions, *(question.name for question in found.written)}
    assert set(questions) <= asked
    for question in questions:
        where = f'grader.check("{question}")\n', f'question="{question}"\n'
        assert any(words in text for words in where), question


def test_all_twenty_systems_are_there() -> None:
    assert {number for number, *_ in SYSTEMS} == set(range(1, 21))
