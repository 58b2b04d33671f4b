"""The files of a submission as a worker gets them: a copy of what intake chose."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Code:
    """A submission's files, `neuralnet/layers.py` and the like, in memory."""

    files: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """Equal for equal files."""
        summary = hashlib.sha256()
        for path in sorted(self.files):
            summary.update(f"{path!r} {len(self.files[path])}\n".encode(errors="replace"))
            summary.update(self.files[path])
        return summary.hexdigest()

    @property
    def mentions_plotting(self) -> bool:
        """Whether matplotlib may be imported."""
        return any(
            b"matplotlib" in content or b"pylab" in content
            for path, content in self.files.items()
            if path.endswith(".py")
        )

    def lines(self, path: str) -> int:
        """Number of lines of a file; 0 if there is no such file."""
        content = self.files.get(path)
        return 0 if content is None else len(content.splitlines()) + 1

    def completed(self, modules: Mapping[str, str]) -> Code:
        """The same with those of `modules` (text by path) that it does not bring itself."""
        brought = {path.removesuffix(".py").removesuffix("/__init__") for path in self.files}
        missing = {
            path: text.encode()
            for path, text in modules.items()
            if path.removesuffix(".py") not in brought
        }
        return Code({**self.files, **missing})
