"""What is true of a wrong answer where no known mistake explains it.

Every sentence is computed from the student's answers and the right ones, over all failed probes of
a question: it says what was found and guesses no cause.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import error_words
from .calling import NOT_KEPT
from .comparing import as_number_array
from .naming import CERTAIN, NAMED_AT_ONCE, SERVED_REFUSES, TOO_SLOW, CaseRun, Explanation, Tried
from .relations import Pair, near, relation

AS_SEEN = "as_seen:"
"""How the keys of these explanations begin: no version of the catalogue has one like it."""

_LARGEST = 500_000
"""Numbers of a result that are looked at: no right one has more."""

Path = tuple[Any, ...]
Named = tuple[Explanation, set[str]]


@dataclass(frozen=True)
class Contract:
    """What a function's first line and docstring tell of its arguments and results."""

    parameters: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """Names of what a tuple holds that is returned."""
    pair: tuple[str, ...] = ()
    """Names of what a layer of a returned list holds."""
    inner: tuple[str, ...] = ()
    """Names of what a layer that is itself a part holds."""
    neighbours: frozenset[str] = frozenset()
    """Names that its module knows: others in an error's text may be made up to tell something."""

    @classmethod
    def read(cls, written: Callable[..., Any]) -> Contract:
        """From a function with "Returns (loss, dS)" or "Returns [(W, b), …]" in its docstring."""
        doc = written.__doc__ or ""
        parts = re.search(r"Returns \((\w+(?:, \w+)+)\)", doc)
        pair = re.search(r"Returns \[\((\w+(?:, \w+)+)\)", doc)
        inner = re.search(r"\((\w+(?:, \w+)+)\) of each", doc)
        return cls(
            tuple(inspect.signature(written).parameters),
            tuple(parts[1].split(", ")) if parts else (),
            tuple(pair[1].split(", ")) if pair else (),
            tuple(inner[1].split(", ")) if inner else (),
            frozenset(getattr(inspect.unwrap(written), "__globals__", ())),
        )

    def names(self) -> dict[str, list[str]]:
        """All but the neighbours, as JSON has it."""
        kept = {"parameters": self.parameters, "parts": self.parts}
        return {k: list(v) for k, v in (kept | {"pair": self.pair, "inner": self.inner}).items()}

    @classmethod
    def of(cls, names: Mapping[str, Sequence[str]], neighbours: frozenset[str]) -> Contract:
        """From what `names` gave: who writes a function may leave its docstring out."""
        return cls(**{k: tuple(v) for k, v in names.items()}, neighbours=neighbours)


def describe(cases: Sequence[CaseRun], contract: Contract) -> list[Named]:
    """Explanations of failures that no known mistake explains, with the cases they speak of."""
    if len({tried.probe.function for case in cases for tried in case.tried}) > 1:
        return []
    failed = [(case, case.tried[-1]) for case in cases if case.failed]
    failed = [(case, tried) for case, tried in failed if not _about_time(tried)]
    if not failed:
        return []
    only = _condition(cases, contract)
    groups: dict[str, list[tuple[CaseRun, Tried]]] = {}
    for case, tried in failed:
        kind = _kind(tried)
        if kind.startswith("failure") and (case.hidden or case.again):
            kind = "concealed"  # what it says is the code's own choice: it could be an input
        if (
            tried.probe.exact and tried.probe.drawn and kind == "values"
        ):  # trainings of several lengths: each by itself
            kind = f"training {case.name}"
        groups.setdefault(kind, []).append((case, tried))
    found = []
    for kind, group in groups.items():
        tell = _TELL.get(kind.partition(" ")[0])
        words = tell([tried for _, tried in group], contract) if tell else None
        if not words and only and not kind.startswith(("verdict", "training")):
            words = (
                f"In these checks it goes wrong only {only}",
                "What does the code do differently there?",
            )
        if words:
            title, hint = words
            if only and not title.startswith("In these checks"):
                hint = f"In these checks it happens only {only}. {hint}"
            key = AS_SEEN + title
            found.append((Explanation(key, title, hint), {case.name for case, _ in group}))
    return found or _verdicts(failed)


