"""Switches and fixtures that many tests share."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest
from hypothesis import settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
settings.register_profile("no deadline", deadline=None)  # a busy machine is no failure
settings.load_profile("no deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--slow` turns the expensive tests on, `--exhaustive` those that take many minutes, too."""
    parser.addoption("--slow", action="store_true", help="run the expensive tests too")
    parser.addoption("--exhaustive", action="store_true", help="run all tests, for a release")


_for_a_release = False


def pytest_configure(config: pytest.Config) -> None:
    """Note for `missing` what was asked for."""
    global _for_a_release
    _for_a_release = bool(config.getoption("--exhaustive"))


def missing(reason: str) -> NoReturn:
    """Skip for want of a tool on this machine; before a release that is a failure."""
    if _for_a_release:
        pytest.fail(f"not skipped before a release: {reason}", pytrace=False)
    pytest.skip(reason)


LONGEST = (
    "tests/building/test_audit.py",
    "tests/building/site/",
    "tests/platforms/moodle/test_live.py",
    "tests/classroom/",
    "tests/adversarial/",
    "tests/judging/test_agreement.py",
    "tests/building/",
    "tests/student/",
)
"""What takes minutes. These modules start first: at the end no process is left alone with one."""


def _place(item: pytest.Item) -> int:
    return next((n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)), 99)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the longest, and skip what is marked slow unless it is asked for."""
    items.sort(key=_place)
    if config.getoption("--exhaustive"):
        return
    for item in items:
        if "exhaustive" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="takes many minutes; run with --exhaustive"))
        elif "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))
