# Formwright. `make` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PYTHON ?= python3
STAMP := .venv/.installed
SHUFFLED := $(if $(FRESH),--randomly-seed=default)

.PHONY: help
help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

# uv from PATH, else uv in a small environment of its own, else plain pip.
$(STAMP): requirements-dev.lock pyproject.toml
	@PYTHON="$(PYTHON)" ./.ci/install
	@touch $@

# Only the tests want it.
S3 := .venv/s3/.installed
$(S3): requirements-s3.lock | $(STAMP)
	@PYTHON="$(PYTHON)" ./.ci/s3
	@touch $@

.PHONY: setup
setup: $(STAMP) ## install everything into .venv

.PHONY: run
run: $(STAMP) ## set up and start Formwright (data in ./data)
	@exec $(PY) -m app up

PYTEST := $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(SHUFFLED)

.PHONY: test
test: $(STAMP) $(S3) browser ## every behaviour, real servers and browser
	$(PYTEST) -m "not full"

.PHONY: test-full
test-full: $(STAMP) $(S3) browser ## the same in both languages and in large sizes
	FULL=1 $(PYTEST)

.PHONY: test-quick
test-quick: $(STAMP) $(S3) ## no browser, PostgreSQL, crashes, long property tests, walks over all routes
	$(PYTEST) -m "not slow and not browser and not full"

.PHONY: browser
browser: $(STAMP)
	@./.ci/browser

.PHONY: lint
lint: $(STAMP) ## style, imports, templates
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-cache
	.venv/bin/djlint --quiet --lint templates
	$(PY) -m app schemas check

.PHONY: types
types: $(STAMP) ## mypy, strict on runtime and builder
	.venv/bin/mypy

.PHONY: schemas
schemas: $(STAMP) ## write the generated JSON Schemas
	$(PY) -m app schemas build

.PHONY: bench
bench: $(STAMP) ## our figures as ratios to a hand-coded app
	$(PY) -m bench

.PHONY: messages
messages: $(STAMP) ## collect the texts to translate
	@mkdir -p build
	.venv/bin/pybabel -q extract -F babel.cfg -k _l -k N_ --no-location --sort-output -o build/messages.pot .
	.venv/bin/pybabel update -w 100 -i build/messages.pot -d runtime/translations -l zh --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

.PHONY: vendor
vendor: ## fetch the front-end files from npm anew and write their checksums
	$(PYTHON) static/vendor/vendor.py

.PHONY: clean
clean: ## remove what was installed and built
	rm -rf .venv .boot build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