def _verdicts(failed: Sequence[tuple[CaseRun, Tried]]) -> list[Named]:
    """What judges said, where that is all, and no list of everything that is missing."""
    said: dict[str, set[str]] = {}
    for case, tried in failed:
        problem = tried.problem
        if problem is None or "verdict" not in (problem.kind, _kind(tried)):
            return []
        # Of a function that takes nothing the first words hold in every case.
        takes = tried.probe.args or tried.probe.kwargs
        words = problem.general if takes or not said else next(iter(said))
        said.setdefault(words, set()).add(case.name)
    titles = [(words.rstrip("."), names) for words, names in said.items()]
    made = [(Explanation(AS_SEEN + title, title, ""), names) for title, names in titles]
    return made if len(made) <= NAMED_AT_ONCE else []


def _about_time(tried: Tried) -> bool:
    failure, problem = tried.seen.failure, tried.problem
    return (failure is not None and failure.kind not in ("raised", "bad_type")) or (
        problem is not None and TOO_SLOW in problem.sentence
    )


def _kind(tried: Tried) -> str:
    assert tried.problem is not None
    failure = tried.seen.failure
    if failure is not None and failure.kind == "raised" and not tried.probe.wants_error:
        return f"failure {error_words.told(failure.text)}"  # errors of one kind are told together
    if tried.problem.kind in ("changed", "warning", "none"):
        return tried.problem.kind
    if failure is not None or tried.probe.right is None:
        return "verdict"
    return "values infinite" if tried.problem.kind == "not_finite" else "values"


# ---------------------------------------------------------------- errors and other facts

Words = tuple[str, str]


def _errors(tried: Sequence[Tried], contract: Contract) -> Words | None:
    text = tried[0].seen.failure.text if tried[0].seen.failure else ""
    words = error_words.told(text)
    name = text.partition(" ")[0]
    if words and SERVED_REFUSES in text and name in contract.neighbours:
        return f"`{name}` is called with arguments that do not fit", words[1]
    return words


def _plainly(title: str, hint: str) -> Callable[[Sequence[Tried], Contract], Words]:
    return lambda tried, contract: (title, hint)


_WARNED = {
    "overflow": (
        "something overflows",
        "exp of a large positive number is too large for a float. Choose a form in which only "
        "exponents that are 0 or negative occur.",
    ),
    "divide": (
        "something is divided by 0, or the logarithm of 0 is taken,",
        "Print what stands below the fraction bar or in the logarithm, where the warning comes up.",
    ),
    "invalid": (
        "nan comes up",
        "0 / 0, the difference of two infinities, a root or logarithm of a negative number give "
        "nan. np.where computes both of its branches: is one of them taken where it must not be?",
    ),
}


def _warned(tried: Sequence[Tried], contract: Contract) -> Words:
    kinds = {kind for one in tried for kind in one.seen.warnings}
    said, hint = ("NumPy warns", "Which line does the warning name?")
    if len(kinds) == 1:
        said, hint = _WARNED.get(kinds.pop(), (said, hint))
    return f"The numbers are right, but {said} on the way", hint


# ---------------------------------------------------------------- parts of a result


def _values(tried: Sequence[Tried], contract: Contract) -> Words | None:
    if any(one.seen.value is NOT_KEPT or _count(one.seen.value) > _LARGEST for one in tried):
        return None
    if any(_equal(one.seen.value, one.probe.right) for one in tried):
        return None  # wrong by less than what is looked at here, or in other ways
    for packed in (_packed, _missing_items):
        if title := packed(tried):
            if title == _OTHER_KEYS:
                return title, "Compare them with the docstring's, letter by letter."
            return (
                title,
                "Print the type and the length of your result, and compare with the docstring.",
            )
    if any(not _alike(one.seen.value, one.probe.right) for one in tried):
        return None
    if not contract.pair and all(_are_layers(one.probe.right) for one in tried):
        contract = replace(contract, pair=("W", "b"))
    leaves = [_Leaves.of(one, contract) for one in tried]
    if not all(one.wrong for one in leaves):
        return None
    what = _what(leaves, contract)
    pairs = [pair for one in leaves for pair in one.wrong.values()]
    said = relation(pairs)
    if not said and len({_role(path, contract) for one in leaves for path in one.wrong}) > 1:
        return _by_part(leaves, contract)
    if said:
        return f"{what} {said}", CERTAIN
    if what not in ("The result", _SOME):
        return f"{what} is wrong, and all else is right", CERTAIN
    return None


def _training(tried: Sequence[Tried], contract: Contract) -> Words | None:
    """Of where a whole training ends only this says anything: how it lies to the start."""
    words = _values(tried, contract)
    return words if words and re.search(r"`params`|step|the right one", words[0]) else None


