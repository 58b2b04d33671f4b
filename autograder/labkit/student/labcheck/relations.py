"""How a wrong array stands to the right one: each sentence is computed, none is guessed.

A relation is told only if it holds in all the pairs of arrays that it is asked about, and no
sentence holds a number from an input or a result, so hidden cases may show it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]

_FEW = 3
"""Entries that a relation must meet at least: fewer meet one by chance."""


@dataclass(frozen=True)
class Pair:
    """One array of a result beside the right one, and what it was computed from."""

    got: np.ndarray
    right: np.ndarray
    given: Arrays = field(default_factory=dict)
    """Arguments that may stand entry by entry beside it, by name."""
    sizes: Mapping[str, float] = field(default_factory=dict)
    """Numbers of examples, rows, pixels … by their names."""
    start: frozenset[str] = frozenset()
    """Of `given` those from which the result is a step, such as params."""

    @property
    def wrong(self) -> np.ndarray:
        """Which entries are wrong."""
        return ~_near(self.got, self.right)

    def beside(self, name: str) -> np.ndarray | None:
        """An argument of the result's shape."""
        array = self.given.get(name)
        return array if array is not None and array.shape == self.right.shape else None


def _near(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    finite = np.abs(b[np.isfinite(b)])
    scale = float(finite.max()) if finite.size else 0.0
    allowed = 1e-5 * np.abs(b) + 1e-9 * scale + 1e-10
    if bool(np.all(b == np.round(b))):  # counts and classes are right or not
        allowed = np.minimum(allowed, 1e-3)
    return np.asarray((np.abs(a - b) <= allowed) | (a == b))


def near(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are alike, as far as a gradient by differences tells."""
    return a.shape == b.shape and bool(_near(a, b).all())


def relation(pairs: Sequence[Pair]) -> str:
    """What holds of the wrong arrays, to be said behind "The result"; empty where nothing does."""
    with np.errstate(all="ignore"):
        if not pairs:
            return ""
        if any(pair.got.shape != pair.right.shape for pair in pairs):
            return _first(_SHAPED, pairs)
        if not all(np.isfinite(pair.got).all() for pair in pairs):
            return _not_finite(pairs)
        if sum(int(pair.wrong.sum()) for pair in pairs) < (2 if len(pairs) > 1 else _FEW):
            return ""
        return _first(_WHOLE, pairs) or _somewhere(pairs) or _first(_LAST, pairs)


def _first(relations: Sequence[Callable[[Sequence[Pair]], str]], pairs: Sequence[Pair]) -> str:
    return next(filter(None, (one(pairs) for one in relations)), "")


# ---------------------------------------------------------------- a factor, a term


def _factor(got: np.ndarray, right: np.ndarray) -> float | None:
    """The one number that makes `right` of `got`."""
    return _amount(got, np.zeros_like(right), right)


def _amount(got: np.ndarray, base: np.ndarray, term: np.ndarray) -> float | None:
    """How much of `term` must be added to `base` to give `got`."""
    if got.size == 0 or not np.any(term):
        return None
    place = np.unravel_index(int(np.argmax(np.abs(term))), term.shape)
    amount = float((got[place] - base[place]) / term[place])
    return amount if np.isfinite(amount) and near(got, base + amount * term) else None


_PLAIN = {
    -1.0: "is the right one with its sign turned round",
    2.0: "is twice the right one",
    0.5: "is half of the right one",
    -2.0: "is twice the right one with its sign turned round",
    -0.5: "is half of the right one with its sign turned round",
    100.0: "is a hundred times the right one",
}


def _sized(numbers: Sequence[float], pairs: Sequence[Pair]) -> str:
    """The sizes that a number is in every pair: what it is multiplied and divided by."""
    of = _sizes_of(pairs)
    forms: dict[str, np.ndarray] = {}
    for name, sizes in of.items():
        forms[f"times {name}"] = sizes
        forms[f"divided by {name}"] = 1 / sizes
    for a, b in itertools.permutations(of, 2):
        forms[f"times {a} and divided by {b}"] = of[a] / of[b]
        forms[f"divided by {a} and by {b}"] = 1 / (of[a] * of[b])
    for name, sizes in of.items():
        forms[f"doubled and divided by {name}"] = 2 / sizes
        forms[f"divided by one less than {name}, not by {name}"] = sizes / (sizes - 1)
    for text, values in forms.items():
        if np.allclose(numbers, values, rtol=1e-5, atol=0) and not np.allclose(values, 1):
            return text
    return ""


def _times(pairs: Sequence[Pair]) -> str:
    factors = [_factor(pair.got, pair.right) for pair in pairs]
    known = [factor for factor in factors if factor is not None]
    if len(known) < len(pairs) or np.allclose(known, 0):
        return ""
    entries = sum(int(np.count_nonzero(pair.right)) for pair in pairs)
    # Of a single number and another one there is always a factor.
    free = any(pair.right.size == 1 for pair in pairs)
    same = np.allclose(known, known[0], rtol=1e-5, atol=0)
    if len(pairs) > 1 and not same:
        if sized := _sized(known, pairs):
            return f"is the right one {sized}"
        return "" if free else "is the right one times a number, another one in each check"
    if entries < 2:
        return ""
    for plain, text in _PLAIN.items():
        if np.isclose(known[0], plain, rtol=1e-5):
            return text if not _sized(known, pairs) or len(pairs) > 1 else ""
    return "is the right one times one and the same number" if entries >= _FEW else ""


def _plus(pairs: Sequence[Pair]) -> str:
    offsets = []
    for pair in pairs:
        off = pair.got - pair.right
        if not off.size or not near(off, np.full_like(off, off.flat[0])):
            return ""
        offsets.append(float(off.flat[0]))
    entries = sum(pair.right.size for pair in pairs)
    if entries < _FEW and len(pairs) < 2:
        return ""
    same = np.allclose(offsets, offsets[0], rtol=1e-5, atol=0)
    if same and np.isclose(abs(offsets[0]), 1, rtol=1e-9):
        return f"is 1 too {'large' if offsets[0] > 0 else 'small'}"
    if len(pairs) > 1 and not same:
        of = _sizes_of(pairs)
        forms = dict(of)
        forms |= {f"1 divided by {name}": 1 / sizes for name, sizes in of.items()}
        forms |= {f"1 less than {name}": sizes - 1 for name, sizes in of.items()}
        forms |= {f"two divided by {name}": 2 / sizes for name, sizes in of.items()}
        forms |= {f"1 minus 1 divided by {name}": 1 - 1 / sizes for name, sizes in of.items()}
        for (text, amounts), sign in itertools.product(forms.items(), (1, -1)):
            if np.allclose(offsets, sign * amounts, rtol=1e-5, atol=0):
                return f"is too {'large' if sign > 0 else 'small'} by {text}"
        if any(pair.right.size < _FEW for pair in pairs):
            return ""
        return "is off by a number, the same for every entry"
    return "is off by one and the same number" if entries >= _FEW else ""


def _names(pairs: Sequence[Pair]) -> list[str]:
    """Arguments that stand beside the result in all pairs."""
    return [
        name
        for name in pairs[0].given
        if all((array := pair.beside(name)) is not None and np.any(array) for pair in pairs)
    ]


def _with_argument(pairs: Sequence[Pair]) -> str:
    """The right one and an argument: their product, their sum, or a step from one to the other."""
    shapes = [pair.right.size for pair in pairs]
    if sum(shapes) < _FEW:
        return ""
    for name in _names(pairs):
        of = [pair.given[name] for pair in pairs]
        both = list(zip(pairs, of, strict=True))
        if all(near(pair.got, a) for pair, a in both):
            return f"is `{name}` as it came in"
        factors = [_factor(pair.got, a) for pair, a in both]
        if any(factors) and _steady(factors) and max(shapes) >= _FEW:
            return f"is `{name}` times one and the same number"
        for text, made in _PRODUCTS.items():
            if all(near(pair.got, made(pair.right, a)) for pair, a in both):
                return text.format(name)
        terms = [_amount(pair.got, pair.right, a) for pair, a in both]
        if max(shapes) >= _FEW and (said := _term(terms, pairs, name)):
            return said
        steps = [_amount(pair.got, a, pair.right - a) for pair, a in both]
        if name in pairs[0].start and max(shapes) >= 2 and all(step is not None for step in steps):
            return _step([step for step in steps if step is not None], pairs, name)
    return ""


_PRODUCTS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "is the right one times `{}`, entry by entry": lambda right, a: right * a,
    "is the right one divided by `{}`, entry by entry": lambda right, a: right / a,
    "is the right one times 1 − `{}`, entry by entry": lambda right, a: right * (1 - a),
    "is the right one times 1 + `{}`, entry by entry": lambda right, a: right * (1 + a),
    "is the square of `{}`": lambda right, a: a**2,
    "is 1 − `{}`": lambda right, a: 1 - a,
    "is 1 where `{}` is not 0, and 0 elsewhere": lambda right, a: (a != 0).astype(float),
    "is the sign of `{}`": lambda right, a: np.sign(a),
}


def _steady(factors: Sequence[float | None]) -> bool:
    known = [factor for factor in factors if factor is not None]
    return len(known) == len(factors) and np.allclose(known, known[0], rtol=1e-4, atol=0)


def _term(terms: Sequence[float | None], pairs: Sequence[Pair], name: str) -> str:
    """How much of an argument stands in the result beside the right one."""
    amounts = [term for term in terms if term is not None]
    if len(amounts) < len(pairs):
        return ""
    if _steady(amounts) and abs(abs(amounts[0]) - 1) < 1e-5:
        how = "added to" if amounts[0] > 0 else "subtracted from"
        return f"has `{name}` {how} it once too often"
    sizes = [np.ones(len(pairs)), *_sizes_of(pairs).values()]
    if any(_steady(list(np.array(amounts) / size)) for size in sizes):
        return f"is off by a fixed share of `{name}`"
    return ""


def _sizes_of(pairs: Sequence[Pair]) -> dict[str, np.ndarray]:
    """Sizes that all pairs have, by their names."""
    names = [name for name in pairs[0].sizes if all(name in pair.sizes for pair in pairs)]
    return {name: np.array([pair.sizes[name] for pair in pairs]) for name in names}


def _step(steps: Sequence[float], pairs: Sequence[Pair], name: str) -> str:
    if np.allclose(steps, -1, rtol=1e-5):
        return f"lies on the wrong side of `{name}`: the step has its sign turned round"
    if len(pairs) > 1 and not np.allclose(steps, steps[0], rtol=1e-5):
        sized = _sized(steps, pairs)
        return f"comes from the right step, but {sized}" if sized else ""
    return f"is a step from `{name}` in the right direction, but of the wrong length"


def _stretched(pairs: Sequence[Pair]) -> str:
    """The right one and an argument that is stretched along it, such as a bias along examples."""
    for name in pairs[0].given:
        of = [_along(pair, name) for pair in pairs]
        wide = [array for array in of if array is not None]
        if len(wide) < len(pairs) or all(np.ptp(array) == 0 for array in wide):
            continue
        both = list(zip(pairs, wide, strict=True))
        for text, made in _STRETCHED.items():
            if all(near(pair.got, made(pair.right, a)) for pair, a in both):
                return text.format(name)
        ones = [(pair, pair.right - a, np.ones_like(a)) for pair, a in both]
        if all(_amount(pair.got, bare, one) is not None for pair, bare, one in ones):
            return f"has one and the same number everywhere in the place of `{name}`"
    return ""


_STRETCHED: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "is the right one minus `{}`": lambda right, a: right - a,
    "is the right one plus `{}`": lambda right, a: right + a,
    "is what it should be before `{0}` is added, times `{0}`": lambda right, a: (right - a) * a,
}


def _along(pair: Pair, name: str) -> np.ndarray | None:
    """An argument with one number for each row, column or slice, in the result's shape."""
    array, shape = pair.given.get(name), pair.right.shape
    if array is None or array.ndim < 2 or not 1 < array.size < pair.right.size:
        return None
    if array.ndim == 2 < len(shape) and array.shape[1] == 1:  # of filters
        array = array.reshape(-1, *(1,) * (len(shape) - 1))
    if array.ndim != len(shape) or any(
        a not in (1, b) for a, b in zip(array.shape, shape, strict=True)
    ):
        return None
    return np.broadcast_to(array, shape)


# ---------------------------------------------------------------- functions of the right one


def _one_hot(right: np.ndarray) -> np.ndarray:
    if right.ndim < 2:
        return np.full_like(right, np.nan)
    return np.asarray(right == right.max(axis=0), dtype=float)


_OF_RIGHT: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "is 1 minus the right one": lambda right: 1 - right,
    "is the right one without its sign": np.abs,
    "is the square of the right one": np.square,
    "is the square root of the right one": np.sqrt,
    "is the logarithm of the right one": np.log,
    "is e to the power of the right one": np.exp,
    "is 1 divided by the right one": lambda right: 1 / right,
    "is the right one cut to a whole number": np.trunc,
    "is the right one rounded to a whole number": np.round,
    "is the right one with all that is below 0 set to 0": lambda right: np.maximum(right, 0),
    "is the right one with all that is above 0 set to 0": lambda right: np.minimum(right, 0),
    "is 1 for the largest number of each column and 0 for all others": _one_hot,
    "is summed up along the rows": lambda right: np.cumsum(right, axis=-1),
    "is summed up along the columns": lambda right: np.cumsum(right, axis=0),
}


def _of_right(pairs: Sequence[Pair]) -> str:
    kept = sum(int(np.count_nonzero(pair.got)) for pair in pairs)
    if kept < 2 or sum(int(pair.wrong.sum()) for pair in pairs) < _FEW:
        return ""
    for text, made in _OF_RIGHT.items():
        if all(pair.right.ndim > 0 and near(pair.got, made(pair.right)) for pair in pairs):
            return text
    for digits in (1, 2, 3, 4, 5):
        if all(bool((pair.got == np.round(pair.right, digits)).all()) for pair in pairs):
            return "is the right one rounded to a few digits"
    return ""


def _beyond_yes_and_no(pairs: Sequence[Pair]) -> str:
    """Other numbers where only 0 and 1 are right."""
    if {float(one) for pair in pairs for one in np.unique(pair.right)[:3]} != {0.0, 1.0}:
        return ""
    other = [pair.got[~np.isin(pair.got, (0, 1))] for pair in pairs]
    if not all(part.size for part in other):
        return ""
    if all((part == -1).all() for part in other):
        return "holds −1, while all the right ones are 0 or 1"
    return "holds other numbers, while all the right ones are 0 or 1"


def _constant(pairs: Sequence[Pair]) -> str:
    if not all(pair.got.size > 1 and bool(np.all(pair.got == pair.got.flat[0])) for pair in pairs):
        return ""
    numbers = {float(pair.got.flat[0]) for pair in pairs}
    if numbers <= {0.0, 1.0}:  # small arrays of classes may be so by chance
        return f"is {abs(numbers.pop()):.0f} everywhere" if len(numbers) == 1 else ""
    return "is the same number everywhere"


def _all_zero(pairs: Sequence[Pair]) -> str:
    return "is 0" if all(not pair.got.any() for pair in pairs) and len(pairs) > 1 else ""


def _places(pairs: Sequence[Pair]) -> str:
    """The right numbers in other places."""
    if not all(pair.right.size > 2 and pair.right.ndim > 0 for pair in pairs):
        return ""
    turned = "is the right one transposed"
    if all(pair.right.ndim == 2 and near(pair.got, pair.right.T) for pair in pairs):
        return turned
    for axis in range(max(pair.right.ndim for pair in pairs)):
        if all(
            axis < pair.right.ndim and near(pair.got, np.flip(pair.right, axis)) for pair in pairs
        ):
            return f"has its {_axis(pairs, axis)} in the reverse order"
    if all(
        (
            near(np.sort(pair.got, axis=None), np.sort(pair.right, axis=None))
            and len(np.unique(pair.right)) > _FEW
        )
        for pair in pairs
    ):
        return "holds the right numbers, but in other places"
    return ""


def _axis(pairs: Sequence[Pair], axis: int, one: bool = False) -> str:
    """What lies along an axis of the result."""
    dimensions = pairs[0].right.ndim
    words = {
        1: ("entries",),
        2: ("rows", "columns"),
        3: ("slices", "rows", "columns"),
        4: ("slices", "rows of pixels", "columns of pixels", "examples"),
    }.get(dimensions, ())
    if _are_filters(pairs[0]):
        words = ("filters", "slices", "rows", "columns")
    word = words[axis] if axis < len(words) else "slices"
    if one:
        word = {"entries": "entry"}.get(
            word, word.replace("rows", "row").replace("columns", "column")
        )
        word = {"slices": "slice", "examples": "example", "filters": "filter"}.get(word, word)
    return word


def _are_filters(pair: Pair) -> bool:
    """Whether an array has the shape of weights, not of images."""
    weights = [pair.beside(name) for name in ("W", "params")]
    return pair.right.ndim == 4 and any(array is not None for array in weights)


def _alike_along(pairs: Sequence[Pair]) -> str:
    """Rows, columns … that are all the same, and should not be."""
    if not all(pair.right.ndim >= 2 for pair in pairs):
        return ""
    for axis in range(min(pair.right.ndim for pair in pairs)):
        long = [pair for pair in pairs if pair.right.shape[axis] > 1 and pair.right.size > _FEW]
        if long and all(
            near(pair.got, np.broadcast_to(pair.got.take([0], axis), pair.got.shape))
            and not near(pair.right, np.broadcast_to(pair.right.take([0], axis), pair.right.shape))
            for pair in long
        ):
            return f"has {_axis(pairs, axis)} that are all the same"
    return ""


def _own_number(pairs: Sequence[Pair]) -> str:
    """A factor or a term of its own for each column or row."""
    if not all(pair.right.ndim >= 2 for pair in pairs):
        return ""
    for axis in range(min(pair.right.ndim for pair in pairs)):
        long = [pair for pair in pairs if pair.right.shape[axis] > 1]
        if sum(pair.right.size - pair.right.shape[axis] for pair in long) < 2 * _FEW:
            continue
        each = _axis(pairs, axis, one=True)
        for text, made in _OWN.items():
            if all(_one_number_each(made(pair.got, pair.right), axis) for pair in pairs):
                return text.format(each)
    return ""


_OWN: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "is off by a number of its own in each {}": lambda got, right: got - right,
    "is the right one times a number of its own in each {}": lambda got, right: got / right,
}


