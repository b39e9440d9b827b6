# Everything a fresh machine needs is made on the way: the virtual environment, the packages, the browser.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2

.PHONY: demo test lint types docs bundle bundle-matrix bundle-check browser clean

demo: $(STAMP) browser
	$(BIN)/python -m automation.create_app --demo

test: $(STAMP) browser
	$(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report=term $(TESTARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

docs: $(STAMP)
	$(BIN)/python -m automation.docs $(if $(LOG),--log)

# Rebuilds the replica's pages from their source; needs Node 20 or newer.
bundle: $(STAMP)
	$(BIN)/python -m automation.replica.build

# The other cells of the bundle matrix, into build/replica; tests run in every cell that is built.
bundle-matrix: $(STAMP)
	$(BIN)/python -m automation.replica.build --matrix

# Fails when the committed pages do not match their source.
bundle-check: $(STAMP)
	$(BIN)/python -m automation.replica.build --check

# A browser: one that is there, else Playwright's download. Packages of the system are not installed: it says which.
browser: $(STAMP)
	@$(BIN)/python -m automation.get_browser

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache htmlcov .coverage*
