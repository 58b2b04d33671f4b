"""`labkit site`: the labs as a static folder, to work through in a browser with nothing installed.

Pages are made from what student.zip holds, which was scanned for leaks when it was built, and from
lab.toml's words for a course. Names of files that a browser keeps carry a hash of their content: a
new version of the site is taken at once.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from labkit.base import paths
from labkit.base.files import write_bytes
from labkit.building import leaks
from labkit.building.site import pyodide, vendored
from labkit.building.site.lesson import Lesson, lesson
from labkit.building.site.text import Typesetter
from labkit.lab.bundle import Bundle

_HERE = Path(__file__).parent
_TIME = (2020, 1, 1, 0, 0, 0)


def write(bundles: Sequence[Bundle], out: Path, python: str | None = None) -> list[str]:
    """Write the site of these labs to `out`; gives what to say, a line each.

    Raises LabkitError, and CheckFailedError where a page would give something away.
    """
    source = pyodide.source(python)
    modules = vendored.modules()
    kit, imports = _kit(modules)
    name = f"kit-{_hash(*(path.encode() + data for path, data in sorted(kit.items())))}"
    site: dict[str, bytes] = {f"{name}/{path}": data for path, data in kit.items()}
    common = {"kit": name, "imports": imports, "python": source.address}
    about = []
    for bundle in bundles:
        typesetter = Typesetter()
        one = lesson(bundle, typesetter)
        files = _lab_files(one)
        data = _data(one, files)
        about.append({"lab": bundle.lab, "data": data})
        page = _page("lab.html", lesson=one, data=data, **common)
        page = typesetter.finish(page, modules)
        leaks.check_page(bundle, f"{bundle.lab.short}/index.html", page)
        site |= files | {f"{bundle.lab.short}/index.html": page.encode()}
    site["index.html"] = _page("home.html", labs=about, kit=name).encode()
    site["instructors.html"] = _page("instructors.html", said=source.said, kit=name).encode()
    for path, content in site.items():
        write_bytes(out / path, content)
    for path, file in source.files.items():
        write_bytes(out / path, file.read_bytes())
    size = sum(map(len, site.values())) / 1e6
    return [
        f"{out / 'index.html'}  {len(site)} files, {size:.1f} MB without Python",
        source.said,
        f"To look at it here: python -m http.server --bind 127.0.0.1 --directory {out} 8000",
    ]


def _hash(*content: bytes) -> str:
    return hashlib.sha256(b"\0".join(content)).hexdigest()[:12]


def _kit(modules: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """What all pages share, and the paths of the modules that scripts import by name."""
    kit = {path.name: path.read_bytes() for path in sorted((_HERE / "static").iterdir())}
    kit["explore.js"] = (paths.STUDENT_FILES / "explore.js").read_bytes()
    imports = {}
    for name, path in vendored.editor_modules(modules):
        imports[name] = f"editor/{name.replace('/', '-').removeprefix('@')}.js"
        kit[imports[name]] = path.read_bytes()
    katex = modules / "katex" / "dist"
    kit["katex/katex.min.css"] = (katex / "katex.min.css").read_bytes()
    for font in sorted((katex / "fonts").glob("*.woff2")):
        kit[f"katex/fonts/{font.name}"] = font.read_bytes()
    return kit, imports


def _lab_files(one: Lesson) -> dict[str, bytes]:
    """What the page of a lab fetches: its folder as a zip, and the pictures."""
    packed = _packed(one.files)
    files = {f"{one.bundle.lab.short}/lab-{_hash(packed)}.zip": packed}
    for name, data in one.pictures.items():
        path = Path(name)
        files[f"data/{path.stem}-{_hash(data)}{path.suffix}"] = data
    return files


def _data(one: Lesson, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What the script of the page reads, addresses as seen from the page."""
    addresses = {_hash(data): path for path, data in files.items()}
    (packed,) = (path for path in files if path.endswith(".zip"))
    pictures = {name: f"../{addresses[_hash(data)]}" for name, data in one.pictures.items()}
    version = _hash(packed.encode(), *(data for _, data in sorted(one.files.items())))
    return one.data | {"zip": f"../{packed}", "pictures": pictures, "version": version}


def _packed(files: Mapping[str, bytes]) -> bytes:
    """A zip, the same bytes for the same content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters["script"] = _script
    return made


def _script(value: Any) -> str:
    """JSON that can stand in a script element."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/").replace("<!--", "<\\u0021--")


def _page(name: str, **values: Any) -> str:
    return _environment().get_template(name).render(values)
