# Needs Python 3.11 or newer, git and make; everything else is set up here.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
DEMO_VENV ?= .venv-demo
PIP_FLAGS := --quiet --disable-pip-version-check --no-input

.PHONY: help database browser demo test lint bench fuzz docs messages tour shows-a shows-b shows-c shows-d shows-e requirements clean python

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

python:
	@if [ -z "$(PYTHON)" ]; then echo "backstride needs Python 3.11 or newer; none was found on this machine." >&2; exit 2; fi

$(DEMO_VENV)/.ready: requirements/runtime.txt pyproject.toml | python
	@echo "Setting up backstride in $(DEMO_VENV) (once) ..."
	@$(PYTHON) -m venv $(DEMO_VENV)
	@$(DEMO_VENV)/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements/runtime.txt
	@printf '%s\n' "$(CURDIR)/src" > "$$($(DEMO_VENV)/bin/python -c 'import site; print(site.getsitepackages()[0])')/backstride.pth"
	@printf '#!/bin/sh\nexec "%s/bin/python" -m backstride "$$@"\n' "$$(cd $(DEMO_VENV) && pwd)" > $(DEMO_VENV)/bin/backstride && chmod +x $(DEMO_VENV)/bin/backstride
	@touch $@

$(VENV)/.ready: requirements/dev.txt pyproject.toml | python
	@echo "Setting up the development environment in $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements/dev.txt
	@printf '%s\n' "$(CURDIR)/src" > "$$($(VENV)/bin/python -c 'import site; print(site.getsitepackages()[0])')/backstride.pth"
	@printf '#!/bin/sh\nexec "%s/bin/python" -m backstride "$$@"\n' "$$(cd $(VENV) && pwd)" > $(VENV)/bin/backstride && chmod +x $(VENV)/bin/backstride
	@touch $@

demo: $(DEMO_VENV)/.ready ## Set everything up and answer the made-up runner's question
	@$(DEMO_VENV)/bin/python -m backstride demo

# The store is tested on PostgreSQL too, which needs no setting up: the tests start their own. Where it cannot be installed they say so.
database:
	@if [ -z "$$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" ] && ! command -v initdb >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing PostgreSQL for the tests (once) ..."; \
	    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql) >/dev/null 2>&1 || echo "It could not be installed."; \
	  else echo "PostgreSQL is not installed: its tests will be skipped."; fi; fi

# The pages are tried in a real Chromium. Where it cannot be installed their tests say so.
browser:
	@if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Chromium for the tests (once) ..."; \
	    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium) >/dev/null 2>&1 || echo "It could not be installed."; \
	  else echo "Chromium is not installed: its tests will be skipped."; fi; fi

test: $(VENV)/.ready database browser ## Set everything up and run the tests
	@$(VENV)/bin/python -m pytest

lint: $(VENV)/.ready ## Style, types, import contracts, knowledge files
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/python -m backstride knowledge check

bench: $(VENV)/.ready ## Speed, as ratios against a peer in the same run
	@$(VENV)/bin/python -m bench.reasoning

fuzz: $(VENV)/.ready ## 200,000 damaged files through every reader
	@$(VENV)/bin/python -m bench.fuzz

docs: $(VENV)/.ready ## Write the generated pages again
	@$(VENV)/bin/python -m backstride evaluate --write docs/evaluation.md
	@$(VENV)/bin/python docs/sentences.py
	@$(VENV)/bin/python docs/why_now.py
	@$(VENV)/bin/python -m bench.runner_a --write
	@$(VENV)/bin/python docs/picture.py

messages: $(VENV)/.ready ## Bring the German catalogues up to date and compile them (needs gettext)
	@$(VENV)/bin/python docs/messages.py

tour: $(VENV)/.ready browser ## Take the pictures of every page again
	@$(VENV)/bin/python docs/tour.py
	@$(VENV)/bin/python docs/screen_reader.py

shows-a: $(VENV)/.ready ## The slow figures behind docs/evaluation.md and CHANGELOG.md; resumes where it stopped
	@$(VENV)/bin/python -m bench.shows_a

shows-b: $(VENV)/.ready ## The slow figures of importing behind docs/importing.md; resumes where it stopped
	@$(VENV)/bin/python -m bench.shows_b

shows-c: $(VENV)/.ready ## The slow figures of the interview behind docs/interview-figures.md; resumes where it stopped
	@$(VENV)/bin/python -m bench.shows_c

shows-d: $(VENV)/.ready ## The slow figures of looking back and of patterns behind docs/why-now-figures.md; resumes where it stopped
	@$(VENV)/bin/python -m bench.shows_d

shows-e: $(VENV)/.ready database browser ## The slow checks of the web app in a real browser: every page in all colours, an import killed
	@$(VENV)/bin/python -m pytest -m slow

requirements: ## Export the pinned requirement files again (needs uv)
	@mkdir -p requirements
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make requirements" pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make requirements" pyproject.toml --group dev -o requirements/dev.txt

clean: ## Remove environments and caches
	rm -rf $(VENV) $(DEMO_VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist .cache
