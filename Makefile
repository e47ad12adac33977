# Everything a developer does. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
# What install did not compile, tests and their packages, is compiled once too, rather than by every process that starts.
export PYTHONDONTWRITEBYTECODE =

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
TESTERS ?= 2
SIDE_BY_SIDE = --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder
# Per cent of statements and branches that tests must reach: of all of services, and by unit tests alone of what decides.
FLOOR := 95
PURE_FLOOR := 100
PURE := services/contracts/*,services/counting/*,services/kpis/*,services/kpi_engine/fold/*,services/board/domain/*,services/definitions/domain/*,services/ingest/domain/*,services/ingest/sources/*,services/alerts/domain/*,services/reports/domain/*
ACCEPT := ../shared/accept/accept.py
BANK := --again --shuffle --kill 3 --instants
COMPILE := $(BIN)/uv pip compile pyproject.toml --extra embedded --extra otel --universal --python-version 3.11 \
	--no-emit-index-url --no-header --no-annotate --quiet

.PHONY: help demo test test-unit install lint types architecture docs ci generate coverage bench alert-days soak soak-alerts soak-prometheus wall-day mutants accept lock kafka alertmanager prometheus clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## run everything on this machine, with a moving wallboard (ARGS="--scenario double-eleven")
	@exec $(BIN)/floorpulse demo $(ARGS)

test: $(VENV)/.dev ## unit and integration tests; those against Apache Kafka where a JDK 17+ and Maven are present (ARGS="-k words")
	$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

test-unit: $(VENV)/.dev ## the quick tests: no servers, no network
	$(BIN)/pytest tests/unit $(ARGS)

install: $(VENV)/.dev ## make .venv with everything in it

lint: $(VENV)/.dev ## ruff: rules and layout
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

architecture: $(VENV)/.dev ## who may import whom
	$(BIN)/lint-imports

docs: $(VENV)/.dev ## the pages as a site, in site/; a page without a place, or a link that leads nowhere, is a failure
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

ci: $(VENV)/.dev ## what must be green before a change lands; skipping Apache Kafka, Alertmanager or Prometheus is a failure here
	$(MAKE) --jobs=2 --output-sync=target types lint architecture docs
	deploy/kafka/kafka.sh fetch
	deploy/alertmanager/alertmanager.sh fetch
	PYTHON=$(BIN)/python deploy/compose.sh fetch
	deploy/prometheus/prometheus.sh fetch
	TESTS_REQUIRE_KAFKA=1 TESTS_REQUIRE_ALERTMANAGER=1 TESTS_REQUIRE_COMPOSE=1 TESTS_REQUIRE_PROMETHEUS=1 $(MAKE) coverage ARGS="--durations=40"
	$(MAKE) accept BANK="--kill 3 --instants"

generate: $(VENV)/.dev ## write every generated document anew: docs/{kpis,settings,metrics,dashboards}.md, docs/schema, grafana/dashboards
	$(BIN)/python -m floorpulse.kpis.page > docs/kpis.md
	$(BIN)/python -m floorpulse.cli.settings_page > docs/settings.md
	$(BIN)/python -m floorpulse.cli.metrics_page > docs/metrics.md
	$(BIN)/python -m floorpulse.contracts.schema > docs/schema/events.schema.json
	$(BIN)/python -m floorpulse.contracts.asyncapi > docs/schema/asyncapi.json
	$(BIN)/python -m floorpulse.definitions.schema > docs/schema/definitions.schema.json
	$(BIN)/python -m floorpulse.origin.openapi > docs/schema/openapi.json
	$(BIN)/python -W ignore::DeprecationWarning -m grafana

# What decides is held to its floor by cases alone: what laws draw differs from run to run. Tracing makes Python three to
# four times as slow. So what says nothing about coverage is marked `no_cover` and run without, by itself, since with several
# testers pytest-cov 7.1 goes on tracing a test that is marked: simulated hours and days, pages in a browser, and what starts
# engines as processes. It comes first: pytest rewrites the assertions of all tests once, then not under tracing.
coverage: $(VENV)/.dev ## all tests with branch coverage, and its floors: what decides by cases, then everything
	$(BIN)/pytest $(SIDE_BY_SIDE) -m "hypothesis or no_cover" $(ARGS)
	TRACED_ALSO=thread $(BIN)/pytest tests/unit $(SIDE_BY_SIDE) -m "not hypothesis and not no_cover" --cov --cov-report= $(ARGS)
	$(BIN)/coverage report --include="$(PURE)" --fail-under=$(PURE_FLOOR)
	$(BIN)/pytest --ignore=tests/unit $(SIDE_BY_SIDE) -m "not hypothesis and not no_cover" --cov --cov-append --cov-report= $(ARGS)
	$(BIN)/coverage report --fail-under=$(FLOOR)

accept: $(VENV)/.runtime ## recorded contacts in, published figures out, compared cell by cell (needs ../shared/accept)
	@if [[ -f $(ACCEPT) ]]; then \
		set -x; \
		$(PYTHON) $(ACCEPT) bank $(BANK) --cli $(BIN)/floorpulse; \
		$(PYTHON) $(ACCEPT) phonenow --cli $(BIN)/floorpulse; \
	else \
		echo "skipped: the recorded contacts are not here ($(ACCEPT))"; \
	fi

bench: $(VENV)/.dev ## CPU an event of the engine and its peers on one log in one run, with a report in docs/benchmarks (ARGS="--systems ours,getmany --against REV")
	$(BIN)/python -m tests.benchmarks $(ARGS)

alert-days: $(VENV)/.dev ## simulated days whose trouble is known, and how well the example's rules tell it (ARGS="--seeds 5 --kinds busy,night")
	$(BIN)/python -m tests.benchmarks.alert_days $(ARGS)

soak: $(VENV)/.dev ## the long proofs on Apache Kafka: kills, storms, outages, fuzz, memory (ARGS="--parts kill --rounds 100")
	$(BIN)/python -m tests.reliability.soak $(ARGS)

soak-alerts: $(VENV)/.dev ## the long proofs of alerts: 10,000 schedules in virtual time, replicas killed and frozen on PostgreSQL (ARGS="--rounds 5")
	$(BIN)/python -m tests.reliability.alert_soak $(ARGS)

soak-prometheus: $(VENV)/.dev ## a real Prometheus with the shipped rules beside the demo's busiest day: what records and what fires (ARGS="--minutes 15")
	$(BIN)/python -m tests.reliability.prometheus_soak $(ARGS)

wall-day: $(VENV)/.dev ## a day of the wall in Chromium, run fast: its memory must not grow
	WALL_HOURS=24 $(BIN)/pytest -q -s tests/integration/test_wall_for_days.py

mutants: $(VENV)/.dev ## which changes of the engine's and the alerts' decisions no test notices (ARGS="'floorpulse.alerts.domain*'")
	TESTS_EXAMPLES=30 $(BIN)/mutmut run --max-children 2 $(ARGS)
	$(BIN)/mutmut results

lock: $(VENV)/.uv ## choose versions anew within pyproject.toml and write both locks (ARGS="--upgrade")
	$(COMPILE) $(ARGS) -o requirements.lock
	$(COMPILE) $(ARGS) --group dev --constraint requirements.lock -o requirements-dev.lock

kafka: ## fetch Apache Kafka's jars for the tests
	deploy/kafka/kafka.sh fetch

alertmanager: ## fetch Alertmanager for the tests, from Debian's package, without installing it
	deploy/alertmanager/alertmanager.sh fetch

prometheus: ## fetch Prometheus for the tests, from Debian's package, without installing it
	deploy/prometheus/prometheus.sh fetch

clean: ## remove what was made here: .venv, caches, the demo's state
	rm -rf $(VENV) .floorpulse .against tests/benchmarks/.pythons mutants site build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info services/kpi_engine/native/core-*
	find services tests -name __pycache__ -prune -exec rm -rf {} +

# Stamps: each says that the environment holds what its lock names, so that the second run is quick. Bytecode is made once,
# here: where Python may not write any, each process would compile all that it imports, three quarters of a start's CPU.
$(VENV)/.uv: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Floorpulse needs Python 3.11 or newer, not %d.%d: set PYTHON=…" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml $(wildcard services/kpi_engine/native/*.[ch]) $(VENV)/.uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m compileall -q services
	@$(BIN)/python -m floorpulse.kpi_engine.native.build
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.lock
	@touch $@
