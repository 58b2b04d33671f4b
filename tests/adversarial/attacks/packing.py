"""Hostile packing: links, bombs, names that climb out, archives that are none.

The code in them is the stubs: what matters is how they are packed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import socket
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.adversarial.attacks.places import filled
from tests.adversarial.attacks.submission import NOTEBOOK, Attack, solved, stubs
from tests.packing import lay, zipped
from tests.sample_class import EMPTY_NOTEBOOK


def as_zip(place: Path, files: Mapping[str, str | bytes]) -> None:
    """Write a plain zip."""
    Path(f"{place}.zip").write_bytes(zipped(files))


def as_folder(place: Path, files: Mapping[str, str | bytes]) -> None:
    """Write a folder."""
    lay(place, files)


def _slip(place: Path, files: Mapping[str, str | bytes]) -> None:
    with zipfile.ZipFile(f"{place}.zip", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        for path in (
            "../../../../../../@MARK@/slipped",
            "@MARK@/absolute",
            "..\\..\\slipped",
            "neuralnet/../../../slipped",
            "C:\\slipped",
            "/tmp/@TOKEN@-slipped",
        ):
            archive.writestr(filled(path), "here")


def _zip_links(place: Path, files: Mapping[str, str | bytes]) -> None:
    with zipfile.ZipFile(f"{place}.zip", "w") as archive:
        for path, content in files.items():
            if path.endswith(".py"):
                info = zipfile.ZipInfo(path)
                info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
                archive.writestr(info, filled("@REPO@/solutions/" + path))
            else:
                archive.writestr(path, content)


def _folder_links(place: Path, files: Mapping[str, str | bytes]) -> None:
    (place / "neuralnet").mkdir(parents=True)
    for name in ("activations", "perceptron", "layers"):
        target = filled(f"@REPO@/solutions/neuralnet/{name}.py")
        (place / "neuralnet" / f"{name}.py").symlink_to(target)


def _package_link(place: Path, files: Mapping[str, str | bytes]) -> None:
    place.mkdir()
    (place / "neuralnet").symlink_to(filled("@REPO@/solutions/neuralnet"))
    (place / NOTEBOOK).write_text(EMPTY_NOTEBOOK)


def _submission_link(place: Path, files: Mapping[str, str | bytes]) -> None:
    place.symlink_to(filled("@CLASS@/aaa_honest"))


def _pipe(place: Path, files: Mapping[str, str | bytes]) -> None:
    as_folder(place, files)
    (place / "neuralnet" / "activations.py").unlink()
    os.mkfifo(place / "neuralnet" / "activations.py")


def _special_files(place: Path, files: Mapping[str, str | bytes]) -> None:
    as_folder(place, files)
    package = place / "neuralnet"
    for inner in (package, place):
        (inner / "again").symlink_to("..")
        os.mkfifo(inner / "pipe.py")
        with (inner / "hole.npz").open("wb") as hole:
            hole.truncate(1 << 40)
    with socket.socket(socket.AF_UNIX) as server:
        handle = os.open(package, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{handle}/listens.py")
        os.close(handle)
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):  # a container may refuse it
            os.mknod(package / "zeros.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))


def _colliding(place: Path, files: Mapping[str, str | bytes]) -> None:
    again = solved()
    with zipfile.ZipFile(f"{place}.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path, content in files.items():
            archive.writestr(path, content)
            for other in (path.upper(), "./" + path, path.replace("/", "\\")):
                if path.endswith(".py"):
                    archive.writestr(other, again[path])
                    archive.writestr(other, content)
        for name in ("\u00e9", "e\u0301", "a\nb", "\u202eyp", "a\x01", "x" * 300):
            archive.writestr(f"neuralnet/{name}.py", "1/0")


def _locked(place: Path, files: Mapping[str, str | bytes]) -> None:
    as_zip(place, files)
    raw = bytearray(Path(f"{place}.zip").read_bytes())
    for magic, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        for found in re.finditer(re.escape(magic), raw):
            raw[found.start() + flags] |= 1
    Path(f"{place}.zip").write_bytes(bytes(raw))


def _bomb(place: Path, files: Mapping[str, str | bytes]) -> None:
    zeros = bytes(1 << 24)
    with zipfile.ZipFile(f"{place}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(
                f"neuralnet/{number}.py" if number else "neuralnet/activations.py", zeros
            )


def _nested_bomb(place: Path, files: Mapping[str, str | bytes]) -> None:
    inner = b""
    for _ in range(12):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(4):
                archive.writestr(f"{copy}.zip", inner or bytes(1 << 20))
        inner = buffer.getvalue()
    Path(f"{place}.zip").write_bytes(inner)


def _overlapping(place: Path, files: Mapping[str, str | bytes]) -> None:
    as_zip(place, {"neuralnet/activations.py": "0" * 100_000, "neuralnet/layers.py": "0"})
    raw = bytearray(Path(f"{place}.zip").read_bytes())
    second = raw.rindex(b"PK\1\2")
    # The second entry is the first one's bytes.
    raw[second + 42 : second + 46] = struct.pack("<I", 0)
    Path(f"{place}.zip").write_bytes(bytes(raw))


def _many(place: Path, files: Mapping[str, str | bytes]) -> None:
    with zipfile.ZipFile(f"{place}.zip", "w") as archive:
        for number in range(25_000):
            archive.writestr(f"neuralnet/m{number}.py", "")


def _deep(place: Path, files: Mapping[str, str | bytes]) -> None:
    """Far down, and with modules that no file system can hold below the package."""
    inside = {"neuralnet/" + "d/" * 3000 + "x.py": "", "neuralnet/" + "dd/" * 400 + "x.py": ""}
    as_zip(place, {"d/" * 3000 + path: text for path, text in {**files, **inside}.items()})


def _cut(place: Path, files: Mapping[str, str | bytes]) -> None:
    as_zip(place, files)
    raw = Path(f"{place}.zip").read_bytes()
    Path(f"{place}.zip").write_bytes(raw[: len(raw) // 2])


def _row(name: str, pack: Callable[..., None], *, ungraded: bool, otter: bool = False) -> Attack:
    return Attack(name, "pack", stubs(), pack=pack, ungraded=ungraded, otter=otter)


ATTACKS = (
    _row("zip_slip", _slip, ungraded=False, otter=True),
    _row("links_in_zip", _zip_links, ungraded=True),
    _row("links_in_folder", _folder_links, ungraded=True),
    _row("package_is_a_link", _package_link, ungraded=True),
    _row("submission_is_a_link", _submission_link, ungraded=True),
    _row("pipe_for_a_module", _pipe, ungraded=False),
    _row("zip_bomb", _bomb, ungraded=True),
    _row("nested_zip_bomb", _nested_bomb, ungraded=True),
    _row("overlapping_entries", _overlapping, ungraded=True),
    _row("very_many_files", _many, ungraded=True),
    _row("very_deep", _deep, ungraded=False),
    _row("cut_off", _cut, ungraded=True),
    _row("special_files", _special_files, ungraded=False),
    _row("names_that_collide", _colliding, ungraded=False),
    _row("locked_with_a_password", _locked, ungraded=True),
)
