# make run      start everything here; Ctrl-C stops it    make run PORT=8080  elsewhere
# make test     run the tests                            make test ARGS="-k resume"
# make bench    measure throughput, resumes and delay    make bench ARGS=--million  a ledger of a million
# make reset    start over
# make faults   break everything and count who is lost  make faults EXPORTS=500 SEED=7
# make model    try the protocol's model out            make model HISTORIES=2000 SEED=7
# make lint     style        make types  types           make format         tidy up
#
# Each sets up what it needs. PYTHON=python3.13 chooses another Python (3.11 or newer),
# VENV=.venv-313 another place for its packages.

PYTHON ?= python3
VENV ?= .venv
IN := $(VENV)/bin/
PIP := $(IN)python -m pip install -qq --disable-pip-version-check --no-deps
# The type checker reads the settings; these values are not secrets.
TYPES_ENV := SECRET_KEY=types CREDENTIALS_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=

.PHONY: run test bench faults model reset lint types format
.DEFAULT_GOAL := run

run: $(VENV)/.ready-to-run
	@exec $(IN)python -m pinsync.launcher run

reset: $(VENV)/.ready-to-run
	@exec $(IN)python -m pinsync.launcher reset

test: $(VENV)/.ready-to-test
	@$(IN)python -m pytest -q -n 2 $(ARGS)

bench: $(VENV)/.ready-to-test
	@$(IN)python -m tests.bench $(ARGS)

faults: $(VENV)/.ready-to-test
	@$(IN)python -m tests.faults $(if $(EXPORTS),--exports $(EXPORTS)) \
	  $(if $(SEED),--seed $(SEED)) $(ARGS)

model: $(VENV)/.ready-to-test
	@$(IN)python -m tests.model $(if $(HISTORIES),--histories $(HISTORIES)) \
	  $(if $(SEED),--seed $(SEED))

lint: $(VENV)/.ready-to-test
	@$(IN)ruff check . && $(IN)ruff format --check .

types: $(VENV)/.ready-to-test
	@$(TYPES_ENV) $(IN)mypy .

format: $(VENV)/.ready-to-test
	@$(IN)ruff check --fix . && $(IN)ruff format .

$(VENV)/.ready-to-run: requirements.txt | $(VENV)/bin/python
	@echo "Installing what PinSync needs (once) ..."
	@$(PIP) -r requirements.txt && $(IN)python -m pip check -q && touch $@

$(VENV)/.ready-to-test: requirements-dev.txt $(VENV)/.ready-to-run
	@echo "Installing what its tests need (once) ..."
	@$(PIP) -r requirements-dev.txt && $(IN)python -m pip check -q && touch $@

$(VENV)/bin/python:
	@command -v $(PYTHON) > /dev/null || { \
	  echo "$(PYTHON) was not found. Install Python 3.11 or newer, or name one:" \
	    "make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "PinSync needs Python 3.11 or newer, and $(PYTHON) is older. Name another:" \
	    "make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu:" \
	    "apt install python3-venv"; exit 1; }
