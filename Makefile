# Two commands: `make demo` runs the main job, `make test` proves it. Both set themselves up.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test proof proof-long serve lock clean

.venv/.run: requirements/run.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mem needs Python 3.11 or newer; say `make PYTHON=python3.12 ...`")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: .venv/.run
	@$(BIN)/mem demo $(ARGS)

serve: .venv/.run
	@$(BIN)/mem serve $(ARGS)

test: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q -n 2 $(ARGS)

# Tries to break each promise many times, and keeps the figures in build/proof.json. PART=1 or PART=2: one of two halves.
proof: .venv/.dev
	@$(BIN)/python -m tests.proof $(if $(PART),--part $(PART)) $(ARGS)

proof-long: .venv/.dev
	@$(BIN)/python -m tests.proof --size long $(ARGS)

# Needs uv; writes hashed requirement files that name no package index.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/run.txt pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml
	printf 'hatchling>=1.27\neditables>=0.5\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/dev.txt -o requirements/build.txt -

clean:
	rm -rf .venv mem-data build dist
