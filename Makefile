# The only entry point: `make` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PY := $(BIN)/python
# A name with spaces in it is one file, if there is such a file; else the names in it are several.
space := $() $()
export PYTHONPATH := layers/core:.
export SAM_CLI_TELEMETRY := 0

# sam build looks for the Lambda runtime's own Python on PATH; the layers' Makefiles use it and uv.
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools:$(PATH)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 18

# --- see it work

run: setup ## the desk on this machine, through one day (SPEED=220 PORT=8642 SETTINGS=file.yaml; ACT=no: nobody acts)
	@$(PY) -m infra.local.run $(if $(SPEED),--speed $(SPEED)) $(if $(PORT),--port $(PORT)) $(if $(SETTINGS),--settings "$(SETTINGS)") $(if $(filter no,$(ACT)),--no-act) $(RUN_OPTIONS)

replay: setup ## recorded posts in virtual time (POSTS="files or -" SETTINGS=file.yaml BRAND_ID=id OUT=folder LENIENT=yes)
	@test -n "$(POSTS)" || { echo "say which posts: make replay POSTS=file.jsonl"; exit 2; }
	@$(PY) -m infra.replay.cli $(if $(wildcard $(subst $(space),\ ,$(POSTS))),"$(POSTS)",$(POSTS)) $(if $(LENIENT),--lenient) $(if $(SETTINGS),--settings "$(SETTINGS)") $(if $(BRAND_ID),--brand-id "$(BRAND_ID)") $(if $(OUT),--out "$(OUT)")

record: setup ## the last seven days from X as posts.jsonl, for make replay; asks for a token, says the price (SETTINGS=file.yaml MOST=2000 OUT=file)
	@$(PY) -m infra.record $(if $(SETTINGS),--settings "$(SETTINGS)") $(if $(MOST),--most "$(MOST)") $(if $(OUT),--out "$(OUT)")

triage: setup ## the tags of posts and the words that decided: type one, or lines of text or JSON on stdin (SETTINGS=file.yaml)
	@$(PY) -m infra.triage $(if $(SETTINGS),--settings "$(SETTINGS)")

# --- work on it

setup: .venv/ready ## fetch uv, Python and the locked packages into this folder

.venv/ready: requirements.lock infra/setup.sh
	@infra/setup.sh

