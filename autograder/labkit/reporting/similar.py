"""Near-identical submissions: where a person may want to look, never a verdict.

Small labs converge: many students write the same line for the same formula. So code is compared
function by function, without names, comments, docstrings and layout, and what two submissions
share counts by how rare it is: in this class, and among the kit's own right versions. Short code
counts little, however rare. A pair is listed where it shares more than chance explains in a class
of that size, in several functions that are long enough to differ.

Tokens and fingerprints are copydetect's; without it (the extra `similar`) nothing is compared.
"""

from __future__ import annotations

import importlib.util
import inspect
import io
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

import numpy as np

from labkit.lab import contract, stubs
from labkit.lab.lab import Lab
from labkit.lab.reference import Reference
from labkit.mistakes import Catalogue

_GRAM = 8
"""Characters of a fingerprint, after names have become one letter: about five tokens."""
_SAME = 0.8
"""Share of their fingerprints from which on two versions of a function are called the same."""
_LONG = 60
"""Characters from which on a function can be written in many ways."""
_SEVERAL = 3
"""Long functions that a pair must share."""
_CHARACTERS_PER_NAT = 20.0
"""What a function says is at most its length over this: short code cannot be rare by choice."""
_DIFFERENT = 1.0
"""What a function that differs takes away."""
_MARGIN = 3.0
"""How far, as a logarithm, a pair must lie beyond what chance gives once in the class."""
_LIKE_REFERENCE = 0.9
"""Share of its code from which on a submission is called the kit's own solution."""
_MAX_BYTES = 100_000
"""Larger modules are not compared."""
_MAX_BODY = 6_000
"""What of one function is compared."""
_MAX_SECONDS = 120.0
"""CPU seconds after which the rest of a class is left out."""
_CHUNK = 4096
"""Fingerprints that are compared at a time, to bound the memory."""
_ROWS = 8
"""Submissions that are compared with all others at a time, likewise."""
_PARTNERS = 8
"""Pairs of one submission with later ones that are looked at: hundreds of copies are millions."""

Bodies = Mapping[str, str]
"""Function -> source of its body."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions with nearly the same code."""

    first: str
    second: str
    functions: tuple[str, ...]
    """Those that are the same, without very short ones."""
    share: float
    """How much of the shorter one's code that is."""


@dataclass(frozen=True)
class Similarity:
    """What was found in a class."""

    compared: int = 0
    pairs: tuple[Pair, ...] = ()
    """The least likely first; of each submission at most its best few."""
    like_reference: tuple[str, ...] = ()
    """Submissions whose code is the kit's own solution but for names."""
    left_out: str = ""
    """Why nothing was compared, as a sentence; empty where it was."""

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """Submissions joined by pairs, larger groups first."""
        found: list[set[str]] = []
        for pair in self.pairs:
            joined = {pair.first, pair.second}
            for group in [group for group in found if group & joined]:
                joined |= group
                found.remove(group)
            found.append(joined)
        return sorted((tuple(sorted(group)) for group in found), key=lambda g: (-len(g), g))


class Comparison:
    """Takes a class's code in, one submission at a time, and compares it at the end."""

    def __init__(self, names: Sequence[str], lab: Lab) -> None:
        self._names = tuple(names)
        self._lab = lab
        self._prints: dict[str, _Prints] = {}
        self._versions: dict[str, _Print] = {}
        self._seconds = 0.0
        self._left_out = ""
        if importlib.util.find_spec("copydetect") is None:
            self._left_out = (
                "Not looked for: this needs copydetect, installed with "
                "pip install 'neural-network-labs[similar]'."
            )

    def add(self, name: str, files: Mapping[str, bytes]) -> None:
        """Take the code of a submission in; nothing in it stops the class."""
        if self._left_out or self._seconds > _MAX_SECONDS:
            return
        started = time.process_time()
        try:
            found = _prints(bodies(files, self._lab))
            # Equal ones are kept once: a class has many.
            same = self._versions.setdefault
            self._prints[name] = {f: same(one.text, one) for f, one in found.items()}
        except Exception as error:
            self._stopped(error)
        self._seconds += time.process_time() - started

    def finish(self) -> Similarity:
        """What was found; the code is let go."""
        if not self._left_out:
            names = [name for name in self._names if name in self._prints]
            prints = {name: self._prints.pop(name) for name in names}
            try:
                return _compare(prints, known_versions(self._lab))
            except Exception as error:  # a class that is graded gets its report
                self._stopped(error)
            finally:
                self._versions.clear()
                _print.cache_clear()
        return Similarity(left_out=self._left_out)

    def _stopped(self, error: Exception) -> None:
        self._left_out = f"Not looked for: the comparison stopped ({error!r})."


