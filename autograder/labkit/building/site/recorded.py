"""The recorded outcomes of a lab, cut up: the check of one question needs its own alone.

They are most of what a lab's page fetches. Bytes of the one file are cut, so that whoever has all
parts has the file of student.zip again.
"""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from typing import Any

NAME = "recorded.npz"

Part = dict[int, bytes]
"""Where in the file bytes lie -> the bytes."""


def cut(content: bytes, cases: Mapping[str, Collection[str]]) -> tuple[bytes, dict[str, Part]]:
    """The file with holes, as long as before, and for each question what fills its holes.

    `cases` are the names of each question's cases.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        starts = {one.filename: one.header_offset for one in archive.infolist()}
        places = [*sorted(starts.values()), archive.start_dir]
        ends = dict(itertools.pairwise(places))
        text = archive.read("manifest.npy")
    records = json.loads(text[text.index(b"\n") + 1 :])["cases"]
    left, parts = bytearray(content), dict[str, Part]()
    for question, names in cases.items():
        used = {start for name in names for start in _starts(records.get(name, []), starts)}
        part = parts[question] = {}
        at = -1
        for start in sorted(used):
            end = ends[start]
            if at < 0 or at + len(part[at]) != start:
                at, part[start] = start, b""
            part[at] += content[start:end]
            left[start:end] = bytes(end - start)
    return bytes(left), parts


def _starts(record: Any, starts: Mapping[str, int]) -> Iterator[int]:
    """Where the arrays lie that a record names."""
    if isinstance(record, dict):
        for key, value in record.items():
            if key == "array" and isinstance(value, int):
                yield starts[f"a{value}.npy"]
            else:
                yield from _starts(value, starts)
    elif isinstance(record, list):
        for value in record:
            yield from _starts(value, starts)
