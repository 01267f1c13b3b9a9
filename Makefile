# Set-up, the main job, the tests: each target does what it needs by itself, in .venv.
#   make report    install, then every report of the newest complete quarter from sample data
#   make test      install, then the test suite (under 5 minutes on 2 cores)
#   make check     format, lint, types, tests
#   make bench     the measurements of docs/performance.md
PYTHON ?= python3
QUARTER ?= latest
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: install report test check bench lock clean

install: .venv/.installed

# What is installed is what was locked, byte for byte, and nothing else: --no-deps leaves pip nothing to resolve.
LOCKED := $(PIP) --no-deps --require-hashes -r
.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(LOCKED) requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	$(LOCKED) requirements-dev.lock
	touch $@

.venv/.installed-bench: .venv/.installed-dev requirements-bench.lock
	$(LOCKED) requirements-bench.lock
	touch $@

report: install
	$(BIN)/district-reports draft $(QUARTER) --source sample

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

check: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy district_reports flows tests/portal
	$(MAKE) test

bench: .venv/.installed-bench
	$(BIN)/python -m benchmarks

# The lock files hold for every platform and Python from 3.11 on; uv resolves, pip installs.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet
lock: .venv/.installed-dev
	$(PIP) "uv>=0.9,<1"
	$(LOCK) --extra dev --extra bench -o requirements-bench.lock
	$(LOCK) --extra dev -c requirements-bench.lock -o requirements-dev.lock
	$(LOCK) --extra install -c requirements-bench.lock -o requirements.lock

# What people entered (records.sqlite3) cannot be made again, and stays.
clean:
	rm -rf .venv .prefect .mypy_cache .ruff_cache .pytest_cache .hypothesis data/sample dist build
	test ! -d data/var || find data/var -mindepth 1 -maxdepth 1 ! -name 'records.sqlite3*' -exec rm -rf {} +
