"""Recordings of an org's pages, which replay without the org.

A recording holds, per step, static copies of the pages, and what the page objects looked for and read on them. All that
names the org or its people is replaced before anything is written. The tests in
``tests/replay`` look for and read the same again.
"""

SUFFIX = ".recording.zip"
"""How the name of a recording ends."""