# ---------------------------------------------------------------- what is compared

_DEF = re.compile(r"(?:async +)?def +(\w+)")


def bodies(files: Mapping[str, bytes], lab: Lab) -> dict[str, str]:
    """The bodies of the lab's own functions in a submission's files, helpers by module."""
    found: dict[str, str] = {}
    for module in lab.modules:
        data = files.get(f"{contract.PACKAGE}/{module}.py", b"")
        if len(data) > _MAX_BYTES:
            continue
        helpers = []
        for name, body in definitions(data.decode("utf-8-sig", errors="replace")).items():
            if name in lab.questions:
                found[name] = body
            else:
                helpers.append(body)
        if helpers:
            found[f"helpers in {module}.py"] = "\n".join(helpers)
    return found


def definitions(source: str) -> dict[str, str]:
    """Bodies of a module's top-level functions; of several with one name, the last.

    By lines and brackets, so that a file that Python cannot parse is read, too.
    """
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in source.splitlines():
        if start := _DEF.match(line):
            current = found[intern(start[1])] = []  # a class has each name a thousand times
        elif line[:1].strip() and line[0] not in "#)]}\"'":
            current = None
        if current is not None:
            current.append(line)
    return {name: _body("\n".join(lines)) for name, lines in found.items()}


def _body(text: str) -> str:
    """What follows the colon of a function's header."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == ":" and depth == 0:
            return text[place + 1 :]
    return ""


def known_versions(lab: Lab) -> dict[str, list[str]]:
    """The kit's own right versions of the lab's functions and helpers, the reference first."""
    catalogue, right = Catalogue.of(lab), Reference(lab.contract)
    package = {path: text.encode() for path, text in stubs.solution_package(lab).items()}
    solution = bodies(package, lab)
    found: dict[str, list[str]] = {}
    for name in lab.questions:
        variants = [v.run for v in catalogue.variants if v.function == name]
        found[name] = [_source(run) for run in (getattr(right, name), *variants)]
    return {**{name: [body] for name, body in solution.items()}, **found}


def _source(run: Callable[..., object]) -> str:
    bodies = definitions(inspect.getsource(run))
    return bodies.get(run.__name__, "")


# ---------------------------------------------------------------- comparing


@dataclass(frozen=True, eq=False)
class _Print:
    """A function's body without names, comments and layout, and its fingerprints."""

    text: str
    grams: np.ndarray
    """Each once; an array, because a class has many thousands."""


_Prints = Mapping[str, _Print]
_NOTHING = _Print("", np.zeros(0, np.int64))


@lru_cache(maxsize=500)
def _print(body: str) -> _Print:
    from copydetect import CodeFingerprint

    found = CodeFingerprint("body.py", _GRAM, 1, fp=io.StringIO(body), language="python")
    text = found.filtered_code.removeprefix("S")  # S: the docstring
    if text.startswith("raiseNotImplementedError"):
        text = ""
    return _Print(text, np.unique(np.array(list(found.hashes), np.int64))) if text else _NOTHING


