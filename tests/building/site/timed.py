"""How long labs take in the browser: `python -m tests.building.site.timed [lab1 lab2 …]`.

For each lab a browser that has never been there opens its page: the seconds until the first check
has answered, those until every check of the solution has, and those until every cell has run, too.
Times are worth something on a machine that does nothing else: its load is printed beside them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from labkit.building import site
from labkit.building.build import built
from labkit.lab import stubs
from labkit.lab.course import available
from labkit.lab.lab import Lab
from tests.browser import chromium
from tests.building.site import working
from tests.building.site.conftest import release, served

_MINUTES_10 = 600_000


def main(names: list[str]) -> None:
    """A line for each lab."""
    labs = [lab for lab in available() if not names or lab.short in names]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        site.write([built(lab) for lab in labs], folder / "site", str(release(folder)))
        print("lab    first check   all checks   all cells, too   load before, after", flush=True)
        with served(folder / "site") as address, chromium() as browser:
            for lab in labs:
                load = os.getloadavg()[0]
                first, checks, cells = _times(browser, address, lab)
                print(
                    f"{lab.short}  {first:9.1f} s {checks:10.1f} s {cells:14.1f} s"
                    f"   {load:11.1f}, {os.getloadavg()[0]:.1f}",
                    flush=True,
                )


def _times(browser: Any, address: str, lab: Lab) -> tuple[float, float, float]:
    """Seconds since the page was asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_MINUTES_10)
    began = time.monotonic()
    page = working.open_lab(context, address, lab)
    working.check(page, next(iter(lab.questions)))
    first = time.monotonic() - began
    working.write_functions(page, lab, stubs.solution_package(lab))
    page.get_by_role("button", name="Check all").click()
    page.locator("#allsaid .end").wait_for()
    checks = time.monotonic() - began
    passed = page.locator("#allsaid .pass").count()
    assert passed == len(lab.questions), page.locator("#allsaid").inner_text()
    working.run_all(page)
    cells = time.monotonic() - began
    context.close()
    return first, checks, cells


if __name__ == "__main__":
    main(sys.argv[1:])
