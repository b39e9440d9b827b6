"""The scheduled job over many sandboxes: which of them need work, doing it, and notifying people.

``python -m automation.refresh_sandboxes`` is a thin command over this package. Each module's head says what it does:
`orgs_file` and `references` (what is configured), `check` and `copies` (is there work?), `worker`, `repair` and `runner` (doing
it), `pool` (deadlines), `cluster` (on more machines), `history` (what was), `progress` and `notify` (reporting).
"""