def _one_number_each(array: np.ndarray, axis: int) -> bool:
    """Whether an array holds one number for each place along an axis, whatever the others."""
    lines = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
    return bool(np.isfinite(lines).all()) and near(
        lines, np.broadcast_to(lines[:, :1], lines.shape)
    )


def _sums(pairs: Sequence[Pair]) -> str:
    """Numbers that add up to 1, as probabilities do, where the right ones do not."""
    if not all(pair.right.ndim == 2 and pair.right.size > _FEW for pair in pairs):
        return ""
    for axis, text in ((0, "each column"), (1, "each row"), (None, "all")):
        if all(
            (
                bool(np.allclose(pair.got.sum(axis=axis), 1, rtol=1e-6))
                and not np.allclose(pair.right.sum(axis=axis), 1, rtol=1e-6)
            )
            for pair in pairs
        ):
            return f"adds up to 1 in {text}, and should not"
    return ""


def _close(pairs: Sequence[Pair]) -> str:
    def close(pair: Pair) -> bool:
        if pair.right.size == 1 and bool(np.all(pair.right == np.round(pair.right))):
            return False  # of a count any digit can be what is wrong
        scale = np.maximum(np.abs(pair.right), 1e-2 * np.abs(pair.right).max(initial=0.0))
        return bool((np.abs(pair.got - pair.right) <= 3e-3 * scale).all())

    return (
        "is nearly right, and off in the later digits only"
        if all(close(pair) for pair in pairs)
        else ""
    )


