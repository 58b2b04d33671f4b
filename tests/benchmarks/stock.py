"""Stock `otter run`, the peer: Otter with nothing of the kit's around it.

Its zip is the kit's own without the plugin, so that the very same cases run as Otter runs them: in
the student's kernel. The submission's notebook is as short as it can be, since the kit executes no
cell of it either, and beside it lies what the cases need: the checks that students have, with the
expected values of the hidden cases too.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from labkit.base.zips import read_tree, write_zip
from labkit.judging.grader import load_questions
from labkit.judging.judge import Recorder
from labkit.judging.knowledge import Knowledge
from labkit.lab.bundle import Bundle
from labkit.student import labcheck
from tests.benchmarks import measure, submissions
from tests.packing import zipped


def run_seconds(autograder: Path, submission: Path) -> float:
    """CPU seconds of one `otter run`; NotMeasured where it does not give all points."""
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-c", "from otter.cli import cli; cli()", "run"]
        command += ["-a", str(autograder), "-o", work, str(submission)]
        used = measure.run(command, cwd=Path(work), timeout=600)
        found = json.loads((Path(work) / "results.json").read_text(encoding="utf-8"))
    missed = [t["name"] for t in found["tests"] if t.get("score", 0) < t.get("max_score", 0)]
    if missed:
        raise measure.NotMeasured(f"otter run gives no full points for {', '.join(missed)}")
    return used.cpu


def write(bundle: Bundle, folder: Path) -> tuple[Path, Path]:
    """Write the autograder without the plugin and a submission for it; gives both zips."""
    with zipfile.ZipFile(bundle.root / "autograder.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    config = json.loads(files["otter_config.json"])
    config.pop("plugins", None)
    files = {name: content for name, content in files.items() if not name.startswith("labkit/")}
    files["otter_config.json"] = json.dumps(config).encode()
    folder.mkdir(parents=True)
    write_zip(folder / "autograder.zip", files, ("run_autograder", "setup.sh"))

    handed_in: dict[str, str | bytes] = dict(submissions.correct(bundle))
    for name, content in read_tree(bundle.student).items():
        if not name.startswith(("tests/", "neuralnet/")) and not name.endswith(".ipynb"):
            handed_in[name] = content
    handed_in[f"{bundle.lab.name}.ipynb"] = nbformat.writes(_notebook())
    handed_in["recorded.npz"] = _recorded(bundle)
    submission = folder / "submission.zip"
    submission.write_bytes(zipped(handed_in))
    return folder / "autograder.zip", submission


def _notebook() -> Any:
    source = "import labcheck, pathlib\nlabcheck.use(labcheck.Recorded(pathlib.Path()))"
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [nbformat.v4.new_code_cell(source)]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


def _recorded(bundle: Bundle) -> bytes:
    """Expected values of all cases, in the form that the student's checks read."""
    lab = bundle.lab
    knowledge = Knowledge(lab)
    recorder = Recorder(lab, knowledge)
    arrays: list[np.ndarray] = []
    cases: dict[str, Any] = {}
    for question in load_questions(bundle):
        labcheck.run_cases(question.cases, recorder)
        for case in recorder.cases:
            cases[case.name] = [
                {
                    "expected": labcheck.pack(
                        knowledge.expected((case.name, tried.index), lambda: None), arrays
                    ),
                    "wrong": {},
                }
                for tried in case.tried
            ]
    with np.load(bundle.student / "recorded.npz", allow_pickle=False) as stored:
        manifest = json.loads(stored["manifest"].tobytes().decode())
    text = json.dumps(manifest | {"cases": cases}).encode()
    members: dict[str, Any] = {f"a{index}": array for index, array in enumerate(arrays)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, manifest=np.frombuffer(text, np.uint8), **members)
    return buffer.getvalue()
