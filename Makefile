# The two commands are `make run` and `make test`; what they need they install into .venv.
SHELL := /bin/bash
.PHONY: run people test check month torture bench wheelhouse clean

# What is not kept compiled would be compiled at every start, by each process.
unexport PYTHONDONTWRITEBYTECODE

# Everything on this machine: Redis, web, workers and schedule.  Ctrl-C stops it, var/ keeps the data.
run:
	@ops/make-venv embedded && exec .venv/bin/python -m launch

# Who can sign in to the demo: all of them.
people:
	@ops/make-venv embedded && exec .venv/bin/python -m launch people

# What CI runs: formatting, lint, types, import contracts, migrations, and the tests on both databases.
test:
	@exec ops/run-tests

# The part of it that an editor loop can wait for.
check:
	@ops/make-venv embedded test && exec ops/run-checks quick

# The life of a thousand cases over a month, on each database; the tests live a part of them.
month:
	@MONTH_CASES=1000 exec ops/run-tests tests/month

# The ledger of coins for a minute, while writers, connections and servers are killed; then with faults put in.
torture:
	@ops/install-test-packages && ops/make-venv embedded test && exec .venv/bin/python -m tests.torture

# How fast it is, on a PostgreSQL and a Redis of its own: pages and reports, postings of coins, a month's end.
bench:
	@if [ ! -e bench/run ]; then echo "There is no bench/run."; exit 1; fi
	@ops/make-venv embedded test && exec bench/run

# Everything production needs, for machines without a network; ops/install-offline installs it there.
wheelhouse:
	@ops/wheelhouse

# What can be made again.  The data under var/ stays.
clean:
	rm -rf .venv wheelhouse *.egg-info build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
