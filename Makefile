# make demo   trains a small denoiser on photographs and writes runs/demo/report.html
# make light  what denoising alone needs: an environment without PyTorch, its size, a photograph denoised in it
# make test   formats, lint, types, import contracts, tests
# make torture   kills everything at random moments, and looks at what comes out: docs/reliability.md; half an hour
# make cluster   a Ray cluster on this computer whose workers die: the same bytes; installs ray[data] (500 MB)
# make docs   the manual, as a site: build/docs/index.html; its tutorials run, warnings are errors
# make benchmarks   the tables of docs/benchmarks.md, docs/choosing.md and docs/harm.md anew; costs are timed, so on a quiet machine
#
# All but light make their own environment, .venv, first. PyTorch comes from PyPI; for its smaller CPU build:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu

PYTHON ?= python3
TORCH_INDEX ?=
BIN := .venv/bin

.PHONY: demo light test docs torture cluster benchmarks env format lock

demo: env
	$(BIN)/grainless demo

light:
	$(PYTHON) -m venv --clear .venv-light
	.venv-light/bin/pip install --quiet --no-compile .
	.venv-light/bin/grainless denoise docs/noisy.png -o runs/light.png --compare --overwrite
	.venv-light/bin/python -m benchmarks.speed.light

test: env
	$(BIN)/ruff format --check src tests benchmarks docs/extension docs/conf.py
	$(BIN)/ruff check src tests benchmarks docs/extension docs/conf.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist worksteal

torture: env
	rm -f benchmarks/results/reliability/torture.jsonl
	$(BIN)/python -m benchmarks.reliability.torture --page docs/reliability.md
	$(BIN)/python -m benchmarks.reliability.mishaps

cluster: env
	$(BIN)/pip install --quiet 'ray[data]>=2.60'
	$(BIN)/python -m benchmarks.reliability.cluster

docs: env
	OMP_NUM_THREADS=1 $(BIN)/python -m sphinx -W --keep-going -d build/doctrees docs build/docs

benchmarks: env
	for data in polyu documents lol fmd set12 bsd68 cbsd68; do \
		$(BIN)/grainless benchmark --data $$data --out docs/benchmarks.md || exit 1; done
	$(BIN)/python -m benchmarks.quality.choosing
	$(BIN)/python -m benchmarks.quality.harm

format: env
	$(BIN)/ruff format src tests benchmarks docs/extension docs/conf.py
	$(BIN)/ruff check --fix src tests benchmarks docs/extension docs/conf.py

env: .venv/ready

# torch goes first and alone, so that the build that was asked for is the one the others find.
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Grainless needs Python 3.11 or newer.")'
	@echo "Setting up .venv: PyTorch and what else requirements.lock names; minutes, the first time."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) "$$(grep '^torch==' requirements.lock)"
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@

# Freezes what .venv holds. torch without its build's suffix: which build is for the person to choose.
lock:
	$(BIN)/pip freeze --exclude-editable | sed 's/^\(torch==[^+]*\)+.*/\1/' > requirements.lock
