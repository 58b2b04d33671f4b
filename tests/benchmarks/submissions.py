"""What is graded while measuring: correct submissions of a lab, as students hand them in."""

from __future__ import annotations

import random
from pathlib import Path

from labkit.lab import stubs
from labkit.lab.bundle import Bundle
from labkit.mistakes import Catalogue, Version, submission_with
from tests.packing import zipped


def notebook(bundle: Bundle) -> dict[str, bytes]:
    """The lab's notebook as it was handed out."""
    name = f"{bundle.lab.name}.ipynb"
    return {name: (bundle.student / name).read_bytes()}


def correct(bundle: Bundle) -> dict[str, str | bytes]:
    """The notebook and the reference's modules."""
    return {**stubs.solution_package(bundle.lab), **notebook(bundle)}


_STYLES = 10


def varied(bundle: Bundle, number: int) -> dict[str, str | bytes]:
    """The same in one of ten mixtures of the right styles, with a comment of its own.

    The mixtures come in turn, so that classes of ten, a hundred and a thousand hold the same work.
    """
    lab = bundle.lab
    choose = random.Random(number % _STYLES)
    styles: dict[str, list[Version | None]] = {}
    for variant in Catalogue.of(lab).variants:
        styles.setdefault(variant.function, [None]).append(variant)
    chosen = [version for options in styles.values() if (version := choose.choice(options))]
    package = submission_with(chosen, lab)
    signed = {path: f"{text}\n# student {number}\n" for path, text in package.items()}
    return {**signed, **notebook(bundle)}


def write_copies(bundle: Bundle, folder: Path, count: int) -> Path:
    """`count` zips of the same correct submission in a new folder."""
    folder.mkdir(parents=True)
    content = zipped(correct(bundle))
    for number in range(count):
        (folder / f"student_{number:04d}.zip").write_bytes(content)
    return folder


def write_class(bundle: Bundle, folder: Path, count: int) -> Path:
    """`count` zips of correct submissions in different styles in a new folder."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"student_{number:04d}.zip").write_bytes(zipped(varied(bundle, number)))
    return folder