_WHOLE = (
    _constant,
    _all_zero,
    _times,
    _plus,
    _places,
    _close,
    _with_argument,
    _stretched,
    _of_right,
    _beyond_yes_and_no,
    _sums,
    _alike_along,
)
_LAST = (_own_number,)


# ---------------------------------------------------------------- some of the entries


def _regions(pair: Pair) -> Iterator[tuple[str, np.ndarray]]:
    """Parts of an array in which all that is wrong may lie."""
    right = pair.right
    labels = pair.given.get("y")
    if labels is not None and right.ndim == 2 and labels.shape == right.shape[1:]:
        true = np.arange(len(right))[:, None] == labels[None, :]
        yield "it belongs to the true class", true
        yield "it does not belong to the true class", ~true
    for name, array in pair.given.items():
        if array.shape == right.shape:
            yield f"`{name}` is 0", array == 0
            yield f"`{name}` is below 0", array < 0
            yield f"`{name}` is above 0", array > 0
    yield "the right number is 0", right == 0
    yield "the right number is below 0", right < 0
    yield "the right number is above 0", right > 0
    for axis in range(right.ndim):
        places = np.indices(right.shape)[axis] if right.shape[axis] > 1 else None
        if places is None:
            continue
        word = _axis([pair], axis, one=True)
        yield f"it is the first {word}", places == 0
        yield f"it is the last {word}", places == right.shape[axis] - 1
        yield f"it is not the first {word}", places != 0
    if right.ndim == 2 and len(right) > 1:
        yield "it is the largest of its column", right == right.max(axis=0)
    if right.ndim == 4 and not _are_filters(pair):
        row, column = np.indices(right.shape)[1:3]
        height, width = right.shape[1:3]
        edge = (row == 0) | (column == 0) | (row == height - 1) | (column == width - 1)
        yield "it is a pixel of the edge", edge


