"""Calls that take too long end, whatever they catch."""

from __future__ import annotations

import threading

import pytest

from labkit.student.labcheck.limits import OutOfTime, limited


def test_an_endless_loop_ends_also_where_it_catches_everything() -> None:
    def stubborn() -> None:
        for _ in range(3):
            try:
                while True:
                    pass
            except BaseException:
                pass

    with pytest.raises(OutOfTime):
        limited(stubborn, 0.1)


def test_it_ends_in_any_thread() -> None:
    found: list[str] = []

    def body() -> None:
        try:
            limited(lambda: [None for _ in iter(int, 1)], 0.1)
        except OutOfTime:
            found.append("ended")

    thread = threading.Thread(target=body)
    thread.start()
    thread.join(60)
    assert found == ["ended"]


def test_what_is_in_time_gives_its_value_and_its_errors() -> None:
    assert limited(lambda: 3, 10) == 3
    with pytest.raises(ZeroDivisionError):
        limited(lambda: 1 / 0, 10)
