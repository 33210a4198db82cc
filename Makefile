# The README's two commands. Each sets up what it needs in .venv, and through apt where root or sudo is there.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: demo test lint toolchains

demo: $(VENV)/.demo
	$(RUN)/langlift demo

test: $(VENV)/.test toolchains lint
	$(RUN)/python -m pytest

lint: $(VENV)/.test
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

# Languages whose tests can not run are skipped with their reason; this says how to get them.
toolchains:
	@sh .ci/toolchains

$(VENV)/.demo: pyproject.toml
	@sh .ci/environment $(PYTHON) $(VENV) .
	@touch $@

$(VENV)/.test: pyproject.toml
	@sh .ci/environment $(PYTHON) $(VENV) '.[test]'
	@touch $@ $(VENV)/.demo
