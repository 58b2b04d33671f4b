"""What the figures were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def description() -> dict[str, Any]:
    """Processor, cores, memory, kernel, and the versions of what is compared."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "otter": version("otter-grader"),
        "torch": version("torch"),
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
    }


def in_a_line(about: Mapping[str, Any]) -> str:
    """A description for people."""
    versions = ("python", "numpy", "otter", "torch")
    parts = [about.get("cpu"), f"{about.get('cores')} cores", about.get("system")]
    parts += [f"{name} {about[name]}" for name in versions if about.get(name)]
    return ", ".join(map(str, parts))


def version(project: str) -> str | None:
    """An installed project's version, or None."""
    try:
        return importlib.metadata.version(project)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cpu() -> str:
    if sys.platform.startswith("linux"):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None
    return round(pages * size / 1e9, 1)