_HALF = 0.5
"""Of all entries at most this part is worth a word, where not all that is in it is wrong."""

_MOST = 0.75
"""At least this part of a larger part must be bad."""

_CHANCE = 1e-4
"""How likely it may be that all that is wrong lies in a part of the entries by chance."""

Masks = list[np.ndarray]


def _region(
    pairs: Sequence[Pair], bad: Masks, rule: Callable[[Masks], bool] = lambda part: False
) -> tuple[str, bool]:
    """The smallest part that holds all the bad entries, and whether no others are in it.

    One that says something, that is: bad as a whole, or by one `rule`, or too small for chance.
    """
    regions = [dict(_regions(pair)) for pair in pairs]
    common = [text for text in regions[0] if all(text in region for region in regions)]
    wrong, total = sum(int(b.sum()) for b in bad), sum(b.size for b in bad)
    best, size, whole = "", total, False
    for text in common:
        inside = [region[text] for region in regions]
        large = sum(int(part.sum()) for part in inside)
        if large >= size or any((b & ~part).any() for b, part in zip(bad, inside, strict=True)):
            continue
        # What is wrong by too little to be seen is so by the same rule as its neighbours.
        full = large == wrong or rule(inside)
        near_full = wrong >= _MOST * large or large <= _HALF * total
        if full or (near_full and (large / total) ** wrong < _CHANCE):
            best, size, whole = text, large, full
    return best, whole


