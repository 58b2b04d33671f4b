"""Results that are no plain numbers: equal to anything, of a subclass, a view into memory."""

from __future__ import annotations

from tests.adversarial.attacks.pieces import BOMB, EVERYWHERE
from tests.adversarial.attacks.submission import Attack, hostile


def _returning(name: str, code: str) -> Attack:
    """All functions of the module return what `junk(z)` makes."""
    last = "everywhere(lambda z=None, *more: junk(z))"
    return hostile("object", name, EVERYWHERE, BOMB, code, last)


ATTACKS = (
    _returning(
        "equal_to_anything",
        """
        class Anything:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __bool__(self): return True
            def __array__(self, *a, **k): return np.zeros((2, 3))
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
            def __len__(self): return 3
            def __iter__(self): return iter([self] * 3)
            def __sub__(self, other): return 0.0
            __rsub__ = __mul__ = __rmul__ = __le__ = __ge__ = __sub__
        def junk(z): return Anything()
    """,
    ),
    _returning(
        "array_subclass",
        """
        class Sly(np.ndarray):
            def __eq__(self, other): return np.ones(self.shape, bool)
            def __array_ufunc__(self, *a, **k): return np.True_
            def __array_function__(self, *a, **k): return True
            def __array_finalize__(self, other): pass
            def __sub__(self, other): return np.zeros(self.shape)
            def tobytes(self, *a): return b""
            def reshape(self, *a, **k): return self
            def view(self, *a, **k): return self
        def junk(z): return np.zeros(np.shape(z)).view(Sly)
    """,
    ),
    _returning(
        "array_interface",
        """
        class Window:
            def __init__(self, shape): self.__array_interface__ = {
                "shape": shape, "typestr": "<f8", "data": (id(self), False), "version": 3}
        def junk(z): return Window(np.shape(z))
    """,
    ),
    _returning(
        "number_subclasses",
        """
        class F(float):
            def hex(self): return "0x1p+0"
            def __eq__(self, other): return True
        class I(int):
            def __index__(self): return 1
            def __eq__(self, other): return True
        class S(str):
            def __str__(self): return "1.0"
        def junk(z): return [F(3), I(7), S("x")]
    """,
    ),
    _returning(
        "container_subclasses",
        """
        class L(list):
            def __iter__(self): return iter([])
            def __len__(self): return 10 ** 9
            def __eq__(self, other): return True
        class D(dict):
            def items(self): return [("a", 1)]
            def __eq__(self, other): return True
        def junk(z): return L([D(a=np.zeros(2)), L()])
    """,
    ),
    _returning(
        "array_of_objects",
        """
        class Anything:
            def __eq__(self, other): return True
            def __float__(self): return 0.5
            def __reduce__(self): return Bomb().__reduce__()
        def junk(z):
            a = np.empty(np.shape(z), dtype=object); a[...] = Anything(); return a
    """,
    ),
    _returning(
        "record_array",
        """
        def junk(z): return np.zeros(np.shape(z), dtype=[("a", "f8"), ("b", "O")])
    """,
    ),
    _returning(
        "pickles_in_results",
        """
        def junk(z): return [Bomb(), {"a": Bomb()}, (pickle.dumps(Bomb()), Bomb)]
    """,
    ),
    _returning(
        "pickle_bytes_in_arrays",
        """
        def junk(z): return np.frombuffer(pickle.dumps(Bomb()), dtype=np.uint8)
    """,
    ),
    _returning(
        "huge_strides",
        """
        from numpy.lib.stride_tricks import as_strided
        def junk(z): return np.broadcast_to(np.float64(0), (10 ** 6, 10 ** 7))
    """,
    ),
    _returning(
        "strides_into_memory",
        """
        from numpy.lib.stride_tricks import as_strided
        def junk(z): return as_strided(np.zeros(4), np.shape(z), (-8,) * np.ndim(z))
    """,
    ),
    _returning(
        "generators_and_functions",
        """
        def junk(z): return [lambda: 1, (n for n in range(3)), type, np, open, junk, np.add]
    """,
    ),
    _returning(
        "deep_and_endless",
        """
        loop = []; loop.append(loop)
        class Endless(list):
            pass
        def junk(z):
            deep = []
            for _ in range(100000): deep = [deep]
            return [loop, deep]
    """,
    ),
    _returning("nan_everywhere", "def junk(z): return np.full(np.shape(z), np.nan)\n"),
    _returning("nothing_at_all", "def junk(z): return np.zeros((0,) * max(1, np.ndim(z)))\n"),
    _returning(
        "forged_generator",
        """
        def junk(z):
            bits = np.random.MT19937(0); state = bits.state
            state["state"]["pos"] = 10 ** 6
            bits.state = state
            return np.random.Generator(bits)
    """,
    ),
    _returning(
        "unprintable_text",
        r"""
        def junk(z): return ["\ud800<script>", "\x1b]0;title\x07", "\u202e", "=1+1"] * 1000
    """,
    ),
    _returning("huge_integers", "def junk(z): return [1 << 8000, -(1 << 8191), 1.0]\n"),
    _returning(
        "claims_to_be_an_array",
        """
        class Claims:
            __class__ = property(lambda self: np.ndarray)
            shape, dtype, ndim, size = (2, 3), np.dtype(float), 2, 6
            flags = property(lambda self: np.zeros(1).flags)
            def __array__(self, *a, **k): return np.zeros((2, 3))
            def __eq__(self, other): return True
            def __float__(self): return 0.0
            def reshape(self, *a, **k): return self
        def junk(z): return Claims()
    """,
    ),
    _returning("masked_everywhere", "def junk(z): return np.ma.masked_all(np.shape(z))\n"),
    _returning("complex_zeros", "def junk(z): return np.zeros(np.shape(z)) * -0j\n"),
    _returning(
        "mapped_file",
        """
        import threading, time
        def junk(z):
            mapped = np.memmap("mapped", mode="w+", shape=np.shape(z) or (1,), dtype=float)
            def change():
                for n in range(10 ** 5): mapped[...] = n; time.sleep(0)
            threading.Thread(target=change, daemon=True).start()
            return mapped
    """,
    ),
)