def _prints(code: Bodies) -> _Prints:
    """Fingerprints of the functions that are written."""
    found = {function: _print(body[:_MAX_BODY]) for function, body in code.items()}
    return {function: one for function, one in found.items() if one.text}


def compare(code: Mapping[str, Bodies], known: Mapping[str, Sequence[str]]) -> Similarity:
    """Compare submissions given as name -> function -> body; `known` are the kit's own versions."""
    return _compare({name: _prints(written) for name, written in code.items()}, known)


def _compare(prints: Mapping[str, _Prints], known: Mapping[str, Sequence[str]]) -> Similarity:
    names = list(prints)
    written = {function for name in names for function in prints[name]}
    functions = [f for f in known if f in written] + sorted(written - set(known))
    # Those who share everything speak with one voice: else ten copies would make code common.
    profiles = [tuple(prints[name].get(f, _NOTHING).text for f in functions) for name in names]
    first = dict(zip(reversed(profiles), reversed(range(len(names))), strict=True))
    voice = np.array([float(first[profile] == i) for i, profile in enumerate(profiles)])
    columns = {
        function: _Column.of([prints[name].get(function, _NOTHING) for name in names], voice, kit)
        for function in functions
        for kit in [[_print(body) for body in known.get(function, ()) if body]]
    }
    flagged, surprise = _flagged(list(columns.values()), len(names))
    size = sum((column.size[column.row] for column in columns.values()), np.zeros(len(names)))
    pairs, lists = [], dict[tuple[str, ...], tuple[str, ...]]()  # few lists, and many pairs of each
    for i, j in _best(flagged, surprise):
        common, shared = [], 0.0
        for function, column in columns.items():
            same, both = column.between(column.row[[i]], column.row[[j]])
            if same[0, 0]:
                shared += float(both[0, 0])
                common += [function] if both[0, 0] >= _LONG / 2 else []
        share = shared / max(1.0, float(min(size[i], size[j])))
        told = lists.setdefault(tuple(common), tuple(common))
        pairs.append(Pair(names[i], names[j], told, share))
    return Similarity(len(names), tuple(pairs), _like_reference(names, columns, size))


