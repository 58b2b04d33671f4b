"""Gradescope's exports become a class."""

from __future__ import annotations

import contextlib
import json

import pytest

from labkit.intake import Gradescope, User, open_submissions
from labkit.intake.gradescope import read_submitters
from tests.intake.handed_in import MODULES, PACKAGE, under
from tests.packing import lay, zipped

METADATA = """\
---
submission_456:
  :submitters:
  - :name: "Ren\\xE9e O'Hara"
    :sid: '0012'
    :email: renee@example.invalid
  - :name: 小龍 李
    :sid:
    :email: li@example.invalid
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-09-08 17:33:17.000000000 Z
  :score: 10.0
  :results:
    :tests:
    - output: |
        submission_999:
          :submitters:
          - :name: Nobody
submission_12:
  :submitters:
  - :name: Jo
    :email: jo@example.invalid
submission_77:
  :submitters:
  - :name: Gone
"""

EXPORT = (
    under("assignment_123_export/submission_456", PACKAGE)
    | under("assignment_123_export/submission_12/lab1", PACKAGE)
    | {"assignment_123_export/submission_metadata.yml": METADATA.encode()}
    | {"__MACOSX/assignment_123_export/._submission_metadata.yml": b"\0"}
)


@pytest.mark.parametrize("form", ["zip", "unpacked", "inner"])
def test_gradescope_exports(tmp_path, form):
    source = tmp_path / "export.zip"
    source.write_bytes(zipped(EXPORT))
    if form != "zip":
        source = lay(tmp_path / "unpacked", EXPORT)
        source = source / "assignment_123_export" if form == "inner" else source
    submissions = open_submissions(source, MODULES)
    assert submissions.names == ("submission_12", "submission_77", "submission_456")
    jo, gone, pair = submissions
    assert jo.platform == Gradescope(12, (User("Jo", "jo@example.invalid", ""),))
    assert [user.name for user in pair.platform.users] == ["Renée O'Hara", "小龍 李"]
    assert pair.platform.users[0].sid == "0012"
    assert pair.platform_data["users"][1]["email"] == "li@example.invalid"
    assert json.dumps(pair.platform_data)
    assert gone.problem is not None and gone.problem.endswith("the export has no files of it.")
    for one in (jo, pair):
        assert one.files == PACKAGE


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "submission_5:\n  :submitters: [\n", "\0"])
def test_gradescope_metadata_that_cannot_be_read_costs_only_the_names(tmp_path, text):
    files = under("submission_5", PACKAGE) | {"submission_metadata.yml": text.encode()}
    (tmp_path / "e.zip").write_bytes(zipped(files))
    submissions = open_submissions(tmp_path / "e.zip", MODULES)
    assert submissions.names == ("submission_5",) and len(submissions.notes) == 1
    assert submissions[0].status == "ok" and submissions[0].platform.users == ()


def test_yaml_never_builds_objects():
    text = "submission_5:\n  :submitters:\n  - :name: !!python/object/apply:os.system [exit 1]\n"
    assert read_submitters(text) == {"submission_5": (User(),)}
    bomb = "submission_5:\n  :submitters: &a [" + ", ".join(["*a"] * 100) + "]\n"
    with contextlib.suppress(ValueError):
        read_submitters(bomb)
