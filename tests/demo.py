"""`make demo`: build every lab and grade a sample class for each, with the real commands.

python -m tests.demo FOLDER [LAB …]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from labkit.lab.course import available, find
from tests import sample_class


def main() -> int:
    """Build, write the classes, grade them; gives the exit code."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
    named = sys.argv[2:]
    labs = [find(name) for name in named] or available()
    run("build", *named, "--out", str(out / "dist"))
    for lab in labs:
        submissions = out / lab.short / "submissions"
        # An endless loop takes its time: to see one is enough.
        without = () if lab == labs[0] else (sample_class.ENDLESS,)
        sample_class.write(lab, submissions, sample_class.EMPTY_NOTEBOOK, without=without)
        run("grade", lab.short, str(submissions), "--out", str(out / lab.short))
    print(f"\nStudents get {out}/dist/<lab>/student.zip.")
    print(f"Open {out}/<lab>/report.html in a browser.")
    return 0


def run(*arguments: str) -> None:
    """One labkit command, shown as it is typed."""
    print(f"\n$ labkit {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", "labkit", *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
