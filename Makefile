# The few commands of every day. `make help` lists them.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
CARGO ?= cargo
# Arguments for the service: make run ARGS="--listen 127.0.0.1:9000"
ARGS ?=

.PHONY: help run test lint bench trials viewers fuzz openapi setup

help: ## list the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: ## start the service, with a private PostgreSQL and images under ./data
	scripts/setup.sh
	exec $(CARGO) run --release --locked -- serve $(ARGS)

test: ## everything that must hold: format, lints, documentation, licences, all tests
	scripts/setup.sh --tests
	$(MAKE) --no-print-directory lint
	$(CARGO) test --locked

lint: ## format, lints, documentation, licences
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps
	python3 scripts/check_dependencies.py

bench: ## measure; numbers only, nothing fails
	scripts/setup.sh
	$(CARGO) build --release --locked
	scripts/bench.sh

trials: ## send a crowd beside viewers of tiles; fails when a bound is broken
	scripts/setup.sh
	$(CARGO) build --release --locked
	python3 tests/trials/crowd.py $(ARGS)

viewers: ## open what is published in Mirador and Universal Viewer, in a browser
	scripts/setup.sh --viewers
	$(CARGO) build --release --locked
	node tests/viewers/run.js $(ARGS)

fuzz: ## damaged files and requests, a million of each kind
	scripts/setup.sh
	TRIPTYCH_FUZZ=$${TRIPTYCH_FUZZ:-1000000} $(CARGO) test --locked --test it fuzz:: -- --nocapture

openapi: ## write the description of the REST interface to openapi/
	$(CARGO) run --locked --quiet -- openapi openapi

setup: ## install what building, running and testing need
	scripts/setup.sh --tests
