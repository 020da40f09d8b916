# The only entry point: `make` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PY := $(BIN)/python
export PYTHONPATH := layers/core:.
export SAM_CLI_TELEMETRY := 0

# sam build looks for the Lambda runtime's own Python on PATH.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 18

setup: .venv/ready ## fetch uv, Python and the locked packages into this folder

.venv/ready: requirements.lock infra/setup.sh
	@infra/setup.sh

lock: .venv/ready ## renew requirements.lock from pyproject.toml
	@.tools/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade --output-file requirements.lock

run: setup ## the desk at work on this machine, through one day (SPEED=220 PORT=8642 SETTINGS=file.yaml)
	@$(PY) -m infra.local.run $(if $(SPEED),--speed $(SPEED)) $(if $(PORT),--port $(PORT)) $(if $(SETTINGS),--settings $(SETTINGS)) $(RUN_OPTIONS)

replay: setup ## recorded posts in virtual time (POSTS=file.jsonl SETTINGS=file.yaml BRAND_ID=id OUT=folder)
	@test -n "$(POSTS)" || { echo "say which posts: make replay POSTS=file.jsonl"; exit 2; }
	@$(PY) -m infra.local.replay "$(POSTS)" $(if $(SETTINGS),--settings "$(SETTINGS)") $(if $(BRAND_ID),--brand-id "$(BRAND_ID)") $(if $(OUT),--out "$(OUT)")
