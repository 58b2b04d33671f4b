"""Started by run_autograder, and with --try by setup.sh; the kit lies beside this file."""

import sys

from labkit.platforms import gradescope

if "--try" in sys.argv:
    gradescope.try_out()
else:
    gradescope.main()
