"""`labkit build`: from masters and solutions to student.zip and autograder.zip.

Otter Assign makes the notebook and the test files, Otter Generate the autograder; this module
prepares their input, adds what they do not know of, and proves the result.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from labkit import __version__
from labkit.base import paths
from labkit.base.errors import CheckFailedError, LabkitError
from labkit.base.files import write_bytes, write_json, write_text
from labkit.base.zips import read_tree, write_zip
from labkit.building import cases, leaks, requirements
from labkit.judging.grader import load_questions
from labkit.judging.judge import Recorder
from labkit.judging.knowledge import Knowledge
from labkit.lab import reference, stubs
from labkit.lab.bundle import FINGERPRINT, PLACES, WRITTEN, Bundle
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue, lifted_source
from labkit.student import labcheck
from labkit.student.labcheck.libraries import LIBRARIES

_KEPT_SECONDS = 6 * 3600
"""Since its last use: another command may still be grading with an older build."""


def cache_folder() -> Path:
    """Where built labs are kept between commands."""
    if paths.IN_CHECKOUT:
        return paths.SOLUTIONS.parent / "build" / "labs"
    return Path.home() / ".cache" / "labkit" / "labs"


def build_key(lab: Lab, own_work: bool = False) -> str:
    """A hash of everything that a built lab depends on."""
    digest = hashlib.sha256(f"{__version__} {own_work} {np.__version__}".encode())
    parts = {
        "lab": read_tree(lab.folder),
        "kit": kit_files(lab),
        "building": {
            name: content
            for name, content in read_tree(paths.PACKAGE / "building").items()
            if not name.startswith("site/")  # made from what is built
        },
        "student": read_tree(paths.STUDENT_FILES),
        "upload": read_tree(paths.GRADESCOPE_UPLOAD),
    }
    for part, files in parts.items():
        for name, content in sorted(files.items()):
            digest.update(f"{part}/{name}\0".encode() + hashlib.sha256(content).digest())
    digest.update(_earlier(lab).encode())
    return digest.hexdigest()[:16]


def grading_parts(lab: Lab, files: Mapping[str, bytes]) -> dict[str, str]:
    """A hash of each part that can change a grade, of what travels in the autograder.

    Words of lab.toml and what a platform shows are none.
    """
    config = (lab.contract, lab.questions, lab.config.bonus, lab.thresholds, lab.limits, lab.seed)
    numbers = hashlib.sha256(str(config).encode())
    kit = hashlib.sha256(np.__version__.encode())
    questions = {}
    for name, content in sorted(files.items()):
        digest = hashlib.sha256(content)
        path = Path(name)
        if path.parts[0] == "labs" and path.parent.name == "tests":
            questions[f"question {path.stem}"] = digest.hexdigest()[:16]
        elif path.parts[0] == "labs" and path.name not in ("lab.toml", PLACES):
            numbers.update(name.encode() + b"\0" + digest.digest())
        elif path.parts[0] == "labkit" and not name.startswith("labkit/platforms/"):
            kit.update(name.encode() + b"\0" + digest.digest())
    return {"kit": kit.hexdigest()[:16], "numbers": numbers.hexdigest()[:16], **questions}


def _earlier(lab: Lab) -> str:
    """What a lab takes from those that it builds on."""
    return repr([function for function in lab.contract if function not in lab.functions])


def kept_at(lab: Lab, own_work: bool = False) -> Path:
    """Where the cache keeps the lab once it is built."""
    return cache_folder() / f"{lab.name}{'-own' if own_work else ''}-{build_key(lab, own_work)}"


def built(lab: Lab, own_work: bool = False) -> Bundle:
    """The lab, built; from the cache where nothing that it depends on has changed."""
    root = kept_at(lab, own_work)
    if not (root / "student.zip").is_file():
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder()) as work:
            _build(lab, Path(work) / "new", own_work)
            _forget_old(lab.name)
            with contextlib.suppress(OSError):  # another process was faster
                (Path(work) / "new").rename(root)
    with contextlib.suppress(OSError):  # a cache that may only be read
        os.utime(root)  # its last use: see `_forget_old`
    return Bundle(root)


def _forget_old(name: str) -> None:
    """Remove builds of a lab that nothing can be using any more."""
    for old in cache_folder().glob(f"{name}-*"):
        named = re.fullmatch(rf"{name}(-own)?-[0-9a-f]{{16}}", old.name)
        if named and time.time() - old.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def deliver(bundle: Bundle, out: Path) -> list[Path]:
    """Copy a built lab's zips to `out/<lab>/`; gives the files."""
    files = []
    for name in ("student.zip", "autograder.zip", "gradescope.zip"):
        source = bundle.root / name
        if source.is_file():
            target = out / bundle.lab.short / name
            write_bytes(target, source.read_bytes())
            files.append(target)
    return files


