# `make run` and `make test` are all that a newcomer needs; each sets up what it uses.
PYTHON ?= python3
DB ?= cuttings.db
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test test-long install screenshots soak fuzz bench bench-curve bench-cluster bench-tools tools cluster cluster-stop test-cluster cluster-tools lock archive clean

run: install
	@$(BIN)/cuttings migrate --db $(DB)
	@$(BIN)/cuttings ingest seeds --db $(DB)
	@$(BIN)/cuttings serve --db $(DB) --host $(HOST) --port $(PORT) $(SERVE)

test: .venv/.tested tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4

# In more and longer histories what matters most: what may be seen, edits, queries, stops,
# and the same on working copies. With CUTTINGS_TEST_FORM=long `make test` does so with all of it.
LONG_FORM = nothing_leaks edits query_properties shared_changes stopping wheel working_copies

test-long: .venv/.tested tools
	@CUTTINGS_TEST_FORM=long $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 $(LONG_FORM:%=tests/test_%.py)

install: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cuttings needs Python 3.11 or newer: make PYTHON=python3.12 run"; exit 1; }
	@echo "Setting up .venv (once, about half a minute) …"
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tested: .venv/.installed requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The system's own sqlite3 must be able to read the archive, a real browser the pages; libfiu makes
# disks fail and faketime clocks jump. Each is a program and, where that has another name, its package.
tools:
	@$(call need,sqlite3 chromium fiu-run:fiu-utils faketime)

define need
for tool in $(1); do \
  command -v $${tool%:*} >/dev/null || missing="$$missing $${tool#*:}"; done; \
test -z "$$missing" || { \
  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    apt-get update -qq && apt-get install -qq -y $$missing; \
  else echo "The tests need these programs: apt-get install$$missing"; exit 1; fi; }
endef

# The pictures of the README, as Chromium shows the seeds.
screenshots: .venv/.tested tools
	@$(BIN)/python docs/screenshots.py

# How fast searches are beside others; TEXTS is a folder of articles, BENCH more options of the bench.
ARTICLES ?= 100000
SIZES ?= 10000,100000,1000000
SEED ?= 1,2,3
TEXTS ?=
BENCH ?=
SPEED = PYTHONPATH=benchmarks $(BIN)/python -m
MEASURED = --seeds $(SEED) $(if $(TEXTS),--texts $(TEXTS)) $(BENCH)

bench: bench-tools
	@$(SPEED) speed.run --articles $(ARTICLES) $(MEASURED)

bench-curve: bench-tools
	@$(SPEED) speed.curve --sizes $(SIZES) $(MEASURED)

# The same archives in a file and in a cluster: three nodes started for this, or those at NODES_AT.
# What was measured is not measured again, unless BENCH=--again. DATA is a folder of agency reports,
# which are carried into the cluster and back.
CLUSTER_SIZES ?= 2000,10000,100000
NODES_AT ?=
DATA ?=
IN_CLUSTER = PYTHONPATH=benchmarks:tests $(BIN)/python -m cluster_scale

bench-cluster: .venv/.tested cluster-tools
	@$(IN_CLUSTER).run --articles $(CLUSTER_SIZES) --nodes "$(NODES_AT)" $(if $(TEXTS),--texts $(TEXTS)) $(BENCH)
	@$(if $(DATA),$(IN_CLUSTER).there_and_back $(DATA) --nodes "$(NODES_AT)")

# Kills, load, backups, faults, greedy clients and their memory, for about 40 minutes; PART names
# some of them.
KILLS ?= 500
MINUTES ?= 10
PART ?=
SOAK ?=

soak: .venv/.tested
	@PYTHONPATH=tests $(BIN)/python -m soak $(PART) --kills $(KILLS) --minutes $(MINUTES) $(SOAK)

# Every target of tests/fuzz under atheris, MINUTES for all of them; TARGETS names some of them.
TARGETS ?=

fuzz: .venv/.tested
	@PYTHONPATH=tests $(BIN)/python -m fuzz.run --minutes $(MINUTES) $(if $(TARGETS),--only $(TARGETS))

# The peers that benchmarks/ measures against; no test needs them.
bench-tools: .venv/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock

# Three nodes of OpenSearch on this machine until Ctrl-C, or with CLUSTER=--detach until
# `make cluster-stop`; the tests that need a cluster start one of their own.
CLUSTER ?=
NODES = PYTHONPATH=tests $(BIN)/python -m cluster

cluster: .venv/.tested cluster-tools
	@$(NODES) $(CLUSTER)

cluster-stop: .venv/.tested
	@$(NODES) --stop

# What is tested in a file is tested in a cluster too, by the same tests.
ON_BOTH = \
  api archive_page article_page articles_api atom audit bounds collapse compare_page contract \
  correction desk_page edit_store edits edits_api edits_during_ingest embargo embargo_order \
  entities_api entities_page entity_page error_pages errors export_api former_keys frame gate \
  ingest_records injection killing login mentions_date merging metrics nothing_leaks observed \
  page_headers paging quarantine quotes_api ranking rates reconcile related search search_page \
  security_headers similarity strangers suggestion version_pages versions_api versions_search
ON_BOTH_ENGINES = $(ON_BOTH:%=tests/test_%.py)

test-cluster: .venv/.tested cluster-tools
	@CUTTINGS_TEST_CLUSTER=1 $(BIN)/python -m pytest tests/test_cluster_nodes.py tests/cluster
	@CUTTINGS_TEST_ENGINE=opensearch $(BIN)/python -m pytest $(ON_BOTH_ENGINES)

cluster-tools:
	@$(call need,java:default-jdk-headless javac:default-jdk-headless mvn:maven)

lock: .venv/.tested
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra opensearch pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra opensearch --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra opensearch --extra bench -c requirements.lock pyproject.toml -o requirements-bench.lock

# The archive that is kept of this version: tests/archives/README.md.
archive: .venv/.tested
	@PYTHONPATH=tests $(BIN)/python -m archives.make

clean:
	rm -rf .venv .cluster build dist *.egg-info
