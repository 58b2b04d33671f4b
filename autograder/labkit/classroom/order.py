"""What is to be graded, and where its results go: a result is on disk as soon as it is there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labkit.classroom.folder import OutError, page_path, result_path, write
from labkit.intake import Submission
from labkit.intake.fit import unusable
from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.person import joined
from labkit.judging.result import Result
from labkit.lab.bundle import Bundle


@dataclass(frozen=True)
class Order:
    """The lab, where results go, and whether those of an earlier run count. Can be pickled."""

    bundle: Bundle
    out: Path
    resume: bool = False
    only: frozenset[str] = frozenset()
    """Names of those to grade again; all others stay as they were graded, if they were."""

    def settled(self, submission: Submission) -> Result | None:
        """The result of a submission that need not be graded: it was before, or has a problem."""
        if earlier := self._earlier(submission):
            return earlier
        if status := unusable(self.bundle.lab, submission):
            return self.keep(self.ungraded(submission, status))
        return None

    def _earlier(self, submission: Submission) -> Result | None:
        """The result of an earlier run over the same work with the same grader, if there is one."""
        if submission.name in self.only or not (self.resume or self.only):
            return None
        found = results.read(result_path(self.out, submission.name))
        if found is None:
            return None
        if not self.only and found.fingerprint != self.fingerprint(submission):
            return None
        if not page_path(self.out, submission.name).is_file():
            return None
        # The code is the same; the notebook beside it and what the platform tells may not be.
        found = replace(found, version=submission.version)
        told = json.loads(json.dumps(submission.platform_data))
        now = joined(found.platform, told)
        if now == found.platform:
            return found
        return self.keep(replace(found, platform=now))

    def fingerprint(self, submission: Submission) -> str:
        """The same only for the same work, graded by the same cases and the same code."""
        text = f"{submission.fingerprint} {submission.problem} {self.bundle.fingerprint}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def about(self, submission: Submission) -> dict[str, Any]:
        """What goes into a submission's Result beside its points."""
        return {
            "origin": submission.origin,
            "fingerprint": self.fingerprint(submission),
            "platform": submission.platform_data,
            "notes": submission.notes,
            "work": submission.fingerprint[:16],
            "version": submission.version,
            "provenance": self.bundle.parts,
        }

    def grade(self, grader: Grader, submission: Submission) -> Result:
        """Grade one submission; raises what the grader itself stops on."""
        return grader.grade(submission.files, submission.name, **self.about(submission))

    def ungraded(self, submission: Submission, status: str) -> Result:
        """The result of a submission that cannot be judged; what failed here is tried again."""
        about, lab = self.about(submission), self.bundle.lab
        result = results.ungraded(lab, submission.name, status, **about)
        return replace(result, fingerprint="") if result.own_fault else result

    def failed(self, submission: Submission, why: str) -> Result:
        """The result of one that the grader itself stopped on."""
        return self.keep(self.ungraded(submission, f"failed: {why}"))

    def keep(self, result: Result) -> Result:
        """Write a result's files. Raises OutError where OUT cannot take them."""
        try:
            return write(self.out, result, self.bundle.lab)
        except OSError as error:
            raise OutError(str(self.out), error.strerror or str(error)) from error
