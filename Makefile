# One word each: demo, test, proofs, check, bench. Each sets up what it needs and is quick the second time.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(VENV)/bin/uv
READY  := $(VENV)/.ready

.PHONY: demo test proofs cover check bench kerberos lock clean

$(READY): pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/python -m zdm_automate.demo $(if $(DEMO),--demo $(DEMO)) $(if $(ENGINE),--engine $(ENGINE)) $(ARGS)

test: $(READY)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

# Whole migrations, in both engines, and faults at every step of one: what takes too long for every day.
proofs: $(READY)
	@$(BIN)/python -m pytest -n auto --dist worksteal -m proof $(ARGS)

# The tests once more, counted line by line; fails below the figure in pyproject.toml.
cover: $(READY)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto --dist worksteal -m "proof or not proof" $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY)
	@$(BIN)/python benchmarks/step_overhead.py $(ARGS)
	@$(BIN)/python benchmarks/journal_size.py
	@$(BIN)/python benchmarks/check_hosts.py

# Kerberos for Python; needs libkrb5 with its headers and a compiler (Debian: apt-get install gcc libkrb5-dev python3-dev).
kerberos: $(READY)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes --requirement requirements-kerberos.lock

# Re-resolves the dependencies. The lock names packages, versions and hashes, no index: it installs from whichever one is set up.
lock:
	@test -x $(UV) || ($(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv==0.13.9)
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --group dev -o requirements.lock pyproject.toml
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --group dev --extra kerberos --constraint requirements.lock -o requirements-kerberos.lock pyproject.toml

clean:
	rm -rf $(VENV) .demo
