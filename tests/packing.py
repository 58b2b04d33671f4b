"""Files as folders and zips, as students hand them in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def encoded(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """A package as a grader gets it."""
    return {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}


def lay(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """`folder` with the files in it."""
    for path, content in encoded(files).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def zipped(
    files: Mapping[str, str | bytes] | Iterable[tuple[str | zipfile.ZipInfo, str | bytes]],
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A zip of the files; pairs may name one twice, or say with a ZipInfo what else is claimed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(name, content)
    return buffer.getvalue()


def cut(data: bytes) -> bytes:
    """An archive that lost its end on the way."""
    return data[: len(data) * 2 // 3]
