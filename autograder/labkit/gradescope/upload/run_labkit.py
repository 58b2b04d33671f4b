"""Started by run_autograder; the kit lies beside this file."""

from labkit.gradescope import main

main()
