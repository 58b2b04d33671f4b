"""grades.csv: complete, and safe to open."""

from __future__ import annotations

import csv
from pathlib import Path

from labkit.classroom.grades import write_grades
from labkit.judging import result as results
from tests.sample_results import LAB, question, result


def test_grades_csv_holds_a_column_a_question_and_no_formula(tmp_path: Path) -> None:
    partial = {"relu": question("relu", [False, True], "Every entry has the wrong sign.")}
    unreadable = results.ungraded(LAB, "kim", "unreadable: kim.zip is cut short: hand it in again.")
    found = [result("=cmd()", partial), result("-1+1", marks={"why_xor": 2.5}), unreadable]
    write_grades(tmp_path / "grades.csv", found, LAB)
    rows = list(csv.DictReader((tmp_path / "grades.csv").open(encoding="utf-8-sig")))
    assert list(rows[0]) == [
        *("submission", "sigmoid", "relu", "forward", "why_xor"),
        *("total", "possible", "percent", "status", "name", "email", "sid", "origin"),
    ]
    assert [row["submission"] for row in rows] == ["'=cmd()", "'-1+1", "kim"]
    assert [row["total"] for row in rows] == ["90", "102.5", "0"]
    assert [row["possible"] for row in rows] == ["100", "105", "100"]
    assert [row["percent"] for row in rows] == ["90", "97.62", ""]
    assert rows[2]["status"].startswith("unreadable: ")
