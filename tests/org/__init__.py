"""The procedure as tests on a sandbox: ``pytest tests/org --org``. See ``docs/debugging.md``."""