def _count(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return sum(_count(part) for part in value)
    return value.size if isinstance(value, np.ndarray) else 1


def _leaf(value: Any) -> np.ndarray | None:
    """An array of numbers, as floats; lists of numbers stand for one where one is expected."""
    array = as_number_array(value)
    return None if array is None else array.astype(np.float64)


def _walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, np.ndarray]]:
    """The arrays in a right result, by their places."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(part, (*path, key))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _walk(part, (*path, place))
    elif (array := _leaf(value)) is not None:
        yield path, array


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list | tuple | np.ndarray) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        else:
            return None
    return value


def _alike(got: Any, right: Any) -> bool:
    """Whether a result has the structure of the right one, down to its arrays."""
    if isinstance(right, dict):
        return (
            isinstance(got, dict)
            and got.keys() == right.keys()
            and all(_alike(got[key], right[key]) for key in right)
        )
    if isinstance(right, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(got) == len(right)
            and all(_alike(a, b) for a, b in zip(got, right, strict=True))
        )
    return _leaf(right) is not None and _leaf(got) is not None


@dataclass(frozen=True)
class _Leaves:
    """The arrays of one result."""

    wrong: dict[Path, Pair] = field(default_factory=dict)
    right: frozenset[Path] = frozenset()
    listed: bool = False
    """Whether they are layers in a list, not parts of a tuple or dict."""

    @classmethod
    def of(cls, tried: Tried, contract: Contract) -> _Leaves:
        arguments = _arguments(tried, contract)
        sizes = _sizes(arguments)
        start = frozenset(n for n, value in arguments.items() if isinstance(value, list | dict))
        wrong, right = {}, set()
        for path, expected in _walk(tried.probe.right):
            got = _leaf(_at(tried.seen.value, path))
            if got is None:
                continue
            if got.size == expected.size == 1 and not expected.ndim:
                got = got.reshape(())
            if near(got, expected):
                right.add(path)
            else:
                beside = {
                    _part(name, value, path): _beside(value, path)
                    for name, value in arguments.items()
                }
                given = {name: array for name, array in beside.items() if array is not None}
                wrong[path] = Pair(got, expected, given, sizes, start)
        return cls(wrong, frozenset(right), isinstance(tried.probe.right, list))


def _arguments(tried: Tried, contract: Contract) -> dict[str, Any]:
    names = [*contract.parameters, *(f"argument {i + 1}" for i in range(9))]
    return {**dict(zip(names, tried.probe.args, strict=False)), **tried.probe.kwargs}


def _part(name: str, value: Any, path: Path) -> str:
    """What the array of `_beside` is called: of a layer (W, b) it is one of two."""
    last = path[-1] if path else None
    inside = isinstance(value, tuple) and isinstance(last, int) and last < len(value)
    return f"{name}[{last}]" if inside else name


def _beside(value: Any, path: Path) -> np.ndarray | None:
    """The array in an argument that belongs to a place of the result, such as W to dW."""
    for tail in (path, path[1:], ()):
        part = value
        for step in tail:  # not into an array: a row of it does not belong to a part of a result
            part = None if isinstance(part, np.ndarray) else _at(part, (step,))
        found = None if isinstance(part, list | tuple) else _leaf(part)
        if found is not None and found.ndim:
            return found
    return None


def _sizes(arguments: Mapping[str, Any]) -> dict[str, float]:
    """What can be counted in the arguments, by its name."""
    found: dict[str, float] = {}
    for name, value in arguments.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            found.setdefault(f"`{name}`", float(value))
        elif isinstance(value, list) and value and isinstance(value[0], tuple):
            found.setdefault("the number of layers", float(len(value)))
        elif isinstance(value, tuple) and all(isinstance(part, int) for part in value):
            for place, part in enumerate(value):
                found.setdefault(f"entry {place} of `{name}`", float(part))
        elif isinstance(value, np.ndarray):
            for word, size in zip(_axes(name, value.ndim), value.shape, strict=False):
                found.setdefault(word, float(size))
    return found


def _axes(name: str, dimensions: int) -> tuple[str, ...]:
    """What lies along an argument's axes: examples are columns, and the last axis of images."""
    weights = name.lower().removeprefix("d").startswith("w")
    if dimensions == 1:
        return ("the number of examples" if name.startswith("y") else f"the length of `{name}`",)
    if dimensions == 2:
        columns = f"the number of columns of `{name}`" if weights else "the number of examples"
        return (f"the number of rows of `{name}`", columns)
    if dimensions == 4 and weights:
        return ("the number of filters", "the depth", "the kernel's side")
    if dimensions == 4:
        sides = (f"the {word} of `{name}`" for word in ("depth", "height", "width"))
        return (*sides, "the number of examples")
    return ()


