# `make demo` shows a whole exam; `make test` runs every check. `make help` lists the rest.
# The targets are steps of one another and share .venv, so they run one at a time even under -j.
.NOTPARALLEL:
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

BIN := .venv/bin
CLIENT := $(wildcard client_web/package.json)
SLOW := browser or postgres or redis or faults or bench or journey

.PHONY: help setup system demo test check static client unit slow bench clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install everything under .venv and build the web client (does only what changed)
	@config/deploy/setup.sh

system: ## install what the tests use from the system, through apt where possible
	@config/deploy/system-parts.sh test

demo: setup ## run a whole exam and keep serving it
	@$(BIN)/exam demo $(DEMO)

test: setup system static client unit slow ## run every check and every test

check: setup static client unit ## the quick checks, under two minutes

static:
	@$(BIN)/ruff check .
	@$(BIN)/mypy

client:
ifneq ($(CLIENT),)
	@cd client_web && ../config/deploy/with-node.sh npm run --silent lint
	@cd client_web && ../config/deploy/with-node.sh npm run --silent test
endif

unit:
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile -m "not ($(SLOW))" $(PYTEST)

# Kills, databases of their own, whole exams, then browsers: mostly waiting, so two at a time, by file.
slow:
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=10 -m "$(SLOW)" --ignore tests/browser $(PYTEST)
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --durations=10 tests/browser $(PYTEST)

bench: setup ## measure answers per second, latency and the start storm
	@$(BIN)/python -m tests.bench $(BENCH)

clean: ## remove what was installed and built; data directories stay
	@rm -rf .venv .setup.lock exam.egg-info client_web/node_modules client_web/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
