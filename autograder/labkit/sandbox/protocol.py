"""How values and messages cross between the grader and a worker.

A message is a frame:

    offset  size  content
    0       4     b"NNL1"
    4       16    the call's nonce: random, chosen by the grader, repeated in every answer
    20      4     header length, little-endian
    24      8     body length, little-endian
    32      …     header: one JSON object (ASCII)
    …       …     body: the arrays' bytes, one after the other, in the order of the header

A value in the header is a node; arrays' bytes stand in the body, C or Fortran order, little-endian:

    null, true, "text"                     None, bool, str
    ["i", "-0x1f"]                         int of up to 8192 bits
    ["f", "0x1.8p+1"]                      float, by `float.hex` (also nan, inf)
    ["c", "0x…", "0x…"]                    complex
    ["l", [node, …]]  ["t", [node, …]]     list, tuple
    ["d", [["key", node], …]]              dict with string keys
    ["p", "l" or "t", "<f8" or "<i8", n]   list or tuple of n floats or n small ints, in the body
    ["a", "<f8", [2, 3], "C"]              array
    ["x", "<f8"]                           NumPy scalar
    ["g", "PCG64", node]                   random Generator, by its bit generator's state
    ["k", "id"]                            a function of the grader's (grader to worker only)

Messages, by their header's `op`; the worker only ever answers, and serves one request at a time:

    grader: setup, load, call              worker: done, value, error
    in between, worker: callback           grader: value, error
    in between, worker: loading, loaded    (notes: which module's import began or ended)

There is no pickle, no class name and no code in it. Reading checks everything (sizes, depth, types,
counts, every byte accounted for) and raises `ProtocolError` for whatever does not fit, because the
other side may be a submission writing what it likes.

Runs in both processes; needs NumPy alone.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

MAGIC = b"NNL1"
PREFIX = struct.Struct("<4s16sIQ")
NONCE_BYTES = 16
HEADER_LIMIT = 16 << 20  # more than NODE_LIMIT values of any kind take
DEPTH_LIMIT = 32
NODE_LIMIT = 200_000
LETTERS = 4  # in the place of a value
AHEAD_BYTES = 1 << 16
SHORT_BYTES = 1 << 16
INTEGER_BITS = 1 << 13  # below the length from which Python refuses to print an integer
PACK_FROM = 8

_INTEGER = re.compile(r"-?0x[0-9a-f]+")

DTYPES = {
    code: np.dtype(code)
    for code in [
        "|b1",
        "|i1",
        "|u1",
        "<i2",
        "<u2",
        "<i4",
        "<u4",
        "<i8",
        "<u8",
        "<f2",
        "<f4",
        "<f8",
        "<c8",
        "<c16",
    ]
}
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")

_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

Buffer = bytes | bytearray | memoryview


class ProtocolError(ValueError):
    """The other side sent something that is not in this format."""


class BadTypeError(TypeError):
    """A value that cannot cross; `names` say what it is, the nearest first."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"{names[0]} cannot cross")
        self.names = list(names)


class TooLargeError(ValueError):
    """A value of more bytes than may cross."""


