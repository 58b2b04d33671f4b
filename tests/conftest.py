"""Switches and fixtures that many tests share."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--slow` turns the expensive tests on, `--exhaustive` those that take many minutes, too."""
    parser.addoption("--slow", action="store_true", help="run the expensive tests too")
    parser.addoption("--exhaustive", action="store_true", help="run all tests, for a release")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked slow unless it is asked for."""
    if config.getoption("--exhaustive"):
        return
    for item in items:
        if "exhaustive" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="takes many minutes; run with --exhaustive"))
        elif "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))
