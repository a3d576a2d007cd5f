# One task file for a laptop and for a machine that checks changes. `make` alone says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
PYTEST := $(BIN)/python -m pytest
# Tests start many processes, and each would compile what it imports where bytecode may not be kept.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo check lint test soak bench device readme lock clean

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 8

setup: $(READY) ## a virtual environment in .venv with everything that requirements.lock names; does nothing when done

$(READY): requirements.lock pyproject.toml tools/find-python
	@python="$$(bash tools/find-python)"; \
	[ -x $(BIN)/python ] || "$$python" -m venv $(VENV)
	@echo "Installing what requirements.lock names (a minute or two, once) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
	@echo "Done. Next: make demo, or: source .venv/bin/activate && stetho --help"

demo: setup ## a simulated stethoscope through a real serial port into the live view; ARGS="--headless --seconds 30 --json"
	@$(BIN)/stetho demo $(ARGS)

lint: setup ## style, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: lint ## lint and the fast tests: under 2 minutes
	STETHO_TEST_PROFILE=fast $(PYTEST) -q -m "not slow" $(ARGS)

test: lint ## lint and all tests, heavy counts at a tenth: under 30 minutes on two cores
	CI=true STETHO_TEST_PROFILE=ci $(PYTEST) -q --durations=10 $(ARGS)

soak: setup ## all tests at their full counts
	CI=true STETHO_TEST_PROFILE=soak $(PYTEST) -q --timeout=7200 $(ARGS)

bench: setup ## the table of speeds, peers beside us
	@$(BIN)/stetho bench $(ARGS)

device: setup ## the device's half in C, built for a Cortex-M0, and its size; needs arm-none-eabi-gcc
	@$(BIN)/python tools/device_size.py $(ARGS)

readme: setup ## the README's table of speeds and picture of the live screen, made anew
	$(BIN)/stetho bench --json | $(BIN)/python tools/readme_table.py
	$(BIN)/python tools/live_picture.py

# Made without this machine's pip settings, so that no index and no local path can enter.
lock: setup ## pins the newest versions into requirements.lock
	@echo "# The versions that are tested together, on Linux and CPython 3.11, with their hashes. Made by \`make lock\`." > requirements.lock.new
	@PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= $(BIN)/pip-compile --quiet --output-file=- \
	  --generate-hashes --allow-unsafe --strip-extras --extra=clinic,lab,flash,audio,radio,test \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml requirements-dev.in >> requirements.lock.new
	@mv requirements.lock.new requirements.lock

clean: ## removes what builds and tests leave; the environment stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
