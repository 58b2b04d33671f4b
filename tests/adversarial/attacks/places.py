"""The paths that a well-informed attacker knows; the arena says where they are."""

from __future__ import annotations

from collections.abc import Mapping

_places: dict[str, str] = {}


def know(places: Mapping[str, str]) -> None:
    """From now on `filled` puts these in the places of their names."""
    _places.clear()
    _places.update(places)


def filled(text: str | bytes) -> str:
    """`text` with the paths that an attacker knows."""
    found = text.decode("latin-1") if isinstance(text, bytes) else text
    for name, value in _places.items():
        found = found.replace(f"@{name}@", value)
    return found
