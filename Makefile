# The front door. `make demo` and `make test` set up everything they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LABKIT := $(BIN)/labkit
UPLOAD := autograder/labkit/platforms/gradescope/upload
COMPILE := $(BIN)/uv pip compile --generate-hashes --universal --python-version 3.11 \
  --custom-compile-command "make lock" --quiet
TESTS := $(if $(CI),--slow)
export OPENBLAS_NUM_THREADS ?= 1
# Whatever runs keeps the bytecode of what it imports: to compile every library took 17 s.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test release labs audit bench starter lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(READY)  ## build every lab and grade a sample class for each
	$(BIN)/python -m tests.demo demo

test: $(READY)  ## formatter, linter, types and tests; with CI=1 the slow tests too
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(TESTS)

release: TESTS := --slow --exhaustive
release: test  ## the same with every test there is, as root; a tool that is missing is a failure

labs: $(READY)  ## dist/<lab>/: student.zip, autograder.zip, gradescope.zip
	$(LABKIT) build --out dist

audit: $(READY)  ## grade every known wrong and right version
	$(LABKIT) audit

bench: $(READY)  ## measure what the README quotes, on a machine with nothing else to do
	$(BIN)/python -m tests.benchmarks --network --out docs/bench

starter: $(READY)  ## write starter_code/ again from solutions/
	$(LABKIT) build --starter starter_code

lock: $(READY)  ## resolve the lock files again: requirements.lock, Gradescope's image
	$(COMPILE) pyproject.toml --extra cluster --extra similar --group dev \
	  --upgrade --output-file requirements.lock
	$(COMPILE) $(UPLOAD)/../grading.in --constraint requirements.lock --no-annotate \
	  --upgrade --output-file $(UPLOAD)/grading.lock.txt
	echo uv | $(COMPILE) - --constraint requirements.lock --no-annotate \
	  --upgrade --output-file $(UPLOAD)/uv.lock.txt

# pip puts uv there; uv then installs the locked packages, each held to its hash.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: name one with make PYTHON=python3.12"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	$(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q autograder solutions
	@touch $(READY)

clean:  ## remove everything that was made
	rm -rf $(VENV) dist demo build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