# ---------------------------------------------------------------- which parts are wrong


def _role(path: Path, contract: Contract) -> tuple[Any, ...]:
    """What a place has in common with its like: W or b in any layer."""
    return ("in each layer", path[-1]) if contract.pair and len(path) == 2 else path


def _name(path: Path, contract: Contract) -> str:
    top = path[0]
    if isinstance(top, str):
        return f"`{top}`"
    if contract.pair and len(path) == 2:
        return f"`{contract.pair[path[1]]}`" if path[1] < len(contract.pair) else f"item {path[1]}"
    name = f"`{contract.parts[top]}`" if top < len(contract.parts) else f"item {top} of the result"
    if len(path) == 1:
        return name
    if isinstance(path[1], str):
        return f"`{path[1]}` of {name}"
    inner = contract.inner
    return f"`{inner[path[1]]}` of {name}" if path[1] < len(inner) else f"part {path[1]} of {name}"


_SOME = "A part of the result"


def _are_layers(right: Any) -> bool:
    """Whether a result is a list of pairs, each a matrix and a column."""
    return isinstance(right, list) and all(
        isinstance(layer, tuple) and [np.ndim(part) for part in layer] == [2, 2] for layer in right
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _what(leaves: Sequence[_Leaves], contract: Contract) -> str:
    """Which parts of the result are wrong, in all the failed probes."""
    if not any(one.right for one in leaves) or any(() in one.wrong for one in leaves):
        return "The result"
    wrong = [frozenset(one.wrong) for one in leaves]
    layers = all(one.listed for one in leaves)
    if layers and (text := _which_layers(leaves, contract)):
        return text
    names = [sorted({_name(path, contract) for path in paths}) for paths in wrong]
    if all(one == names[0] for one in names) and len(names[0]) <= 3 and not contract.pair:
        return _capital(names[0][0]) if len(names[0]) == 1 else f"Each of {' and '.join(names[0])}"
    return _SOME


def _which_layers(leaves: Sequence[_Leaves], contract: Contract) -> str:
    """Which layers are wrong, and what of them."""
    inner = {path[1:] for one in leaves for path in one.wrong}
    word = "item of the list"
    kind = ""
    if contract.pair and inner in [{(i,)} for i in range(len(contract.pair))]:
        kind = f"`{contract.pair[next(iter(inner))[0]]}` of "
    if contract.pair:
        word = "layer"
    deep = [one for one in leaves if _depth(one) > 1]
    if kind and all(_layers(one) == set(range(_depth(one))) for one in leaves):
        return f"{kind}every {word}"
    if deep and all(_layers(one) == {0} for one in deep):
        return f"{kind}the first {word}" if kind else f"The first {word}"
    if deep and all(_layers(one) == {_depth(one) - 1} for one in deep):
        return f"{kind}the last {word}" if kind else f"The last {word}"
    some = f"{kind}some layers" if kind else _SOME
    if all(_depth(one) - 1 not in _layers(one) for one in leaves):
        return f"{some}, never the last {word},"
    if all(0 not in _layers(one) for one in leaves):
        return f"{some}, never the first {word},"
    return some if kind else ""


def _layers(one: _Leaves) -> set[int]:
    return {int(path[0]) for path in one.wrong}


def _depth(one: _Leaves) -> int:
    return 1 + max(int(path[0]) for path in (*one.wrong, *one.right))


def _by_part(leaves: Sequence[_Leaves], contract: Contract) -> Words | None:
    """A sentence for the first part of which something can be said."""
    roles = dict.fromkeys(_role(path, contract) for one in leaves for path in one.wrong)
    told = []
    for role in roles:
        found = [
            (path, pair)
            for one in leaves
            for path, pair in one.wrong.items()
            if _role(path, contract) == role
        ]
        if all(any(_role(path, contract) == role for path in one.wrong) for one in leaves) and (
            said := relation([pair for _, pair in found])
        ):
            told.append(f"{_capital(_name(found[0][0], contract))} {said}")
    told.sort(key=lambda title: "nearly right" in title)  # which says least
    return (told[0], CERTAIN) if told else None


# ---------------------------------------------------------------- packed in another way


def _equal(got: Any, right: Any) -> bool:
    return _alike(got, right) and all(
        near(_leaf(_at(got, path)), array)  # type: ignore[arg-type]  # alike, so there is one
        for path, array in _walk(right)
    )


_ORDER = ("first", "second", "third", "fourth", "fifth", "sixth")


_OTHER_KEYS = "The dict that is returned has other keys than those that are asked for"


def _packed(tried: Sequence[Tried]) -> str:
    """The right answer in another wrapping."""
    values = [(one.seen.value, one.probe.right) for one in tried]
    for place, word in enumerate(_ORDER):
        if all(
            isinstance(got, list | tuple) and place < len(got) and _equal(got[place], right)
            for got, right in values
        ):
            return f"Several things are returned, and the {word} of them is all that is asked for"
    if all(isinstance(got, str) and not isinstance(right, str) for got, right in values):
        return "A text is returned where numbers are asked for"
    if all(isinstance(got, dict) and isinstance(right, list | tuple) for got, right in values):
        return "A dict is returned where a list or tuple is asked for"
    if all(
        isinstance(got, dict) and isinstance(right, dict) and got.keys() != right.keys()
        for got, right in values
    ):
        return _OTHER_KEYS
    parts = [(got, right) for got, right in values if isinstance(right, list | tuple)]
    if len(parts) < len(values):
        return ""
    for place, word in ((0, "first"), (-1, "last")):
        if all(_equal(got, right[place]) for got, right in parts if len(right)):
            return f"Only the {word} of the parts is returned"
    lists = [(got, right) for got, right in parts if isinstance(got, list | tuple)]
    if len(lists) == len(values) and all(
        not _alike(got, right) or len(got) == len(right) for got, right in lists
    ):
        for place, word in enumerate(_ORDER[:2]):
            if all(
                got
                and len(got) == len(right)
                and all(_pick(a, b, place) for a, b in zip(got, right, strict=True))
                for got, right in lists
            ):
                return f"Every item is a pair or a group, whose {word} part would be right"
        if all(_exchanged(got, right) for got, right in lists):
            return "All the parts are right, but they are returned in another order"
        flat = [([a for _, a in _walk(got)], [a for _, a in _walk(right)]) for got, right in lists]
        if all(
            len(a) == len(b) > 0 and all(near(x, y) for x, y in zip(a, b, strict=True))
            for a, b in flat
        ):
            return "All the numbers are right, but they are packed together in another way"
    return ""


def _pick(item: Any, right: Any, place: int) -> bool:
    if _equal(item, right):
        return True
    inner = isinstance(item, list | tuple) or (isinstance(item, np.ndarray) and item.ndim > 0)
    return inner and place < len(item) and _equal(item[place], right)


def _exchanged(got: Sequence[Any], right: Sequence[Any]) -> bool:
    """Whether a list holds the right parts in another order."""
    if len(got) != len(right) or len(right) > len(_ORDER):
        return False
    left = list(right)
    for item in got:
        place = next((i for i, part in enumerate(left) if _equal(item, part)), None)
        if place is None:
            return False
        left.pop(place)
    return True


def _missing_items(tried: Sequence[Tried]) -> str:
    """A list with items missing or too many."""
    values = [(one.seen.value, one.probe.right) for one in tried]
    if not all(
        isinstance(got, list | tuple) and isinstance(right, list | tuple) and len(got) != len(right)
        for got, right in values
    ):
        return ""
    for text, matches in _SHORT.items():
        if all(
            len(made := matches(got, right)) == 2 and _equal(list(made[0]), list(made[1]))
            for got, right in values
        ):
            return text
    for sign, word in ((1, "few"), (-1, "many")):
        off = [sign * (len(right) - len(got)) for got, right in values]
        if min(off) > 0:
            return (
                f"The list has {'one item too ' + word if max(off) == 1 else f'too {word} items'}"
            )
    return ""


_SHORT: dict[str, Callable[[Any, Any], tuple[Any, ...]]] = {
    "The list is right, but its first item is missing": lambda got, right: (got, right[1:]),
    "The list is right, but its last item is missing": lambda got, right: (got, right[:-1]),
    "The list is right, but for one item too many at its beginning": lambda g, r: (g[1:], r),
    "The list is right, but for one item too many at its end": lambda g, r: (g[:-1], r),
    "The list holds the first and the last item alone": lambda g, r: (g, [r[0], r[-1]]),
    "The list holds the first two items alone": lambda got, right: (got, right[:2]),
    "The list holds the first item alone": lambda got, right: (got, right[:1]),
    "The list holds the last item alone": lambda got, right: (got, right[-1:]),
}


# ---------------------------------------------------------------- what failed probes share

_PASSES = 2
"""Probes that must have passed for "only" to say something."""


def _condition(cases: Sequence[CaseRun], contract: Contract) -> str:
    """What all failed probes' inputs have, and none of those that passed: "only where …"."""
    bad: list[dict[Fact, bool]] = []
    good: list[dict[Fact, bool]] = []
    for case in cases:
        for tried in case.tried:
            if not _about_time(tried):
                facts = dict(_facts(_arguments(tried, contract)))
                (bad if tried.problem is not None else good).append(facts)
    if not bad or len(good) < _PASSES:
        return ""
    apart = [
        fact
        for fact in bad[0]
        if all(facts.get(fact) for facts in bad) and not any(facts.get(fact) for facts in good)
    ]
    # Where things of several kinds tell the failed ones apart, any of them may be without meaning.
    return apart[0][1] if len({kind for kind, _ in apart}) == 1 else ""


Fact = tuple[str, str]
"""What a fact is about, and its words."""


def _facts(arguments: Mapping[str, Any]) -> Iterator[tuple[Fact, bool]]:
    """What may be said of a probe's inputs, and whether it holds."""
    arrays = {name: value for name, value in arguments.items() if isinstance(value, np.ndarray)}
    for name, value in arguments.items():
        if isinstance(value, str):
            yield (name, f"with `{name}` {value!r}"), True
    whole = [a.dtype.kind in "iu" for name, a in arrays.items() if not name.startswith("y")]
    yield ("type", "where whole numbers come in"), any(whole)
    sizes = _sizes(arguments)
    examples = sizes.get("the number of examples")
    yield ("examples", "with a single example"), examples == 1
    yield ("examples", "with several examples"), examples is not None and examples > 1
    layers = sizes.get("the number of layers")
    if layers is not None:
        yield ("layers", "with a single layer"), layers == 1
        yield ("layers", "with more than two layers"), layers > 2
        yield ("layers", "with another number of layers than two"), layers != 2
        yield ("layers", "with several layers"), layers > 1
    for name in ("stride", "padding"):
        value = arguments.get(name)
        if isinstance(value, int):
            least = int(name == "stride")
            yield (name, f"with `{name}` above {least}"), value > least
            yield (name, f"with `{name}` {least}"), value == least
            yield (name, f"with another `{name}` than 1"), value != 1
    stride = arguments.get("stride")
    if isinstance(stride, int):
        kernel = arguments.get("size", arguments.get("kernel"))
        if kernel is None and isinstance(W := arguments.get("W"), np.ndarray) and W.ndim == 4:
            kernel = W.shape[-1]
        yield ("stride", "where the windows overlap"), kernel is not None and stride < kernel
    parts = [part for one in arguments.values() if isinstance(one, dict) for part in one.values()]
    filters = [np.shape(one) for one in (*parts, arguments.get("W")) if np.ndim(one) == 4]
    if filters:
        yield ("filters", "with several filters"), filters[0][0] > 1
        yield ("kernel", "with a kernel larger than 1 × 1"), filters[0][-1] > 1
        yield ("kernel", "with another kernel than 3 × 3"), filters[0][-1] != 3
        yield ("kernel", "with a kernel larger than 3 × 3"), filters[0][-1] > 3
    for name, array in arrays.items():
        if array.ndim == 4 and not name.startswith("W"):
            yield ("square", "where images are not square"), array.shape[1] != array.shape[2]
            yield ("size", "where images are larger than 2 × 2"), max(array.shape[1:3]) > 2
        if array.ndim and not name.startswith("y"):
            yield ("axes", f"where `{name}` has more than two axes"), array.ndim > 2
            yield ("axes", f"where `{name}` has another number of axes than two"), array.ndim != 2
            with np.errstate(all="ignore"):
                sizes_there = np.abs(array[array != 0])
                large = bool(sizes_there.size) and float(sizes_there.max()) > 500
                tiny = bool(sizes_there.size) and float(sizes_there.min()) < 1e-6
            yield ("large", f"where `{name}` holds large numbers"), large
            yield ("tiny", f"where `{name}` holds numbers very close to 0"), tiny


_TELL: dict[str, Callable[[Sequence[Tried], Contract], Words | None]] = {
    "failure": _errors,
    "values": _values,
    "training": _training,
    "changed": _plainly(
        "An argument is changed",
        "The caller still needs what it handed over: build a new array, or work on a copy.",
    ),
    "warning": _warned,
    "none": _plainly(
        "Nothing is returned", "Is a `return` missing, or inside an `if` that did not run?"
    ),
}