class Encoder:
    """Turns values into nodes and buffers, within limits.

    `function_id` names a callable (the grader's side only); without it a callable cannot cross.
    """

    def __init__(
        self, limit: int = 1 << 40, function_id: Callable[[Callable[..., Any]], str] | None = None
    ) -> None:
        self.buffers: list[Buffer] = []
        self.size = 0
        self.generators: list[np.random.Generator] = []
        self._limit = limit
        self._nodes = 0
        self._function_id = function_id

    def node(self, value: Any, depth: int = 0) -> Any:
        """The node of `value`; its arrays join `buffers`."""
        self._nodes += 1
        self._room(0)
        kind = type(value)
        if value is None or kind is bool:
            return value
        if isinstance(value, str):
            self._spell(str.__len__(value))
            return str.__str__(value)
        if kind is np.ndarray:
            return self._array(value)
        if kind is float:
            return ["f", value.hex()]
        if isinstance(value, np.generic):
            return self._array(np.array(value), "x")
        if isinstance(value, int):
            if int.bit_length(value) > INTEGER_BITS:
                raise BadTypeError(["too large an integer"])
            self._spell(int.bit_length(value) // 4)
            return ["i", hex(int(value))]
        if isinstance(value, float):
            return ["f", float.hex(value)]
        if isinstance(value, complex):
            return ["c", value.real.hex(), value.imag.hex()]
        if isinstance(value, np.ndarray):
            # A subclass counts as its numbers; what it defines (comparison, say) stays behind.
            return self._array(np.asarray(value))
        if depth >= DEPTH_LIMIT:
            raise BadTypeError(["nesting deeper than 32 levels"])
        if isinstance(value, list):
            return self._sequence("l", list(list.__iter__(value)), depth)
        if isinstance(value, tuple):
            return self._sequence("t", list(tuple.__iter__(value)), depth)
        if isinstance(value, dict):
            return self._dict(value, depth)
        if isinstance(value, np.random.Generator):
            self.generators.append(value)
            return generator_node(self, value, depth)
        if self._function_id is not None and callable(value):
            return ["k", self._function_id(value)]
        raise BadTypeError([base.__name__ for base in kind.__mro__])

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > self._limit:
            raise TooLargeError

    def _array(self, array: np.ndarray[Any, Any], tag: str = "a") -> Any:
        dtype = array.dtype
        if dtype.str not in DTYPES:
            array = _ordinary(array)
            dtype = array.dtype
        self._grow(math.prod(array.shape) * dtype.itemsize)
        if array.flags.c_contiguous:
            order = "C"
        elif array.flags.f_contiguous:
            order = "F"
        else:
            order = "C"
            array = np.ascontiguousarray(array)
        if array.nbytes:
            flat = array.reshape(-1, order="A")
            self.buffers.append(flat.view(np.uint8).data)
        if tag == "x":
            return ["x", dtype.str]
        return ["a", dtype.str, list(array.shape), order]

    def _sequence(self, tag: str, items: list[Any], depth: int) -> Any:
        if len(items) >= PACK_FROM:
            kinds = set(map(type, items))
            code = {float: "<f8", int: "<i8"}.get(kinds.pop(), "") if len(kinds) == 1 else ""
            if code:
                self._grow(8 * len(items))
                try:
                    packed = np.array(items, dtype=code)
                except OverflowError:
                    pass
                else:
                    self.buffers.append(packed.tobytes())
                    return ["p", tag, code, len(items)]
        self._room(len(items))
        return [tag, [self.node(item, depth + 1) for item in items]]

    def _room(self, count: int) -> None:
        """BadTypeError for more values than may cross: before work on them, which takes seconds."""
        if self._nodes + count > NODE_LIMIT:
            raise BadTypeError(["too many values"])

    def _spell(self, letters: int) -> None:
        """Text and long integers count as values, by their length: they have no other limit."""
        self._nodes += letters // LETTERS
        if self._nodes > NODE_LIMIT:
            raise TooLargeError

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        pairs = list(dict.items(value))
        self._room(len(pairs))
        if not all(type(key) is str for key, _ in pairs):
            raise BadTypeError(["dict with keys that are not strings"])
        for key, _ in pairs:
            self._spell(len(key))
        return ["d", [[key, self.node(item, depth + 1)] for key, item in pairs]]


def _ordinary(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same numbers in one of `DTYPES`; BadTypeError where there are none."""
    dtype = array.dtype
    if dtype.kind in "biufc":
        if dtype.itemsize > 8 and dtype.kind == "f":
            return array.astype("<f8")
        if dtype.itemsize > 16 and dtype.kind == "c":
            return array.astype("<c16")
        if dtype.newbyteorder("<").str in DTYPES:
            return array.astype(dtype.newbyteorder("<"))
    kinds = {"O": "objects", "U": "strings", "T": "strings", "S": "bytes", "V": "records"}
    raise BadTypeError([f"array of {kinds.get(dtype.kind, 'dates')}"])


class Decoder:
    """Turns nodes back into values; the body's bytes are handed out in order.

    Arrays are copies, so nothing keeps the body alive or shares it, unless `views` are enough.
    `function` gives the callable of an id (the worker's side only). Untrusted, only those bit
    generators are rebuilt whose state is plain numbers: NumPy does not check the positions in the
    others' buffers.
    """

    def __init__(
        self,
        body: Buffer,
        function: Callable[[str], Callable[..., Any]] | None = None,
        trusted: bool = False,
        views: bool = False,
    ) -> None:
        self._views = views
        self._bit_generators = BIT_GENERATORS if trusted else BIT_GENERATORS[:2]
        self.generators: list[np.random.Generator] = []
        self._body = memoryview(body)
        self._offset = 0
        self._nodes = 0
        self._function = function

    def value(self, node: Any, depth: int = 0) -> Any:
        """The value of `node`; ProtocolError for anything that is not a node."""
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            raise ProtocolError("too many values")
        if node is None or isinstance(node, bool | str):
            return node
        if not isinstance(node, list) or not node or not isinstance(node[0], str):
            raise ProtocolError("not a node")
        if depth > DEPTH_LIMIT:
            raise ProtocolError("too deep")
        tag, rest = node[0], node[1:]
        reader = _READERS.get((tag, len(rest)))
        if reader is None:
            raise ProtocolError("unknown node")
        return reader(self, rest, depth)

    def finish(self) -> None:
        """ProtocolError if bytes of the body were left over."""
        if self._offset != len(self._body):
            raise ProtocolError("bytes left over")

    def _take(self, size: int) -> memoryview:
        if size > len(self._body) - self._offset:
            raise ProtocolError("body too short")
        start, self._offset = self._offset, self._offset + size
        return self._body[start : self._offset]

    def _integer(self, rest: list[Any], _: int) -> int:
        text = _text(rest[0])
        if len(text) > INTEGER_BITS // 4 + 3 or not _INTEGER.fullmatch(text):
            raise ProtocolError("not an integer")
        return int(text, 16)

    def _float(self, rest: list[Any], _: int) -> float:
        return _hex_float(rest[0])

    def _complex(self, rest: list[Any], _: int) -> complex:
        return complex(_hex_float(rest[0]), _hex_float(rest[1]))

    def _list(self, rest: list[Any], depth: int) -> list[Any]:
        return [self.value(item, depth + 1) for item in _items(rest[0])]

    def _tuple(self, rest: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._list(rest, depth))

    def _dict(self, rest: list[Any], depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for pair in _items(rest[0]):
            if not isinstance(pair, list) or len(pair) != 2:
                raise ProtocolError("not a pair")
            key = _text(pair[0])
            if key in result:
                raise ProtocolError("a key twice")
            result[key] = self.value(pair[1], depth + 1)
        return result

    def _packed(self, rest: list[Any], _: int) -> list[Any] | tuple[Any, ...]:
        tag, code, count = rest
        if tag not in ("l", "t") or code not in ("<f8", "<i8"):
            raise ProtocolError("unknown packing")
        items = np.frombuffer(self._take(8 * _count(count)), dtype=code).tolist()
        return items if tag == "l" else tuple(items)

    def _array(self, rest: list[Any], _: int) -> np.ndarray[Any, Any]:
        dtype = DTYPES.get(_text(rest[0]))
        shape = [_count(size) for size in _items(rest[1])]
        order = rest[2]
        if dtype is None or order not in ("C", "F") or len(shape) > 32:
            raise ProtocolError("not an array")
        raw = self._take(math.prod(shape) * dtype.itemsize)
        flat = np.frombuffer(raw, dtype=dtype)
        if dtype.kind == "b" and flat.view(np.uint8).max(initial=0) > 1:
            raise ProtocolError("not a boolean")
        try:
            array = flat.reshape(shape, order=order)
            return array if self._views else array.copy(order=order)
        except (ValueError, OverflowError) as error:  # no elements, yet sizes beyond all bounds
            raise ProtocolError("not a shape") from error

    def _scalar(self, rest: list[Any], _: int) -> Any:
        return self._array([rest[0], [], "C"], 0)[()]

    def _generator(self, rest: list[Any], depth: int) -> np.random.Generator:
        name = _text(rest[0])
        if name not in self._bit_generators:
            raise ProtocolError("unknown bit generator")
        state = self.value(rest[1], depth + 1)
        kind = getattr(np.random, name)
        bits = kind(0)
        set_state(bits, state)
        # A state holds no seed, but `spawn` takes the children's from there: they follow the state.
        bits = kind(zlib.crc32(repr(bits.state).encode()))
        set_state(bits, state)
        generator = np.random.Generator(bits)
        self.generators.append(generator)
        return generator

    def _callable(self, rest: list[Any], _: int) -> Callable[..., Any]:
        if self._function is None:
            raise ProtocolError("a function cannot cross this way")
        return self._function(_text(rest[0]))


_READERS: dict[tuple[str, int], Callable[[Decoder, list[Any], int], Any]] = {
    ("i", 1): Decoder._integer,
    ("f", 1): Decoder._float,
    ("c", 2): Decoder._complex,
    ("l", 1): Decoder._list,
    ("t", 1): Decoder._tuple,
    ("d", 1): Decoder._dict,
    ("p", 3): Decoder._packed,
    ("a", 3): Decoder._array,
    ("x", 1): Decoder._scalar,
    ("g", 2): Decoder._generator,
    ("k", 1): Decoder._callable,
}


def generator_node(encoder: Encoder, generator: np.random.Generator, depth: int = 0) -> Any:
    """The node of a Generator: its bit generator's name and state."""
    bits = generator.bit_generator
    name = type(bits).__name__
    if name not in BIT_GENERATORS:
        raise BadTypeError(["Generator"])
    return ["g", name, encoder.node(bits.state, depth + 1)]


def set_state(bits: Any, state: Any) -> None:
    """Sets a bit generator's state; ProtocolError unless the state is one of its own kind."""
    model = bits.state
    if not _same_form(model, state):
        raise ProtocolError("not a state")
    try:
        bits.state = state
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise ProtocolError("not a state") from error


def _same_form(model: Any, state: Any) -> bool:
    if isinstance(model, dict):
        return (
            isinstance(state, dict)
            and model.keys() == state.keys()
            and all(_same_form(model[key], state[key]) for key in model)
        )
    if isinstance(model, np.ndarray):
        return (
            isinstance(state, np.ndarray)
            and state.shape == model.shape
            and state.dtype == model.dtype
        )
    if isinstance(model, str):
        return isinstance(state, str) and model == state
    return type(state) is int and 0 <= state < 1 << 128


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ProtocolError("not a text")
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ProtocolError("not a list")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 48:
        raise ProtocolError("not a count")
    return value


def _hex_float(value: Any) -> float:
    text = _text(value)
    if len(text) > 64:
        raise ProtocolError("not a float")
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError) as error:
        raise ProtocolError("not a float") from error


class Inbox:
    """Reads ahead, so that a short frame is one system call."""

    def __init__(self) -> None:
        self._block = memoryview(bytearray(AHEAD_BYTES))
        self.ahead = self._block[:0]
        """What has arrived beyond what was asked for."""

    def clear(self) -> None:
        """Forget what arrived too early."""
        self.ahead = self._block[:0]

    def exactly(self, size: int, receive: Callable[[memoryview], int]) -> bytearray:
        """The next `size` bytes. `receive` fills a part of what it is given, at least one byte."""
        data = bytearray(size)
        left = memoryview(data)
        while left:
            if not self.ahead and len(left) < AHEAD_BYTES:
                self.ahead = self._block[: receive(self._block)]
            if self.ahead:
                count = min(len(left), len(self.ahead))
                left[:count] = self.ahead[:count]
                self.ahead = self.ahead[count:]
            else:
                count = receive(left)
            left = left[count:]
        return data


def pack(nonce: bytes, header: dict[str, Any], buffers: Sequence[Buffer] = ()) -> list[Buffer]:
    """A frame, as the pieces to write; TooLargeError if the header is longer than a header may be.

    Small bodies are joined to the header so that a short message is one write.
    """
    return Message(header, buffers).frame(nonce)


class Message:
    """A frame but for its nonce: what is sent again and again is packed once."""

    def __init__(self, header: dict[str, Any], buffers: Sequence[Buffer] = ()) -> None:
        text = _to_json(header).encode("ascii")
        if len(text) > HEADER_LIMIT:
            raise TooLargeError
        size = sum(len(buffer) for buffer in buffers)
        self._sizes = len(text), size
        self.size = PREFIX.size + len(text) + size
        self.short = size <= SHORT_BYTES
        self._pieces = [b"".join([text, *buffers])] if self.short else [text, *buffers]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self._pieces == other._pieces

    __hash__ = None  # type: ignore[assignment]

    def frame(self, nonce: bytes) -> list[Buffer]:
        """The pieces to write."""
        prefix = PREFIX.pack(MAGIC, nonce, *self._sizes)
        if self.short:
            return [prefix + self._pieces[0]]
        return [prefix, *self._pieces]


def unpack_prefix(prefix: Buffer) -> tuple[bytes, int, int]:
    """Nonce, header length and body length of a frame; ProtocolError for anything else."""
    magic, nonce, header, body = PREFIX.unpack(prefix)
    if magic != MAGIC or header > HEADER_LIMIT:
        raise ProtocolError("not a frame")
    return nonce, header, body


def unpack_header(text: Buffer) -> dict[str, Any]:
    """The header's object; ProtocolError for anything else, however deep or strange."""
    try:
        header = _from_json(bytes(text).decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not a header") from error
    if not isinstance(header, dict):
        raise ProtocolError("not a header")
    return header


def _small_int(text: str) -> int:
    if len(text) > 18:
        raise ProtocolError("too long a number")
    return int(text)


def _refuse(text: str) -> Any:
    raise ProtocolError("not a number of this format")


_from_json = json.JSONDecoder(
    parse_int=_small_int, parse_float=_refuse, parse_constant=_refuse
).decode
