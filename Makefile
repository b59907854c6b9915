# Verbs of the house. Everything a run leaves behind is under var/ (FBM_HOME); nothing else is touched.
PYTHON ?= python3.11
BIN := .venv/bin
# Threads that wait sleep instead of spinning: a training then leaves the cores to what runs beside it.
export OMP_WAIT_POLICY := PASSIVE
# What one process compiled, the next reads: without it each of the tests' processes compiles the package anew.
unexport PYTHONDONTWRITEBYTECODE
DATA ?= ../shared/data

# What a stopped command tells a person to type.
export FBM_COMMAND = $(strip make $(MAKECMDGOALS) $(MAKEOVERRIDES))

.DEFAULT_GOAL := help
.PHONY: help install lock demo simulate-large test pytest lint fix real yardstick level1 controls-table public-table minors-table has-data dev dev-real bench clean

# `exec env`: the command takes the place of the recipe's shell, so that the signal make passes on reaches it.
DEMO := FBM_HOME=$(CURDIR)/var/demo FBM_PRESET=demo
LARGE := FBM_HOME=$(CURDIR)/var/large FBM_PRESET=large
REAL := FBM_HOME=$(CURDIR)/var/real FBM_PRESET=real FBM_DATA=$(abspath $(DATA))

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: .venv/installed ## make .venv and install everything into it

.venv/installed: pyproject.toml requirements.lock requirements-cuda.lock
	@$(PYTHON) installation/install.py
	@touch $@

lock: ## make requirements.lock again from pyproject.toml: make lock, or make lock UPGRADE=--upgrade for newer versions
	@test -x var/lock/bin/python || $(PYTHON) -m venv var/lock
	@var/lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools==7.6.2
	@var/lock/bin/python installation/lock.py $(UPGRADE)

demo: install ## simulated league -> every asset -> projections and report
	@exec env $(DEMO) $(BIN)/fbm simulate --if-missing
	@exec env $(DEMO) $(BIN)/python -m fbm_pipeline.defs.materialize

simulate-large: install ## a league of eleven seasons, and every asset over it, under var/large: a quarter of an hour
	@exec env $(LARGE) $(BIN)/fbm simulate --if-missing
	@exec env $(LARGE) $(BIN)/python -m fbm_pipeline.defs.materialize

real: install has-data ## the same on real data: make real DATA=../shared/data
	@exec env $(REAL) $(BIN)/python -m fbm_pipeline.defs.materialize
	@exec env $(REAL) $(BIN)/fbm newcomers
	@exec env $(REAL) $(BIN)/fbm level1
	@exec env $(REAL) $(BIN)/fbm results

yardstick: install has-data ## controls, evaluation and audits on real data, without any network
	@exec env $(REAL) $(BIN)/python -m fbm_pipeline.defs.materialize --job yardstick

level1: install has-data ## encoders, player vectors and embeddings on real data, and what they add -> docs/results/level1.md
	@exec env $(REAL) $(BIN)/python -m fbm_pipeline.defs.materialize --job level1
	@exec env $(REAL) $(BIN)/fbm level1

controls-table: yardstick ## Marcel and the controls, test seasons pooled
	@exec env $(REAL) $(BIN)/fbm compare controls

public-table: yardstick ## the controls beside public systems on their common players
	@exec env $(REAL) $(BIN)/fbm compare public

minors-table: yardstick ## who has no history, or a short one: by tier, beside public systems
	@exec env $(REAL) $(BIN)/fbm compare minors
	@exec env $(REAL) $(BIN)/fbm compare minors_public
	@exec env $(REAL) $(BIN)/fbm newcomers

has-data:
	@test -d "$(DATA)/retrosheet" || { echo "No retrosheet/ under DATA=$(DATA); see 'Bring real data' in README.md"; exit 2; }

dev: install ## Dagster UI and MLflow UI over the demo, on 127.0.0.1
	@exec env $(DEMO) $(BIN)/python -m fbm_pipeline.defs.serve

dev-real: install ## the same over the real run
	@exec env $(REAL) $(BIN)/python -m fbm_pipeline.defs.serve

lint: install ## ruff, mypy, import-linter, sqlfluff
	@echo "lint: ruff, mypy, import-linter, sqlfluff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --disable-progress-bar sql

fix: install ## let ruff and sqlfluff mend what they can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar sql

# Side by side: the tests wait for child processes and servers now and then, and leave a core to the linters.
test: install ## lint and every test (needs no real data; uses it where it exists)
	@$(MAKE) --no-print-directory --jobs=2 lint pytest

# In their own order: xdist would keep files of one long test, such as the server's, for the end.
pytest: install
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: install ## speed, by ratio, in one run: make bench DATA=../shared/data
	@$(BIN)/python benchmarks/core_tables.py --data $(abspath $(DATA))
	@$(BIN)/python benchmarks/definitions_load.py
	@test ! -f var/demo/run.json || $(BIN)/python benchmarks/verification.py --home var/demo
	@test ! -f var/real/run.json || $(BIN)/python benchmarks/verification.py --home var/real
	@test ! -d var/real/store || $(BIN)/python benchmarks/yardstick.py --home var/real --data $(abspath $(DATA))
	@test ! -d var/real/checkpoints/level1 || $(BIN)/python benchmarks/level1.py --home var/real --data $(abspath $(DATA))
	@test ! -d var/real/checkpoints/level1 || $(BIN)/python benchmarks/precision.py --home var/real --data $(abspath $(DATA))

clean: ## remove what runs left behind (var/), not .venv
	rm -rf var
