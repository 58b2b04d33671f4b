"""Stock `otter run` on a submission, as a subprocess, with its scores by question."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OtterRun:
    """What `otter run` left behind."""

    scores: dict[str, float] | None
    """Points by question, or None where it ended without a result."""
    results: str
    """results.json as text."""
    output: str
    """What it printed."""


def otter_run(autograder: Path, submission: Path, timeout: float = 300) -> OtterRun:
    """Run `otter run -a AUTOGRADER SUBMISSION` in a folder of its own."""
    with tempfile.TemporaryDirectory() as work:
        script = Path(sys.executable).with_name("otter")
        command = [str(script)] if script.is_file() else [sys.executable, "-P", "-m", "otter"]
        command += ["run", "-a", str(autograder.resolve()), "-o", work, str(submission.resolve())]
        done = subprocess.run(
            command, cwd=work, capture_output=True, text=True, timeout=timeout, check=False
        )
        path = Path(work) / "results.json"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        output = done.stdout + done.stderr
    if not text:
        return OtterRun(None, text, output)
    scores = {test["name"]: test["score"] for test in json.loads(text)["tests"] if "score" in test}
    return OtterRun(scores or None, text, output)
