"""The contract of a lab as data: its functions and those of the labs before it, in order.

The order matters for grading: a function is also judged with correct versions of the functions
that stand *before* it, never of those after it: two stubs defined through each other earn nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

PACKAGE = "neuralnet"
"""The package that students write."""


@dataclass(frozen=True)
class Function:
    """One contract function; its name is also the name of the question that grades it."""

    name: str
    module: str
    """Module of the package, without the package's name."""
    lab: int
    """Number of the lab in which students write it."""


@dataclass(frozen=True)
class Contract:
    """The functions that a lab knows: of the labs it builds on, then its own."""

    functions: tuple[Function, ...]

    def __post_init__(self) -> None:
        """Raises ValueError where a name or a module belongs to two labs."""
        names: dict[str, Function] = {}
        modules: dict[str, Function] = {}
        for function in self.functions:
            if function.name in names:
                raise ValueError(
                    f"{function.name} is a function of lab {names[function.name].lab} already."
                )
            other = modules.setdefault(function.module, function)
            if other.lab != function.lab:
                raise ValueError(f"{function.module} is a module of lab {other.lab} already.")
            names[function.name] = function

    def __iter__(self) -> Iterator[Function]:
        return iter(self.functions)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Function:
        """The function called `name`; KeyError for a name that the contract does not have."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Function]:
        return {function.name: function for function in self.functions}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all functions, in order."""
        return tuple(self._by_name)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package, in order."""
        return tuple(dict.fromkeys(function.module for function in self.functions))

    @cached_property
    def module_of(self) -> dict[str, str]:
        """The module of each function."""
        return {function.name: function.module for function in self.functions}

    def earlier(self, name: str) -> tuple[str, ...]:
        """Names of the functions that stand before `name`; KeyError for an unknown name."""
        return self.names[: self.names.index(self[name].name)]


def declared(functions: dict[str, str], number: int) -> Sequence[Function]:
    """A lab's own functions, from its table of names and modules."""
    return [Function(name, module, number) for name, module in functions.items()]