# ---------------------------------------------------------------- the build itself


def _build(lab: Lab, root: Path, own_work: bool) -> None:
    from labkit.building import cells, notebook

    reference.check(lab)
    with tempfile.TemporaryDirectory() as scratch:
        assigned = _otter_assign(lab, Path(scratch))
        for version in Catalogue.of(lab).versions:
            lifted_source(version)  # what is wrong is told of the lab's folder, not of its copy
        _lay_out_grader(lab, root, assigned)
        bundle = Bundle(root)
        manifest, arrays = record(bundle)
        figures = lab.folder / "figures.py"  # no part of what the grader gets
        _lay_out_student(
            bundle, assigned, figures, own_work=own_work, manifest=manifest, arrays=arrays
        )
        cells.check(lab, bundle.student)
        write_json(root / WRITTEN, notebook.written_questions(lab))
        leaks.check(bundle)
        _write_student_zip(bundle)
        _write_autograder(bundle, assigned)


def _otter_assign(lab: Lab, scratch: Path) -> Path:
    """Run Otter Assign on the master; gives its output folder."""
    # Notebook libraries take seconds to import, and only a build needs them.
    import nbformat

    from labkit.building import notebook

    source = scratch / "master"
    source.mkdir()
    nbformat.write(notebook.notebook(lab), source / f"{lab.name}.ipynb")
    shutil.copy(paths.STUDENT_FILES / "check.py", source)
    from otter.assign import main as otter_assign

    logging.getLogger("otter").setLevel(logging.WARNING)
    captured = io.StringIO()
    try:
        with contextlib.redirect_stdout(captured), contextlib.redirect_stderr(captured):
            otter_assign(
                str(source / f"{lab.name}.ipynb"),
                str(scratch / "assigned"),
                no_run_tests=True,
                no_pdfs=True,
            )
    except Exception as error:
        raise LabkitError(f"Otter Assign stopped on {lab.text} and its cases: {error}.") from error
    return scratch / "assigned"


def _lay_out_grader(lab: Lab, root: Path, assigned: Path) -> None:
    target = root / "labs" / lab.name
    for path in sorted((assigned / "autograder" / "tests").glob("*.py")):
        write_text(target / "tests" / path.name, path.read_text(encoding="utf-8"))
    write_json(target / PLACES, cases.places(lab))
    write_bytes(target / "lab.toml", (lab.folder / "lab.toml").read_bytes())
    for path in (*_assets(lab), *sorted((lab.folder / "mistakes").glob("*.py"))):
        write_bytes(target / path.relative_to(lab.folder), path.read_bytes())
    for name, functions in _functions_by_lab(lab).items():
        lines = [f'{function} = "{module}"' for function, module in functions.items()]
        write_text(root / "labs" / name / "lab.toml", "\n".join(["[functions]", *lines, ""]))
    files = kit_files(lab) | _lab_files(root)
    write_json(root / FINGERPRINT, grading_parts(lab, files))


def _functions_by_lab(lab: Lab) -> dict[str, dict[str, str]]:
    """Functions and modules of the labs that a lab builds on, by lab."""
    found: dict[str, dict[str, str]] = {}
    for name in lab.earlier:
        number = int(re.findall(r"\d+", name)[0])
        found[name] = {one.name: one.module for one in lab.contract if one.lab == number}
    return found