def _somewhere(pairs: Sequence[Pair]) -> str:
    """Where all that is wrong lies, and what stands there."""
    if all(pair.wrong.all() for pair in pairs) or not all(pair.right.ndim for pair in pairs):
        return ""
    wrong = [pair.wrong for pair in pairs]
    what = _there(pairs, wrong)
    text, whole = _region(pairs, wrong, lambda inside: bool(what) and _there(pairs, inside) == what)
    there = f"; there it {what}" if what else ""
    if text:
        where = "where" if whole else "in some places where"
        return f"is wrong {where} {text}, and nowhere else{there}"
    long = any(pair.wrong.ndim > 1 for pair in pairs)
    if long and all(_is_tail(part.ravel()) for part in wrong):
        return f"is right in its first entries, row by row, and wrong in all that follow{there}"
    return f"is right in some places; where it is wrong, it {what}" if what else ""


def _is_tail(wrong: np.ndarray) -> bool:
    """Whether all is wrong from some place on, and nothing before it."""
    first = int(np.argmax(wrong))
    return first > 0 and bool(wrong[first:].all())


def _there(pairs: Sequence[Pair], places: Masks) -> str:
    """What stands in all these places."""
    parts = [
        Pair(
            pair.got[place],
            pair.right[place],
            {
                name: array[place]
                for name in pair.given
                for array in (pair.beside(name), _along(pair, name))
                if array is not None
            },
            pair.sizes,
        )
        for pair, place in zip(pairs, places, strict=True)
        if place.any()
    ]
    if sum(part.got.size for part in parts) < _FEW:
        return ""
    if all(not part.got.any() for part in parts):
        return "is 0"
    numbers = {float(one) for part in parts for one in np.unique(part.got)[:3]}
    if numbers == {1.0}:
        return "is 1"
    if numbers <= {0.0, 1.0}:
        return ""  # of a yes or no that is wrong nothing more can be said
    return _first((_times, _with_argument, _plus, _of_right), parts)


