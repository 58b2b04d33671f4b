"""Values cross unchanged; anything that is not a message is refused, and only refused."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from labkit.sandbox import Limits, protocol
from labkit.sandbox.protocol import BadTypeError, Decoder, Encoder, ProtocolError, TooLargeError
from labkit.student.labcheck.crossing import CannotCross, TooMuch, crossed

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))

dtypes = st.sampled_from(sorted(protocol.DTYPES.values(), key=str))
arrays = dtypes.flatmap(
    lambda dtype: nps.arrays(
        dtype, nps.array_shapes(min_dims=0, min_side=0, max_dims=4, max_side=4)
    )
)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**60, max_value=2**300),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    arrays,
    st.lists(st.floats(), min_size=8),
    st.lists(st.integers(-5, 5), min_size=8),
)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


def across(value: Any) -> Any:
    """The value as the other side reads it, through a real frame."""
    encoder = Encoder()
    node = encoder.node(value)
    frame = b"".join(protocol.pack(b"n" * 16, {"v": node}, encoder.buffers))
    size = protocol.PREFIX.size
    nonce, header, body = protocol.unpack_prefix(frame[:size])
    assert nonce == b"n" * 16
    assert len(frame) == size + header + body
    decoder = Decoder(frame[size + header :], trusted=True)
    result = decoder.value(protocol.unpack_header(frame[size : size + header])["v"])
    decoder.finish()
    return result


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray | np.generic):
        return (
            type(a) is type(b)
            and a.dtype == b.dtype
            and a.shape == b.shape
            and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
        )
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    return bool(a == b)


@QUICK
@given(values)
def test_round_trip(value: Any) -> None:
    assert same(value, across(value))


@QUICK
@given(arrays)
def test_round_trip_layouts(array: np.ndarray) -> None:
    assert same(array, across(np.asfortranarray(array) if array.ndim else array))
    assert same(array.T, across(array.T))
    assert same(
        array[..., ::2] if array.ndim else array, across(array[..., ::2] if array.ndim else array)
    )
    for scalar in array.reshape(-1)[:2]:
        assert same(scalar, across(scalar))


def test_fortran_order_is_kept_and_arrays_are_writable() -> None:
    result = across(np.asfortranarray(np.ones((3, 4))))
    assert result.flags.f_contiguous
    assert result.flags.writeable
    assert across(np.ones((3, 4))).flags.c_contiguous


def test_other_byte_order_and_long_double_become_ordinary() -> None:
    assert across(np.arange(3, dtype=">i4")).dtype == np.dtype("<i4")
    assert across(np.arange(3, dtype=np.longdouble)).dtype == np.float64


@pytest.mark.parametrize("name", ["MT19937", "Philox", "SFC64"])
def test_generators_with_positions_in_buffers_do_not_come_from_a_submission(name: str) -> None:
    node = Encoder().node(np.random.Generator(getattr(np.random, name)(5)))
    with pytest.raises(ProtocolError):
        Decoder(bytes(10_000)).value(node)


@pytest.mark.parametrize("name", protocol.BIT_GENERATORS)
def test_generator_goes_on_where_it_was(name: str) -> None:
    generator = np.random.Generator(getattr(np.random, name)(5))
    generator.integers(10, dtype=np.uint32)
    copy = across(generator)
    assert type(copy.bit_generator).__name__ == name
    np.testing.assert_array_equal(copy.random(50), generator.random(50))


def test_children_of_a_generator_follow_its_state() -> None:
    def child(seed: int) -> np.ndarray:
        return across(np.random.default_rng(seed)).spawn(2)[1].random(5)

    np.testing.assert_array_equal(child(1), child(1))
    assert not np.any(child(1) == child(2))


class Everything(np.ndarray):
    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return True


def test_subclasses_arrive_as_their_base() -> None:
    from collections import OrderedDict, namedtuple

    class Three(int):
        def __eq__(self, other: object) -> bool:
            return True

    pair = namedtuple("pair", "a b")
    assert type(across(np.zeros(2).view(Everything))) is np.ndarray
    assert type(across(Three(3))) is int
    assert across(pair(1, 2.0)) == (1, 2.0)
    assert type(across(pair(1, 2.0))) is tuple
    assert type(across(OrderedDict(a=1))) is dict


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ((i for i in ()), "generator"),
        ({1, 2}, "set"),
        (np.array([None]), "array of objects"),
        (np.array(["a"]), "array of strings"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "array of dates"),
        (np.zeros(2, dtype="i4,f8"), "array of records"),
        ({1: 2}, "dict with keys that are not strings"),
        (1 << (1 << 21), "too large an integer"),
        (len, "builtin_function_or_method"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_other_types_cannot_cross(value: Any, name: str) -> None:
    with pytest.raises(BadTypeError) as caught:
        Encoder().node([value])
    assert caught.value.names[0] == name


def test_bombs_cannot_cross() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(BadTypeError):
        Encoder().node(cycle)
    doubled: Any = [0]
    for _ in range(30):
        doubled = [doubled, doubled]
    with pytest.raises(BadTypeError):
        Encoder().node(doubled)
    with pytest.raises(TooLargeError):
        Encoder(limit=1000).node(np.broadcast_to(0.0, (10**6, 10**6)))
    with pytest.raises(TooLargeError):
        Encoder().node(["x" * 600_000, "y" * 600_000])


BAD_NODES = [
    0, 1.5, {}, [], [1], ["?"], ["i"], ["i", 5], ["i", "5"], ["i", "0x"], ["i", "0x_1"], ["i", "--0x1"],
    ["i", "0x" + "f" * 400_000], ["f", "1"[:0]], ["f", 1], ["f", "x" * 100], ["c", "0x1p0"],
    ["l", 3], ["l", {"a": 1}], ["l", [0]], ["d", [["a"]]], ["d", [[1, None]]],
    ["d", [["a", None], ["a", None]]], ["a", "<f8", [-1], "C"], ["a", "<f8", [True], "C"],
    ["a", "<f8", [1.0], "C"], ["a", "<f8", [1 << 50], "C"], ["a", "<f8", [1 << 40, 1 << 40], "C"],
    ["a", "|O", [1], "C"], ["a", "<U4", [1], "C"], ["a", "<f8", [2], "K"], ["a", "<f8", [2], ["C"]],
    ["a", "<f8", [1] * 40, "C"], ["a", ["<f8"], [1], "C"], ["a", "<f8", "11", "C"], ["x", "|O"],
    ["p", "l", "<f4", 1], ["p", "d", "<f8", 1], ["p", "l", "<f8", -1], ["p", "l", "<f8", 1 << 40],
    ["g", "Evil", None], ["g", "PCG64", None], ["g", "PCG64", ["d", []]], ["k", "0"], ["k", 0],
    ["l", [["l", [["q"]]]]],
]  # fmt: skip


@pytest.mark.parametrize("node", BAD_NODES, ids=lambda node: str(node)[:40])
def test_malformed_nodes(node: Any) -> None:
    with pytest.raises(ProtocolError):
        Decoder(bytes(16)).value(node)


def test_malformed_sizes_depth_counts_and_booleans() -> None:
    deep: Any = None
    for _ in range(protocol.DEPTH_LIMIT + 2):
        deep = ["l", [deep]]
    with pytest.raises(ProtocolError, match="deep"):
        Decoder(b"").value(deep)
    with pytest.raises(ProtocolError, match="many"):
        Decoder(b"").value(["l", [None] * (protocol.NODE_LIMIT + 1)])
    with pytest.raises(ProtocolError, match="left over"):
        Decoder(b"x").finish()
    with pytest.raises(ProtocolError, match="short"):
        Decoder(bytes(15)).value(["a", "<f8", [2], "C"])
    with pytest.raises(ProtocolError, match="boolean"):
        Decoder(b"\x02").value(["a", "|b1", [1], "C"])
    state = json.loads(json.dumps(Encoder().node(np.random.default_rng(0))))
    state[2][1][1][1] = ["d", [["state", ["i", "-0x1"]], ["inc", ["i", "0x1"]]]]
    with pytest.raises(ProtocolError):
        Decoder(b"").value(state)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"nul", b'{"a":1e5}', b'{"a":NaN}', b'{"a":' + b"9" * 5000 + b"}", b"[" * 100_000,
     b'{"a":' * 50_000, b"\xff{}", '{"é":1}'.encode()],
    ids=range(10),
)  # fmt: skip
def test_malformed_headers(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        protocol.unpack_header(text)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 1 << 60) | st.text(max_size=6)
    | st.sampled_from(["<f8", "|b1", "C", "F", "0x1", "PCG64", *"ifcltdpaxgk"]),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@QUICK
@given(json_like, st.binary(max_size=64))
def test_any_node_is_read_or_refused(node: Any, body: bytes) -> None:
    decoder = Decoder(body)
    try:
        decoder.value(node)
        decoder.finish()
    except ProtocolError:
        pass


@QUICK
@given(st.binary(min_size=protocol.PREFIX.size, max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ProtocolError):
        protocol.unpack_prefix(data[: protocol.PREFIX.size])
    with suppress(ProtocolError):
        protocol.unpack_header(data)


@pytest.mark.parametrize(
    "kind", [list, tuple, lambda items: {str(n): item for n, item in enumerate(items)}]
)
def test_too_many_values_are_refused_before_work_on_them(kind: Any) -> None:
    """Going through them would use up the time of the call, and then the message is another."""
    encoder = Encoder()
    with pytest.raises(BadTypeError, match="too many values"):
        encoder.node(kind([[0.5]] * (protocol.NODE_LIMIT + 1)))
    assert encoder._nodes == 1


@pytest.mark.slow
@QUICK
@given(
    st.lists(st.integers(0, 3 * protocol.AHEAD_BYTES), max_size=6),
    st.lists(st.integers(1, 2 * protocol.AHEAD_BYTES), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_bytes_are_read_in_order_however_they_arrive(
    asked: list[int], arriving: list[int], random: Any
) -> None:
    sent = random.randbytes(sum(asked) + 100)
    position = 0

    def receive(target: memoryview) -> int:
        nonlocal position
        count = min(len(target), random.choice(arriving), len(sent) - position)
        assert count > 0  # never asked for more than there will ever be
        target[:count] = sent[position : position + count]
        position += count
        return count

    inbox = protocol.Inbox()
    assert b"".join(inbox.exactly(size, receive) for size in asked) == sent[: sum(asked)]
    assert bytes(inbox.ahead) == sent[sum(asked) : position]
    inbox.clear()
    assert not inbox.ahead


def test_views_read_the_same_numbers_without_copies() -> None:
    encoder = Encoder()
    node = encoder.node([True, np.arange(3.0), np.asfortranarray(np.ones((2, 3)))])
    body = b"".join(bytes(buffer) for buffer in encoder.buffers)
    _, first, second = Decoder(body, trusted=True, views=True).value(node)
    assert np.shares_memory(first, np.frombuffer(body, np.uint8))
    assert same(first, np.arange(3.0))
    assert second.flags.f_contiguous and same(second, np.ones((2, 3)))


LARGE = 100 << 20
BOTH = {
    "many floats": [0.5] * 300_000,
    "many floats in a tuple": (0.5,) * 300_000,
    "many integers": [7] * 300_000,
    "many integers, one too long to pack": [7] * 250_000 + [1 << 63],
    "many integers, the least one": [-(1 << 63)] * 250_000,
    "many of NumPy's floats": [np.float64(0.5)] * 300_000,
    "many of two kinds": [0.5, 1] * 150_000,
    "many short lists": [[0.5]] * 120_000,
    "many packed lists": [[0.5] * 8] * 120_000,
    "many keys": {str(number): None for number in range(250_000)},
    "a long integer": 1 << 8191,
    "too long an integer": 1 << 8192,
    "too long an integer below zero": [-(1 << 9000)],
    "True": [True] * 10,
    "one large array": np.zeros(LARGE, dtype=np.uint8),
    "two large arrays": [np.zeros(LARGE, dtype=np.uint8)] * 2,
    "an array and packed numbers": [np.zeros(LARGE, dtype=np.uint8), [0.5] * 6_000_000],
    "just too large": np.zeros((Limits().reply_mb << 20) + 1, dtype=np.uint8),
    "as large as may be": np.zeros(Limits().reply_mb << 20, dtype=np.uint8),
    "a long text": "x" * (Limits().reply_mb << 20) + "x",
    "a text of 5 MB": "x" * (5 << 20),
    "a text that just fits": "\u00e4" * 4 * 199_999,
    "a text that just does not": "\u00e4" * 4 * 200_000,
    "a long key": {"x" * (5 << 20): 1},
    "many rows of three floats": [[0.1, 0.2, 0.3]] * 45_000,
    "many rows of two complex numbers": [[-1e-300 / 3 + 1e-300j / 7] * 2] * 66_000,
    "many long integers": [[1 << 8191]] * 400,
    "dates": np.array(["2020-01-01"], dtype="M8[D]"),
    "texts": np.array(["a"]),
    "objects": [np.array([None])],
    "keys that are numbers": {1: 2},
    "a set": {1},
    "deep": eval("[" * 32 + "]" * 32),
    "too deep": eval("[" * 33 + "]" * 33),
}


@pytest.mark.parametrize("value", BOTH.values(), ids=BOTH)
def test_check_and_grading_refuse_the_same_values_in_the_same_words(value: Any) -> None:
    def in_grading() -> str:
        encoder = Encoder(Limits().reply_mb << 20)
        try:
            protocol.pack(b"n" * 16, {"value": encoder.node(value)}, encoder.buffers)
        except BadTypeError as error:
            return error.names[0]
        except TooLargeError:
            return "too much"
        return ""

    def in_check() -> str:
        try:
            crossed(value)
        except CannotCross as error:
            return str(error)
        except TooMuch:
            return "too much"
        return ""

    assert in_check() == in_grading()
