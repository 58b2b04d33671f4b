"""The trip to Moodle and back without files by hand: over its web services.

    service.py      HTTP, errors as sentences, the token kept to itself
    assignment.py   what Moodle tells: the assignment, its people, what they handed in
    fetch.py        their files, each once, as submissions to grade
    journal.py      what was sent, so that a killed run goes on
    book.py         what Moodle holds: grades, comments, files, locks
    deliver.py      what is to be written, and writing it
    by_services.py  the command

How Moodle behaves there was measured on versions 4.5.6 and 5.1.3.
"""
