"""What stays on the disk, or cannot be removed from it."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import EVERYWHERE
from tests.adversarial.attacks.submission import hostile

attack = partial(hostile, "disk")


ATTACKS = (
    attack(
        "own_folder_removed",
        EVERYWHERE,
        """
        import os, shutil
        here = os.getcwd()
        shutil.rmtree(here, ignore_errors=True)
        try: os.rename(here, here + "x")
        except OSError: pass
        everywhere(lambda z, *more: z)
    """,
    ),
    attack(
        "folders_nobody_can_read",
        """
        import os
        deep = "d"
        os.umask(0o777)
        for number in range(60):
            try: os.mkdir(deep, 0o000); os.mkdir("e%d" % number, 0o000)
            except OSError: pass
            deep += "/d"
        for name in ("x" * 255, "\\n\\t\\x01", "-rf", "~", "\\udcff", " "):
            try: open(name, "w").close()
            except (OSError, UnicodeError): pass
    """,
    ),
)
