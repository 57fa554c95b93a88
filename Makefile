# Two commands do everything: `make run` and `make test`. Each sets up what it needs, once.

PYTHON ?= python3
VENV   ?= .venv
HOST   ?= 0.0.0.0:8443
MOT    ?= ../shared/data/mot
BIN    := $(VENV)/bin

.PHONY: help run test test-long other-browsers check third-party demo bench bench-long soak setup setup-dev browser lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: setup ## start the server and print its address and QR code
	@$(BIN)/openeyes serve --host $(HOST)

test: setup-dev browser ## run every test: Python, page modules, a real browser
	@node --test tests/web/
	@$(BIN)/python -m pytest

test-long: setup-dev browser ## what `make test` leaves out: more of the page, about ten minutes
	@$(BIN)/python -m pytest -m long

other-browsers: setup-dev ## the page in Firefox and WebKitGTK, as far as they are here or can be installed
	@sh tools/other_browsers.sh
	@OTHER_BROWSERS=1 $(BIN)/python -m pytest tests/other_browsers -s

check: setup-dev ## lint and types, in seconds
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

third-party: setup-dev ## try the language-model client on a server by other people (1.2 GB to set up)
	@PYTHON=$(PYTHON) sh tools/third_party.sh $(BIN)

demo: setup ## annotate the built-in sample into openeyes-demo.mp4
	@$(BIN)/openeyes demo

bench: MINUTES ?= 15
bench: setup-dev browser ## ours beside its peers, into docs/benchmarks.md (MINUTES=15, MOT=labelled video)
	@PYTHONPATH=.:benchmarks $(BIN)/python -m bench --minutes $(MINUTES) --mot $(MOT)

bench-long: setup-dev browser ## the assistant, the tracker and memory: about an hour (MOT=labelled video)
	@PYTHON=$(PYTHON) MOT=$(MOT) sh benchmarks/all.sh $(BIN)

soak: MINUTES ?= 60
soak: setup-dev browser ## one stream for an hour: does anything grow? (MINUTES=60)
	@PYTHONPATH=.:benchmarks $(BIN)/python benchmarks/soak.py --minutes $(MINUTES)

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.lock pyproject.toml
	@PYTHON=$(PYTHON) sh tools/setup.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml
	@PYTHON=$(PYTHON) sh tools/setup.sh $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.installed

browser:
	@sh tools/browser.sh

lock: ## resolve the pinned dependencies again
	@PYTHON=$(PYTHON) sh tools/lock.sh

clean: ## remove everything that make made
	@rm -rf $(VENV) .venv-bench .venv-bench-* .venv-third-party .mypy_cache .ruff_cache .pytest_cache .hypothesis artefacts