def _flagged(columns: Sequence[_Column], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (P, 2) that share more than chance gives once in the class, and how much more (P,)."""
    least = np.log(max(1.0, count * (count - 1) / 2)) + _MARGIN
    pairs, rarity = [np.zeros((0, 2), np.int32)], [np.zeros(0)]
    for start in range(0, count, _ROWS):  # against all others: a square of the class is too large
        rows = slice(start, start + _ROWS)
        surprise = np.zeros((min(_ROWS, count - start), count))
        long = np.zeros(surprise.shape, np.int16)
        for column in columns:
            own = column.row[rows]
            same, both = column.between(own, column.row)
            loss = np.minimum(_DIFFERENT, both / _CHARACTERS_PER_NAT)
            gain = np.where(
                np.equal.outer(own, column.row),
                column.says_exactly[own][:, np.newaxis],
                np.minimum.outer(column.says[own], column.says[column.row]),
            )
            surprise += np.where(same, gain, -loss)
            long += same & (both >= _LONG)
        found = np.argwhere(np.triu((surprise >= least) & (long >= _SEVERAL), start + 1))
        found = found[np.lexsort((-surprise[found[:, 0], found[:, 1]], found[:, 0]))]
        first = np.searchsorted(found[:, 0], found[:, 0])  # of each row, the least likely
        found = found[np.arange(len(found)) - first < _PARTNERS]
        rarity.append(surprise[found[:, 0], found[:, 1]])
        pairs.append((found + np.array([start, 0])).astype(np.int32))
    return np.concatenate(pairs), np.concatenate(rarity)


def _like_reference(
    names: Sequence[str], columns: Mapping[str, _Column], size: np.ndarray
) -> tuple[str, ...]:
    """Submissions that are the kit's own solution, throughout and in several long functions."""
    like, long = np.zeros(len(names)), np.zeros(len(names))
    for column in columns.values():
        same = np.where(column.like_reference, column.size, 0)[column.row]
        like += same
        long += same >= _LONG
    found = (like >= _LIKE_REFERENCE * size) & (long >= _SEVERAL)
    return tuple(name for name, yes in zip(names, found, strict=True) if yes)


@dataclass(frozen=True)
class _Column:
    """One function through the class. Arrays are by version; the last stands for not written."""

    row: np.ndarray
    """Each submission's version."""
    alike: np.ndarray
    """Which versions are the same, a square."""
    size: np.ndarray
    """Characters."""
    says: np.ndarray
    """How much it says that two have the same version, by how many have it."""
    says_exactly: np.ndarray
    """How much it says that two have it to the letter."""
    like_reference: np.ndarray
    """Whether it is the kit's own solution."""

    @classmethod
    def of(cls, prints: Sequence[_Print], voice: np.ndarray, kit: Sequence[_Print]) -> _Column:
        """The column of a function: each submission's, how much each counts, the kit's own."""
        own = list({one.text: one for one in prints if one.text}.values())
        place = {one.text: row for row, one in enumerate(own)} | {"": len(own)}
        row = np.array([place[one.text] for one in prints], int)
        versions = [*own, *kit]
        alike = _alike(versions)
        heard = np.bincount(row, voice, len(own) + 1)[: len(own)]
        weight = np.concatenate([heard, np.ones(len(kit))])
        size = np.array([len(version.text) for version in versions], float)
        says, exactly = (
            np.minimum(np.log(weight.sum() / (have @ weight)), size / _CHARACTERS_PER_NAT)
            for have in (alike, _identical(versions))
        )
        of_kit = alike[: len(own), len(own)] if kit else np.zeros(len(own), bool)
        return cls(
            row=row,
            alike=np.pad(alike[: len(own), : len(own)], (0, 1)),
            size=np.append(size[: len(own)], 0.0),
            says=np.append(says[: len(own)], 0.0),
            says_exactly=np.append(exactly[: len(own)], 0.0),
            like_reference=np.append(of_kit, False),
        )

    def between(self, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For versions `a` against `b`: whether they are the same, and the shorter one's size."""
        return self.alike[np.ix_(a, b)], np.minimum.outer(self.size[a], self.size[b])


def _alike(versions: Sequence[_Print]) -> np.ndarray:
    """Which versions are the same, as a symmetric matrix."""
    sizes = np.array([max(1, len(version.grams)) for version in versions])
    common = np.zeros((len(versions), len(versions)), np.float32)
    grams = [version.grams for version in versions]
    numbers = np.unique(np.concatenate([_NOTHING.grams, *grams]))
    columns = [np.searchsorted(numbers, own) for own in grams]
    for start in range(0, len(numbers), _CHUNK):
        part = np.zeros((len(versions), _CHUNK), np.float32)
        for row, has in enumerate(columns):
            part[row, has[(has >= start) & (has < start + _CHUNK)] - start] = 1
        common += part @ part.T
    alike = common >= _SAME * np.maximum.outer(sizes, sizes)
    return np.asarray(alike | _identical(versions), bool)


def _identical(versions: Sequence[_Print]) -> np.ndarray:
    """Which versions are the same to the letter, as a symmetric matrix."""
    texts = np.array([version.text for version in versions], object)
    return np.asarray(np.equal.outer(texts, texts), bool)


def _best(pairs: np.ndarray, rarity: np.ndarray, each: int = 3) -> Iterator[tuple[int, int]]:
    """The pairs, the least likely first, while one of the two has fewer than `each`."""
    seen: Counter[int] = Counter()
    for place in np.lexsort((pairs[:, 1], pairs[:, 0], -rarity)):
        i, j = map(int, pairs[place])
        if seen[i] < each or seen[j] < each:
            seen.update((i, j))
            yield i, j