def _not_finite(pairs: Sequence[Pair]) -> str:
    """Where nan or inf stands, and whether the rest is right."""
    bad = [~np.isfinite(pair.got) & np.isfinite(pair.right) for pair in pairs]
    pure = all(not (pair.wrong & ~part).any() for pair, part in zip(pairs, bad, strict=True))
    if not all(part.any() for part in bad):
        return ""
    if all(part.all() for part in bad):
        single = all(pair.got.size == 1 for pair in pairs)
        return "is nan or infinite" + ("" if single else " everywhere")
    text, whole = _region(pairs, bad)
    where = f"{'' if whole else 'in places '}where {text}" if text else "in places"
    return f"is nan or infinite {where}" + (", and right in all others" if pure else "")


# ---------------------------------------------------------------- another shape


def _reduced(pairs: Sequence[Pair]) -> str:
    """A sum, mean, largest … of the right one."""
    for word, made in _REDUCTIONS.items():
        if all(
            pair.got.size == 1 < pair.right.size
            and near(pair.got.reshape(()), np.asarray(made(pair.right)))
            for pair in pairs
        ):
            return f"is one number, the {word} of all the right ones"
        for axis in range(min(pair.right.ndim for pair in pairs)):
            if all(
                pair.right.shape[axis] > 0
                and near(np.squeeze(pair.got), np.squeeze(np.asarray(made(pair.right, axis=axis))))
                for pair in pairs
            ):
                return f"holds the {word} over the {_axis(pairs, axis)} of the right one"
    for word in ("sum", "mean"):
        if all(
            pair.right.size == 1 < pair.got.size
            and near(np.asarray(_REDUCTIONS[word](pair.got)), pair.right.reshape(()))
            for pair in pairs
        ):
            return f"holds many numbers, whose {word} is the right one"
    return ""


