"""Attacks, as tables: what may come at each boundary, and what has to hold. ``python -m tests.attacks`` tries and counts them."""
