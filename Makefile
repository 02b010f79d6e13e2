# One command a purpose; `make help` lists them.
.DEFAULT_GOAL := help
PORT ?= 8000
EXAMPLES ?= 5000
BIN := .venv/bin

# byte code is kept, whatever the machine says: tests start hundreds of processes
unexport PYTHONDONTWRITEBYTECODE

help:  ## list the commands
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env:  ## make .venv with everything the server needs
	@sh scripts/env.sh server

dev:  ## make .venv with everything tests and checks need as well
	@sh scripts/env.sh dev

demo: env  ## start a server, score the examples over HTTP, print a table, stop
	@$(BIN)/python scripts/demo.py

serve: env  ## serve on PORT (8000) until Ctrl-C
	@sh scripts/curl-hint.sh $(PORT)
	@$(BIN)/reward-server serve --port $(PORT)

test: dev  ## install what tests need and run every test
	@sh scripts/system-packages.sh
	@$(BIN)/python -m pytest -n 2 -m "not alone"
	@$(BIN)/python -m pytest -m alone

fuzz: dev  ## EXAMPLES (5000) new ones for each test of a property
	@FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=fuzz

e2e: dev  ## build the image, deploy it with compose on a real engine, and attack it
	@scripts/e2e.sh

check: dev audit  ## formatter, linter, type checker, dependency audit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

audit: dev  ## hashes and versions of the pins; known advisories, where their database answers
	@$(BIN)/python -m scripts.audit

bench: dev  ## measure: verifiers beside their peers, and the service
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --group peers
	@for name in math code language format service load client; do \
	  echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

lock: dev  ## pin the dependencies anew, with hashes and without any registry's address
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --upgrade pyproject.toml -o requirements/server.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --upgrade --group dev pyproject.toml \
	  -o requirements/dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --upgrade --group build \
	  -o requirements/build.lock
	scripts/clients-lock.sh

.PHONY: help env dev demo serve test fuzz e2e check audit bench lock
