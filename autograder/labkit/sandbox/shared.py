"""The system's shared libraries that Python and the allowed libraries need, and no other.

A folder such as /usr/lib/x86_64-linux-gnu holds gigabytes that nobody reads while a class is
graded: each page of it, read once, tells the next worker that it was.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

_DYNAMIC, _LOAD = 2, 1
_NEEDED, _STRTAB, _STRSZ = 1, 5, 10
_LARGEST = 1 << 20


def needed(path: str) -> list[str]:
    """The names of the libraries that a library or an extension module needs (its DT_NEEDED).

    Empty for anything that is no ELF file of this machine's kind.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            head = file.read(64)
            if len(head) < 64 or head[:4] != b"\x7fELF" or head[4] != 2 or head[5] != 1:
                return []
            (table,) = struct.unpack_from("<Q", head, 32)
            entry, count = struct.unpack_from("<HH", head, 54)
            if entry < 56 or count > 256:
                return []
            file.seek(table)
            headers = file.read(entry * count)
            segments = [
                struct.unpack_from("<IIQQQQ", headers, entry * number)
                for number in range(len(headers) // entry)
            ]
            dynamic = next((part for part in segments if part[0] == _DYNAMIC), None)
            if dynamic is None or dynamic[5] > _LARGEST:
                return []
            file.seek(dynamic[2])
            pairs = list(struct.iter_unpack("<qQ", file.read(dynamic[5] // 16 * 16)))
            address = next(value for tag, value in pairs if tag == _STRTAB)
            home = next(p for p in segments if p[0] == _LOAD and p[3] <= address < p[3] + p[5])
            file.seek(address - home[3] + home[2])
            size = next((value for tag, value in pairs if tag == _STRSZ), 0)
            texts = file.read(size) if any(tag == _NEEDED for tag, _ in pairs) else b""
    except (OSError, struct.error, StopIteration):
        return []
    return [
        texts[value : texts.find(b"\0", value)].decode(errors="replace")
        for tag, value in pairs
        if tag == _NEEDED
    ]


def closure(modules: Iterable[str], folders: Iterable[str]) -> list[str]:
    """The files in `folders` that `modules` need, and that those need in turn."""
    places = list(folders)
    found: dict[str, None] = {}
    seen: set[str] = set()
    pending = list(modules)
    while pending:
        for name in needed(pending.pop()):
            if name in seen:
                continue
            seen.add(name)
            for folder in places:
                path = os.path.join(folder, name)  # noqa: PTH118
                if os.path.isfile(path):  # noqa: PTH113
                    found[path] = None
                    pending.append(path)
                    break
    return sorted(found)


def binaries(paths: Iterable[str]) -> list[str]:
    """The shared libraries and extension modules at and below `paths`."""
    found = []
    for top in paths:
        if Path(top).is_file():
            found += [top] if ".so" in Path(top).name else []
            continue
        for folder, _, names in os.walk(top):
            found += [f"{folder}/{name}" for name in names if ".so" in name]
    return found
