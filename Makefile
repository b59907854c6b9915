# Verbs of the house. Everything a run leaves behind is under var/ (FBM_HOME); nothing else is touched.
PYTHON ?= python3.11
BIN := .venv/bin
# Threads that wait sleep instead of spinning: a training then leaves the cores to what runs beside it.
export OMP_WAIT_POLICY := PASSIVE
DATA ?= ../shared/data

.DEFAULT_GOAL := help
.PHONY: help install demo test lint fix real yardstick level1 controls-table public-table minors-table has-data dev dev-real bench clean

REAL := FBM_HOME=$(CURDIR)/var/real FBM_PRESET=real FBM_DATA=$(abspath $(DATA))

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: .venv/installed ## make .venv and install everything into it

.venv/installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (about two minutes the first time, 2.2 GB) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: install ## simulated league -> every asset -> projections and report
	@FBM_HOME=$(CURDIR)/var/demo FBM_PRESET=demo $(BIN)/fbm simulate --if-missing
	@FBM_HOME=$(CURDIR)/var/demo FBM_PRESET=demo $(BIN)/python -m fbm_pipeline.defs.materialize

real: install has-data ## the same on real data: make real DATA=../shared/data
	@$(REAL) $(BIN)/python -m fbm_pipeline.defs.materialize
	@$(REAL) $(BIN)/fbm results
	@$(REAL) $(BIN)/fbm newcomers
	@$(REAL) $(BIN)/fbm level1

yardstick: install has-data ## controls, evaluation and audits on real data, without any network
	@$(REAL) $(BIN)/python -m fbm_pipeline.defs.materialize --job yardstick

level1: install has-data ## encoders, player vectors and embeddings on real data, and what they add -> docs/results/level1.md
	@$(REAL) $(BIN)/python -m fbm_pipeline.defs.materialize --job level1
	@$(REAL) $(BIN)/fbm level1

controls-table: yardstick ## Marcel and the controls, test seasons pooled
	@$(REAL) $(BIN)/fbm compare controls

public-table: yardstick ## the controls beside public systems on their common players
	@$(REAL) $(BIN)/fbm compare public

minors-table: yardstick ## who has no history, or a short one: by tier, beside public systems
	@$(REAL) $(BIN)/fbm compare minors
	@$(REAL) $(BIN)/fbm compare minors_public
	@$(REAL) $(BIN)/fbm newcomers

has-data:
	@test -d "$(DATA)/retrosheet" || { echo "No retrosheet/ under DATA=$(DATA); see 'Bring real data' in README.md"; exit 2; }

dev: install ## Dagster UI and MLflow UI over the demo, on 127.0.0.1
	@FBM_HOME=$(CURDIR)/var/demo FBM_PRESET=demo $(BIN)/python -m fbm_pipeline.defs.serve

dev-real: install ## the same over the real run
	@$(REAL) $(BIN)/python -m fbm_pipeline.defs.serve

lint: install ## ruff, mypy, import-linter, sqlfluff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --disable-progress-bar sql

fix: install ## let ruff and sqlfluff mend what they can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar sql

test: install lint ## lint and every test (needs no real data; uses it where it exists)
	@$(BIN)/python -m pytest -n 2 --dist loadfile

bench: install ## speed, by ratio, in one run: make bench DATA=../shared/data
	@$(BIN)/python benchmarks/core_tables.py --data $(abspath $(DATA))
	@$(BIN)/python benchmarks/definitions_load.py
	@test ! -d var/real/store || $(BIN)/python benchmarks/yardstick.py --home var/real --data $(abspath $(DATA))
	@test ! -d var/real/checkpoints/level1 || $(BIN)/python benchmarks/level1.py --home var/real --data $(abspath $(DATA))
	@test ! -d var/real/checkpoints/level1 || $(BIN)/python benchmarks/precision.py --home var/real --data $(abspath $(DATA))

clean: ## remove what runs left behind (var/), not .venv
	rm -rf var