_REDUCTIONS: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "largest": np.max,
    "smallest": np.min,
}


def _reshaped(pairs: Sequence[Pair]) -> str:
    turned = all(
        pair.got.ndim == pair.right.ndim and near(pair.got, pair.right.T) for pair in pairs
    )
    if turned:
        return "is the right one transposed"
    if all(near(np.ravel(pair.got), np.ravel(pair.right)) for pair in pairs):
        if all(pair.got.ndim == 1 for pair in pairs):
            return "holds the right numbers in one long row: the shape is lost"
        if all(pair.got.ndim < pair.right.ndim for pair in pairs):
            return "holds the right numbers, but an axis is lost"
        if all(pair.got.ndim > pair.right.ndim for pair in pairs):
            return "holds the right numbers, with an axis too many"
        return "holds the right numbers in the wrong shape"
    if all(
        pair.got.shape == 2 * (pair.right.size,) and near(pair.got, np.diag(np.ravel(pair.right)))
        for pair in pairs
    ):
        return "is a square with the right numbers on its diagonal"
    return ""


def _cut(pairs: Sequence[Pair]) -> str:
    """The right one with something missing at an end, or with something more."""
    same = all(pair.got.ndim == pair.right.ndim for pair in pairs)
    for axis in range(min(pair.right.ndim for pair in pairs) if same else 0):
        for end, part in (("last", slice(0, -1)), ("first", slice(1, None))):
            at = (slice(None),) * axis + (part,)
            word = _axis(pairs, axis, one=True)
            if all(near(pair.got, pair.right[at]) for pair in pairs):
                return f"is right, but its {end} {word} is missing"
            if all(near(pair.got[at], pair.right) for pair in pairs):
                return f"is right, but for one {word} too many, the {end}"
        if all(
            (
                0 < pair.got.shape[axis] < pair.right.shape[axis]
                and near(pair.got, pair.right.take(range(pair.got.shape[axis]), axis))
            )
            for pair in pairs
        ):
            one = all(pair.got.shape[axis] == 1 for pair in pairs)
            return f"holds only the first {_axis(pairs, axis, one=one)} of the right one"
    for name in pairs[0].given:
        if all(
            ((a := pair.beside(name)) is not None and near(pair.got, pair.right[a > 0]))
            for pair in pairs
        ):
            return f"holds only the entries where `{name}` is above 0"
    return ""


