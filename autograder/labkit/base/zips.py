"""Zip files that are the same bytes for the same content."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from labkit.base.files import write_bytes

_TIME = (2020, 1, 1, 0, 0, 0)


def read_tree(folder: Path) -> dict[str, bytes]:
    """All files below `folder` by relative path, without caches."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def write_zip(path: Path, files: Mapping[str, bytes], executable: tuple[str, ...] = ()) -> None:
    """Write a zip with sorted names, one fixed time and plain permissions, atomically."""
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = 3
            info.external_attr = (0o755 if name in executable else 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    write_bytes(path, buffer.getvalue())
