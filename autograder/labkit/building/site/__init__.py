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
from labkit.base.zips import read_tree
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
    own = {"worker": f"../{name}/worker.js", "code": f"../{name}/browser.py"}
    begins = own | {"python": source.address}
    common = {"kit": name, "imports": imports}
    about = []
    for bundle in bundles:
        typesetter = Typesetter()
        one = lesson(bundle, typesetter)
        files, needs = _lab_files(one)
        about.append({"lab": bundle.lab, "needs": needs})
        page = _page("lab.html", lesson=one, needs=needs | begins, data=one.data, **common)
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
        *filter(None, [source.note]),
        f"To look at it here: python -m http.server --bind 127.0.0.1 --directory {out} 8000",
    ]


def _hash(*content: bytes) -> str:
    return hashlib.sha256(b"\0".join(content)).hexdigest()[:12]


def _kit(modules: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """What all pages share, and the paths of the modules that scripts import by name."""
    kit = read_tree(_HERE / "static")
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


def _lab_files(one: Lesson) -> tuple[dict[str, bytes], dict[str, Any]]:
    """What the page of a lab fetches for Python, and its addresses as seen from there."""
    files: dict[str, bytes] = {}

    def address(path: Path, data: bytes) -> str:
        name = path.with_name(f"{path.stem}-{_hash(data)}{path.suffix}").as_posix()
        files[name] = data
        return f"../{name}"

    folder = Path(one.bundle.lab.short)
    parts = {
        question: _packed({str(at): data for at, data in part.items()})
        for question, part in one.recorded.items()
    }
    needs = {
        "zip": address(folder / "lab.zip", _packed(one.files)),
        "recorded": {
            question: address(folder / f"{question}.zip", data) for question, data in parts.items()
        },
        "pictures": {
            name: address(Path("data", Path(name).name), data)
            for name, data in one.pictures.items()
        },
    }
    one.data["version"] = _hash(*(name.encode() for name in sorted(files)))
    return files, needs


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
