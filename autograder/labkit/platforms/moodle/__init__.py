"""Both ways between the kit and Moodle: downloads and worksheet in, grades and pages out.

`by_files` makes the trip with what a teacher downloads and uploads, `live.by_services` over
Moodle's web services; `outcome` is what both bring back. How Moodle reads and writes was measured
on versions 4.5.6 and 5.1.3.
"""