def _lab_files(root: Path) -> dict[str, bytes]:
    """The lab as it travels in an autograder."""
    return {f"labs/{name}": content for name, content in read_tree(root / "labs").items()}


def _assets(lab: Lab) -> list[Path]:
    """Data and pictures of a lab's own, which both sides get."""
    return sorted(
        path
        for path in lab.folder.iterdir()
        if path.suffix in {".npz", ".npy", ".csv", ".png", ".jpg", ".svg"}
    )


def _lay_out_student(
    bundle: Bundle,
    assigned: Path,
    figures: Path,
    *,
    own_work: bool,
    manifest: dict[str, Any],
    arrays: list[np.ndarray],
) -> None:
    import nbformat

    from labkit.building import notebook

    lab, target = bundle.lab, bundle.student
    book = nbformat.read(assigned / "student" / f"{lab.name}.ipynb", as_version=4)
    notebook.name_cells(book)
    manifest["notebook"] = notebook.fingerprint(book)
    write_text(target / f"{lab.name}.ipynb", nbformat.writes(book) + "\n")
    for path in sorted((assigned / "student" / "tests").glob("*.py")):
        write_text(target / "tests" / path.name, path.read_text(encoding="utf-8"))
    for name, text in stubs.stub_package(lab, own_work=own_work).items():
        write_text(target / name, text)
    for name, content in read_tree(paths.STUDENT_FILES / "labcheck").items():
        write_bytes(target / "labcheck" / name, content)
    write_bytes(target / "check.py", (paths.STUDENT_FILES / "check.py").read_bytes())
    write_bytes(target / "labdata.py", (paths.STUDENT_FILES / "data.py").read_bytes())
    for name in ("explore.py", "explore.js", "guesses.py"):
        write_bytes(target / name, (paths.STUDENT_FILES / name).read_bytes())
    if figures.is_file():
        write_bytes(target / "figures.py", figures.read_bytes())
    write_bytes(target / "recorded.npz", _recorded(manifest, arrays))
    for name, content in read_tree(paths.ASSIGNMENTS / "data").items():
        if not name.endswith(".py") and name != "held_back.npz":  # images for the grader alone
            write_bytes(target / "data" / name, content)
    for path in _assets(lab):
        if (target / "data" / path.name).exists():
            raise LabkitError(
                f"{figures.with_name(path.name)}: students' data/ gets a file of that name from the"
                " kit: give yours another name."
            )
        write_bytes(target / "data" / path.name, path.read_bytes())
    write_text(target / "requirements.txt", "\n".join(requirements.of_students(lab)) + "\n")
    write_text(target / "README.md", _readme(lab))


def _readme(lab: Lab) -> str:
    text = (paths.STUDENT_FILES / "README.md").read_text(encoding="utf-8")
    *others, last = (f"`neuralnet/{module}.py`" for module in lab.modules)
    words = {
        "title": lab.title,
        "due": f"\n**Due {lab.due}.**\n" if lab.due else "",
        "name": lab.name,
        "files": f"{', '.join(others)} and {last}" if others else last,
        "libraries": " and ".join(LIBRARIES),
        "command": requirements.COMMAND,
    }
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    return text


def _write_student_zip(bundle: Bundle) -> None:
    """With the lab's folder around it: unpacking one lab beside another overwrites nothing."""
    files = read_tree(bundle.student)
    name = bundle.lab.name
    write_zip(bundle.root / "student.zip", {f"{name}/{path}": data for path, data in files.items()})


def _recorded(manifest: dict[str, Any], arrays: list[np.ndarray]) -> bytes:
    """An .npz of the manifest and its arrays, the same bytes for the same content."""
    text = json.dumps(manifest, ensure_ascii=False).encode()
    members = {"manifest": np.frombuffer(text, dtype=np.uint8)}
    members |= {f"a{i}": array for i, array in enumerate(arrays)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in members.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(array), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (2020, 1, 1, 0, 0, 0)), content.getvalue()
            )
    return buffer.getvalue()


