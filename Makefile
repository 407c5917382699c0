# Everything that a developer or CI does, and the two commands of the README.  `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# One stamp a Python version: another PYTHON makes the environment anew, a changed pyproject.toml updates it.
PROGRAM := $(VENV)/.program-$(VERSION)
TOOLS := $(VENV)/.tools-$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint format docs translations screenshots system-packages bench locked lock audit clean

help:
	@echo 'make demo             report on a sample incident, into ha-report-demo/'
	@echo 'make test             run the linters and all tests that this machine has the parts for'
	@echo 'make test COMPLETE=1  the same, and a test that is left out is a failure (as in CI)'
	@echo 'make test ARGS=...    with options for pytest, such as ARGS="-k archive"'
	@echo 'make lint             run the linters alone'
	@echo 'make format           format the sources'
	@echo 'make docs             write the pages that are made of the program anew'
	@echo 'make translations     bring the catalogues of other languages up to date'
	@echo 'make screenshots      take the pictures of README and docs anew (needs chromium)'
	@echo 'make system-packages  install what the tests of a real cluster and browser need (root, Debian)'
	@echo 'make bench            measure how fast it is'
	@echo 'make venv             only set up .venv, with all tools; PYTHON=python3.10 for another version'
	@echo 'make locked           the same with the very versions of requirements-dev.txt, proved by their hashes'
	@echo 'make lock             write requirements-dev.txt anew (needs uv)'
	@echo 'make audit            look for known vulnerabilities in them (needs pip-audit and the network)'
	@echo 'make clean            remove all that was made here'

venv: $(TOOLS)

$(PROGRAM): pyproject.toml
	@echo 'Setting up $(VENV) with Python $(VERSION) ...'
	@test -e $@ || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --editable .
	@touch $@

$(TOOLS): $(PROGRAM)
	@echo 'Adding the tools of development ...'
	@$(PIP) --editable '.[dev]'
	@touch $@

demo: $(PROGRAM)
	@$(BIN)/ha-report demo --force ha-report-demo

test: lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup $(if $(COMPLETE),--complete) $(ARGS)

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(PROGRAM)
	$(BIN)/python docs/commands.py
	$(BIN)/python docs/messages.py
	$(BIN)/python docs/rules.py

translations: $(TOOLS)
	$(BIN)/python docs/translations.py

screenshots: $(TOOLS)
	$(BIN)/python docs/screenshots.py

system-packages:
	.ci/system-packages

bench: $(TOOLS)
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/page.py

locked:
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes --requirement requirements-dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(PROGRAM) $(TOOLS)

lock:
	@echo '# All that development and CI use, with hashes, for Python 3.10 to 3.14.  Made anew by `make lock`, which needs uv.' >requirements-dev.txt
	uv pip compile --universal --python-version 3.10 --extra dev --generate-hashes --no-emit-index-url --no-annotate \
	    --no-header --quiet pyproject.toml >>requirements-dev.txt

audit:
	pip-audit --strict --requirement requirements-dev.txt --require-hashes --disable-pip

clean:
	rm -rf $(VENV) ha-report-demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