def _lengths(pairs: Sequence[Pair]) -> str:
    """Which sizes the axes have, where sizes tell."""
    if len(pairs) < 2 or len({pair.got.ndim for pair in pairs}) > 1:
        return ""
    if len({pair.right.ndim for pair in pairs}) > 1:
        return ""

    def told(shapes: Sequence[tuple[int, ...]]) -> list[str]:
        words = []
        for axis in range(len(shapes[0])):
            lengths = [float(shape[axis]) for shape in shapes]
            names = [
                name
                for name in pairs[0].sizes
                if [pair.sizes.get(name) for pair in pairs] == lengths
            ]
            # A side of an image may be as long as anything else by chance.
            names.sort(key=lambda name: name.startswith(("the height", "the width", "the depth")))
            words.append(names[0] if names else "1" if set(lengths) == {1.0} else "")
        return words

    got = told([pair.got.shape for pair in pairs])
    right = told([pair.right.shape for pair in pairs])
    if not got or not right or not all(got) or not all(right) or got == right:
        return ""
    return f"has the shape ({' × '.join(got)}), and should have ({' × '.join(right)})"


def _long_or_short(pairs: Sequence[Pair]) -> str:
    """Along which one axis there are too many or too few."""
    if any(pair.got.ndim != pair.right.ndim for pair in pairs):
        return ""
    more = [np.subtract(pair.got.shape, pair.right.shape) for pair in pairs]
    axes = {tuple(np.flatnonzero(of)) for of in more}
    if len({len(of) for of in more}) > 1 or len(axes) > 1 or len(axis := axes.pop()) != 1:
        return ""
    signs = {int(np.sign(of[axis[0]])) for of in more}
    if len(signs) > 1:
        return ""
    return f"has too {'many' if signs == {1} else 'few'} {_axis(pairs, int(axis[0]))}"


def _shape_of_argument(pairs: Sequence[Pair]) -> str:
    """The shape of something else."""
    for name in pairs[0].given if len(pairs) > 1 else ():
        if all(
            (a := pair.given.get(name)) is not None and a.shape == pair.got.shape for pair in pairs
        ):
            return f"has the shape of `{name}`, which is not its own"
    return ""


_SHAPED = (_reshaped, _reduced, _cut, _lengths, _shape_of_argument, _long_or_short)