def _refuse_failed(lab: Lab, recorder: Recorder, case: labcheck.CaseRun) -> None:
    """Raises CheckFailedError where the reference failed a case, for whoever wrote both."""
    if case.failed and (problem := case.tried[-1].problem):
        told = " ".join(labcheck.compose(problem, (), hidden=False).splitlines())
        raise CheckFailedError(
            f"{lab.name}: the reference fails the case “{case.title}” of {recorder.question} "
            f"({recorder.written_at(case.name, 1)}): {told}"
        )


def record(bundle: Bundle) -> tuple[dict[str, Any], list[np.ndarray]]:
    """What a student's folder needs instead of the reference: outputs on the public inputs.

    Raises CheckFailedError where the reference fails a case or a case cannot run.
    """
    lab = bundle.lab
    recorder = Recorder(lab, Knowledge(lab))
    arrays: list[np.ndarray] = []
    recorded: dict[str, Any] = {}
    case_points: dict[str, float] = {}
    for question in load_questions(bundle):
        try:
            labcheck.run_cases(question.cases, recorder)
            if recorder.broken:
                raise CheckFailedError(f"{lab.name}: {recorder.broken[0]}")
            for case in recorder.cases:
                _refuse_failed(lab, recorder, case)
            recorded |= recorder.record(arrays)
        except LabkitError:
            raise
        except Exception as error:
            why = labcheck.why(question.cases, recorder, error)
            raise CheckFailedError(f"{lab.name}: {why}") from error
        case_points |= {case.name: case.points for case in question.cases if not case.hidden}
    used = {key for probes in recorded.values() for probe in probes for key in probe["wrong"]}
    manifest = {
        "lab": lab.name,
        "title": lab.title,
        "questions": lab.questions,
        "bonus": sorted(lab.bonus),
        "modules": lab.contract.module_of,
        "given": sorted(set(lab.contract.modules) - set(lab.modules)),
        "thresholds": lab.thresholds,
        "limits": lab.limits.model_dump(),
        "numpy": ".".join(np.__version__.split(".")[:2]),
        "client": lab.config.client,
        "cases": recorded,
        "case_points": case_points,
        "contracts": {name: recorder.contract_of(name).names() for name in lab.questions},
        "hints": {
            one.key: {"title": one.title, "hint": one.hint}
            for one in recorder.knowledge.catalogue.mistakes
            if one.key in used
        },
    }
    return manifest, arrays


def _write_autograder(bundle: Bundle, assigned: Path) -> None:
    """Otter's zip, with the kit and the lab beside it."""
    (source,) = (assigned / "autograder").glob("*-autograder_*.zip")
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    ours = kit_files(bundle.lab) | _lab_files(bundle.root)
    executable = ("run_autograder", "setup.sh")
    write_zip(bundle.root / "autograder.zip", files | ours, executable)
    upload = read_tree(paths.GRADESCOPE_UPLOAD)
    write_zip(bundle.root / "gradescope.zip", ours | upload, executable)


_GRADING = ("base", "lab", "mistakes", "sandbox", "intake", "judging", "platforms/gradescope")
"""Folders of the package that grading one submission imports."""


def kit_files(lab: Lab) -> dict[str, bytes]:
    """What grading a lab imports, as it travels inside an autograder: code, reference, images."""
    package = paths.PACKAGE
    wanted = {
        "__init__.py": package / "__init__.py",
        "student/data.py": package / "student/data.py",
    }
    for folder in ("student", "platforms"):
        wanted[f"{folder}/__init__.py"] = package / folder / "__init__.py"
    files = {f"labkit/{name}": path.read_bytes() for name, path in wanted.items()}
    for folder in (*_GRADING, "student/labcheck"):
        for name, content in read_tree(package / folder).items():
            if name.endswith(".py") and not name.startswith("upload/"):
                files[f"labkit/{folder}/{name}"] = content
    for path, text in stubs.sources(lab).items():
        files[f"labkit/_solutions/{path}"] = text.encode()
    images = read_tree(paths.ASSIGNMENTS / "data")
    files |= {
        f"labkit/_assignments/data/{name}": content
        for name, content in images.items()
        if not name.endswith(".py")
    }
    return files
