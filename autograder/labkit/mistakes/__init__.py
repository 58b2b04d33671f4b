"""The catalogue of mistakes: wrong versions of a lab's functions, and right ones in other styles.

A wrong answer that equals a mistake's is *named* in the feedback. The same mistakes audit the
grader: each must lose its own question's points and no others; the variants must get full marks.
They lie in the lab's folder, `mistakes/<module>.py`:

    @mistake("sigmoid")
    def sigmoid_mirrored(z):
        \"\"\"The curve is mirrored: this is σ(−z)

        Which way should the curve go? …
        \"\"\"
        return 1 / (1 + np.exp(z))

The docstring's first paragraph is the title, one plain sentence; the rest is the hint, which says
what to ask, print or count, never the code. A variant's docstring says what is different about it.
"""

from __future__ import annotations

from labkit.mistakes.catalogue import HINT_LENGTH, Catalogue, Mistake, Variant, Version
from labkit.mistakes.marking import mistake, variant
from labkit.mistakes.transplant import lifted_source, submission_files, submission_with

__all__ = [
    "HINT_LENGTH",
    "Catalogue",
    "Mistake",
    "Variant",
    "Version",
    "lifted_source",
    "mistake",
    "submission_files",
    "submission_with",
    "variant",
]