# The longest first, so that no worker is left with one of them at the end; xdist itself begins with the files that
# have the most tests, and leaves the few long ones of faults for last.
ALL_TESTS = tests/faults/ $(filter-out tests/faults/,$(sort $(dir $(wildcard tests/*/test_*.py))))

# Python keeps the tests' bytecode, even where the surroundings say otherwise: without it each process of them compiles
# the tests and all that they import anew.
test: setup ## all tests (TESTS=path for some)
	@PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder --durations=10 $(or $(TESTS),$(ALL_TESTS))

faults: setup ## a crash at every call, a hostile X and a hostile AWS, in full (make test tries some of each kind)
	@FAULTS=all $(PY) -m pytest -q tests/faults

bench: setup ## cost and speed against the last accepted table (BENCH="mentions --accept"), or beside another checkout (OTHER=path)
	@$(PY) -m tests.benchmarks $(if $(OTHER),--other "$(OTHER)") $(BENCH)

emulators: setup ## stores, roles, built functions and the whole stack on emulators (needs Java, Node, npm; EMULATORS="stack runtime")
	@$(PY) -m tests.emulators $(EMULATORS)

mutants: setup .tools/mutants ## change the code in small ways and see whether a test fails (MINUTES=30 SEED=1)
	@PYTHONPATH="$(PYTHONPATH):.tools/mutants" $(PY) -m tests.mutants --minutes $(or $(MINUTES),30) --seed $(or $(SEED),1) $(MUTANTS)

# Beside the locked packages: mutmut wants another click than sam does, and only its operators are used.
.tools/mutants:
	@.tools/uv pip install --quiet --no-deps --target $@ mutmut==3.8.1 libcst==1.9.0

evaluate: setup ## precision of triage beside VADER, and how soon outages are detected (SETS=folder EVALUATE="--mistakes 20"); CORRECTIONS=yes: what people corrected in your desk (STACK=name)
	@$(PY) $(if $(CORRECTIONS),-m infra.operate corrections $(if $(STACK),--stack $(STACK)),-m tests.evaluation $(if $(SETS),"$(SETS)")) $(EVALUATE)
	@$(if $(CORRECTIONS)$(SETS),,$(PY) -m tests.evaluation.incidents)
	@$(if $(CORRECTIONS)$(SETS),,$(PY) -m tests.evaluation.replies)

evaluate-replies: setup ## the rate of each check on recorded replies, and what stops the invented ones (REPLIES="recordings --show RULE")
	@$(PY) -m tests.evaluation.replies $(REPLIES)

triage-model: setup ## train triage's model anew, after a change to data/triage or to its tables (CHECK=yes only compares)
	@$(PY) -m infra.train_triage $(if $(CHECK),--check)

pictures: setup ## make the pictures that README and docs show, from today's pages (needs Chromium)
	@$(PY) -m tests.pictures

lint: setup ## style, types and language
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet || { echo "run make format"; exit 1; }
	@$(BIN)/mypy layers/core/mentiondesk infra tests functions
	@$(PY) -m infra.check_language

format: setup ## format the code
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

validate: setup ## check the template as SAM reads it
	@$(BIN)/sam validate --lint

build: setup ## build for Lambda (arm64), and check what was built
	@$(BIN)/sam build
	@$(PY) -m infra.check_build

check: test lint validate ## everything that CI runs
	@$(MAKE) --no-print-directory triage-model CHECK=yes
	@if [ -x $(BIN)/python3.13 ]; then $(MAKE) build; else echo "skipped: sam build needs Python 3.13, the runtime's own"; fi

sbom: setup ## list what is deployed as a CycloneDX bill of materials: out/sbom.json
	@$(PY) -m infra.sbom out/sbom.json

audit: setup ## look up known vulnerabilities of the locked packages (needs the network)
	@.tools/uv tool run --from pip-audit==2.9.0 pip-audit --require-hashes --disable-pip -r requirements.lock

lock: setup ## resolve pyproject.toml into requirements.lock
	@.tools/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade --output-file requirements.lock
	@$(PY) -m infra.layer_locks

# --- put it on AWS, and operate it (STACK=name for another stack than mentiondesk)

deploy: build ## deploy; asks for the parameters the first time, and keeps them in deploy/<stack>.json (YES=yes asks nothing)
	@$(PY) -m infra.deploy $(if $(STACK),--stack $(STACK)) $(if $(YES),--yes)
	@$(PY) -m infra.operate renew-settings $(if $(STACK),--stack $(STACK))

configure: setup ## ask for the parameters of a stack again, and deploy nothing
	@$(PY) -m infra.deploy --configure $(if $(STACK),--stack $(STACK))

teardown: setup ## take a stack down; its table, site and secrets stay (DATA=yes deletes them too)
	@$(PY) -m infra.teardown $(if $(STACK),--stack $(STACK)) $(if $(DATA),--data)

adopt-table: setup ## put a restored table under a stack (TABLE=name)
	@test -n "$(TABLE)" || { echo "say which table: make adopt-table TABLE=name"; exit 2; }
	@$(PY) -m infra.adopt_table "$(TABLE)" $(if $(STACK),--stack $(STACK))

restore-drill: setup ## restore a desk's table on this machine, and let the desk go on with it
	@AWS_ACCESS_KEY_ID=drill AWS_SECRET_ACCESS_KEY=drill AWS_DEFAULT_REGION=eu-west-1 $(PY) -m infra.restore_drill

settings: setup ## put settings in force (FILE=shop.yaml)
	@test -n "$(FILE)" || { echo "say which file: make settings FILE=shop.yaml"; exit 2; }
	@$(PY) -m infra.operate settings "$(FILE)" $(if $(STACK),--stack $(STACK))

check-settings: setup ## what is wrong with settings, and what a person would ask about (FILE=shop.yaml)
	@test -n "$(FILE)" || { echo "say which file: make check-settings FILE=shop.yaml"; exit 2; }
	@$(PY) -m infra.check_settings "$(FILE)"

x-credentials: setup ## store the brand's X user token; asks for its four parts
	@$(PY) -m infra.operate x-credentials $(if $(STACK),--stack $(STACK))

x-write-credentials: setup ## store the X token that may write, for replies; asks for its four parts
	@$(PY) -m infra.operate x-credentials --write $(if $(STACK),--stack $(STACK))

statuspage-key: setup ## store the API key of Atlassian Statuspage; asks for it
	@$(PY) -m infra.operate statuspage-key $(if $(STACK),--stack $(STACK))

keys: setup ## make the keys that sign links where they are missing, or replace one (REPLACE=links KEEP_OLD=yes)
	@$(PY) -m infra.operate keys $(if $(REPLACE),--replace "$(REPLACE)") $(if $(KEEP_OLD),--keep-old) $(if $(STACK),--stack $(STACK))

redrive: setup ## give reports of undelivered mail that failed to forget_bounced again
	@$(PY) -m infra.operate redrive $(if $(STACK),--stack $(STACK))

event-secret: setup ## make the secret that signs the webhooks of an endpoint, and print it (ENDPOINT=crm; DROP_OLD=yes ends the one before)
	@test -n "$(ENDPOINT)" || { echo "say which: make event-secret ENDPOINT=crm"; exit 2; }
	@$(PY) -m infra.operate event-secret "$(ENDPOINT)" $(if $(DROP_OLD),--drop-old) $(if $(STACK),--stack $(STACK))

events-log: setup ## list the events of a day and what became of them (ENDPOINT=crm SINCE=2026-12-01T12:00)
	@$(PY) -m infra.operate events-log $(if $(ENDPOINT),--endpoint "$(ENDPOINT)") $(if $(SINCE),--since "$(SINCE)") $(if $(STACK),--stack $(STACK))

events-replay: setup ## enable an endpoint, and deliver its events again from a time on (ENDPOINT=crm SINCE=2026-12-01T12:00)
	@test -n "$(ENDPOINT)" || { echo "say which: make events-replay ENDPOINT=crm"; exit 2; }
	@$(PY) -m infra.operate events-replay "$(ENDPOINT)" $(if $(SINCE),--since "$(SINCE)") $(if $(STACK),--stack $(STACK))

doctor: setup ## look at everything around the stack that can keep alerts from arriving (SENDER=address before the first deploy)
	@$(PY) -m infra.doctor $(if $(STACK),--stack $(STACK)) $(if $(SENDER),--sender "$(SENDER)")

reclassify: setup ## have a post classified again that was set aside (POST=id)
	@test -n "$(POST)" || { echo "say which post: make reclassify POST=1234567890"; exit 2; }
	@$(PY) -m infra.operate reclassify "$(POST)" $(if $(STACK),--stack $(STACK))

reads: setup ## let so many more posts be read today, beyond the budget (MORE=2000)
	@test -n "$(MORE)" || { echo "say how many: make reads MORE=2000"; exit 2; }
	@$(PY) -m infra.operate reads "$(MORE)" $(if $(STACK),--stack $(STACK))

forget: setup ## erase one person's posts and cases, or one post (USER=id or POST=id, X's numbers)
	@test -n "$(filter command line,$(origin USER))$(POST)" || { echo "say whom or what: make forget USER=1234567890, or POST=1234567890"; exit 2; }
	@$(PY) -m infra.operate forget $(if $(POST),--post "$(POST)",--user "$(USER)") $(if $(STACK),--stack $(STACK))

export: setup ## print all that is stored about one person, as JSON (USER=id, X's number)
	@test -n "$(filter command line,$(origin USER))" || { echo "say whom: make export USER=1234567890"; exit 2; }
	@$(PY) -m infra.operate export --user "$(USER)" $(if $(STACK),--stack $(STACK))

incident: setup ## publish an incident by hand (TITLE="..." BODY="..." IMPACT=major PARTS=ids BEGAN=2026-12-01T12:10 TEMPLATE=name BY=id)
	@test -n "$(TITLE)$(TEMPLATE)" || { echo 'say what: make incident TITLE="Online shop: checkout fails" BODY="We are on it." PARTS=online-shop'; exit 2; }
	@$(PY) -m infra.operate incident "$(TITLE)" --body "$(BODY)" $(if $(IMPACT),--impact $(IMPACT)) --parts "$(PARTS)" $(if $(BEGAN),--began "$(BEGAN)") --template "$(TEMPLATE)" --by "$(BY)" $(if $(STACK),--stack $(STACK))

move-maintenance: setup ## give planned maintenance other times (ID=... FROM=2026-12-02T22:00 UNTIL=2026-12-02T23:30 BODY="...")
	@$(PY) -m infra.operate move-maintenance "$(ID)" --from "$(FROM)" --until "$(UNTIL)" --body "$(BODY)" --by "$(BY)" $(if $(STACK),--stack $(STACK))

cancel-maintenance: setup ## cancel planned maintenance, or end it early (ID=... BODY="...")
	@$(PY) -m infra.operate cancel-maintenance "$(ID)" --body "$(BODY)" --by "$(BY)" $(if $(STACK),--stack $(STACK))

maintenance: setup ## announce planned maintenance (TITLE="..." FROM=2026-12-01T22:00 UNTIL=2026-12-01T23:30 PARTS=ids BODY="...")
	@test -n "$(TITLE)" -a -n "$(FROM)" -a -n "$(UNTIL)" || { echo 'say what and when: make maintenance TITLE="New tills" FROM=2026-12-01T22:00 UNTIL=2026-12-01T23:30'; exit 2; }
	@$(PY) -m infra.operate maintenance "$(TITLE)" --from "$(FROM)" --until "$(UNTIL)" --parts "$(PARTS)" --body "$(BODY)" --by "$(BY)" $(if $(STACK),--stack $(STACK))

.PHONY: help run replay triage setup test faults emulators pictures bench evaluate evaluate-replies triage-model lint format validate build check lock sbom audit deploy configure teardown adopt-table restore-drill settings x-credentials x-write-credentials statuspage-key keys redrive event-secret events-log events-replay doctor reclassify maintenance incident move-maintenance cancel-maintenance record check-settings reads forget export
