# `make` alone lists the targets.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CLOCKS := clock-30 clock-365 clock-1096
TEST_OPTIONS ?=
CLOCK_OPTIONS ?=
SPARK_ROWS ?= 200000
MODEL ?=
MODULE ?= money
MUTATION_TIME ?= 30m
.DEFAULT_GOAL := help
.PHONY: help demo test clock proof lint types coverage validate lists drift names differences mutants bench replay soak spark engines pictures edits review prices schema check clean $(CLOCKS)

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("pricectl needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.base

$(VENV)/.browser: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[browser]'
	@touch $@

$(VENV)/.peers: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[lists,bench]'
	@touch $@

$(VENV)/.spark: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]'
	@touch $@

demo: $(VENV)/.base  ## Install and show real quotes from the catalog
	$(BIN)/pricectl quote gpt-4o 1000 500
	@echo
	$(BIN)/pricectl quote gpt-5.4 claude-sonnet-5 gemini-3.5-flash deepseek-flash 100k 2k --cached 80k --markup 30

test: $(VENV)/.dev  ## Install and run all tests
	$(BIN)/python -m pytest $(TEST_OPTIONS)

clock: $(CLOCKS)  ## Run all tests with the date a month, a year and three years ahead

# The filter: sitecustomize imports time_machine before pytest can rewrite its own plugin in it.
$(CLOCKS): clock-%: $(VENV)/.dev
	@echo "the tests, $* days ahead"
	@PYTHONPATH=$(CURDIR)/tests/moved_clock PRICECTL_TEST_CLOCK=$* \
	$(BIN)/python -m pytest -p no:cacheprovider $(CLOCK_OPTIONS) \
	-W 'ignore:Module already imported:pytest.PytestAssertRewriteWarning'

proof: $(VENV)/.dev  ## Run the long proofs: 10,000 reloads, 1,000 kills, 100,000 hostile calls, 1,000,000 bounds
	PRICECTL_TEST_RELOADS=10000 PRICECTL_TEST_KILLS=1000 PRICECTL_TEST_HOSTILE_CALLS=100000 \
	PRICECTL_BOUND_CASES=1000000 PRICECTL_TEST_HISTORIES=10000 \
	PRICECTL_PROFILE_CASES=10000 \
	$(BIN)/python -m pytest --timeout 1800 tests/runtime/test_threads.py tests/runtime/test_hostile_calls.py tests/files/test_atomic.py \
	tests/core/test_upper_bound.py tests/core/test_profile_reference.py tests/examples/test_histories.py

lint: $(VENV)/.dev  ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## Check types
	$(BIN)/mypy

coverage: $(VENV)/.dev  ## Hold the core's branch coverage at 100%
	PRICECTL_REFERENCE_CASES=5000 $(BIN)/coverage run -m pytest tests/core pricectl/core
	$(BIN)/coverage report --include='pricectl/core/*' --fail-under=100

validate: $(VENV)/.base  ## Check the catalog
	$(BIN)/pricectl validate

# The folder lies beside the catalog, where the setting `feeds` and the tests look for it.
price_lists/.got: pyproject.toml tools/get_lists.py | $(VENV)/.base
	$(BIN)/python tools/get_lists.py
	@touch $@

lists: price_lists/.got  ## Download the pinned price lists

drift: price_lists/.got  ## Compare every row with the pinned price lists
	$(BIN)/pricectl drift $(MODEL)

names: $(VENV)/.dev  ## Price the names that clients send; write docs/names.md and the table
	$(BIN)/python tools/measure_names.py --write

differences: $(VENV)/.peers  ## Price every row of litellm's map with both calculators
	$(BIN)/python tools/compare_litellm.py

# A survivor that no test can notice, such as `is` for `==` between classes, is left as it is.
mutants: $(VENV)/.dev  ## Mutate one module of the core (MODULE=money), show what no test notices
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutation]'
	PRICECTL_REFERENCE_CASES=200 timeout $(MUTATION_TIME) $(BIN)/mutmut run 'pricectl.core.$(MODULE).*' \
	|| test $$? -eq 124
	@$(BIN)/mutmut results | sed -n 's/^ *\(pricectl\.core\.$(MODULE)\..*\): survived/\1/p' \
	| xargs -r -n 1 $(BIN)/mutmut show

bench: $(VENV)/.peers  ## Time pricectl beside its peers
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/http_quotes.py --quick
	$(BIN)/python benchmarks/lookup.py
	$(BIN)/python benchmarks/event_loop.py
	$(BIN)/python benchmarks/drift.py

replay: $(VENV)/.dev  ## Pull a year of price lists as they appeared (from the package index, once)
	$(BIN)/python benchmarks/pull_replay.py

spark: $(VENV)/.spark  ## Rate a log on DuckDB and on a Spark cluster of this machine, compare every call
	$(BIN)/python benchmarks/spark.py --rows $(SPARK_ROWS)

engines: $(VENV)/.spark  ## Try each pitfall of an engine on DuckDB and on Spark
	$(BIN)/python -m pytest tests/replay/test_engines.py tests/replay/test_call_tables.py

soak: $(VENV)/.dev  ## Run four workers for a minute under reloads, kills and hostile clients
	$(BIN)/python benchmarks/soak.py

pictures: $(VENV)/.browser  ## Draw the pictures of the README, docs/diff.md and docs/review.md anew
	$(BIN)/python tools/draw_pictures.py
	$(BIN)/python tools/draw_page.py

edits: $(VENV)/.dev  ## Write the outputs of docs/edit.md anew, after a change of the catalog
	$(BIN)/python tools/write_edits_page.py

review: $(VENV)/.dev  ## Write the outputs of docs/review.md anew
	$(BIN)/python tools/write_review_page.py

prices: $(VENV)/.dev  ## Write docs/prices.md anew, after a change of the catalog or of the pages read
	$(BIN)/python tools/write_prices_page.py

schema: $(VENV)/.dev  ## Write the schemas from the tables of units and budget modes
	$(BIN)/python tools/make_schema.py

check:  ## Everything a merge needs, in a new virtual environment
	.ci/run

clean:  ## Remove what make made
	rm -rf $(VENV) price_lists .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache mutants
