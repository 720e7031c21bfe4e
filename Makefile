# make demo       set up everything, write exports/backprop.xlsx, train and write exports/mnist.xlsx
# make test       set up everything, LibreOffice included, and run lint and tests
# make test-full  the same with the large counts
# make test-versions  the tests that need no torch, with every supported Python that is found
# make bench      set up everything and measure it beside openpyxl, XlsxWriter, SymPy and PyTorch
# make exports    write the workbooks and pictures in exports/examples anew
# make books      write every workbook that the commands make, to be compared by make compare
# make look       a picture of every sheet's first view, as LibreOffice draws it, in build/look
# make results    train every model over several seeds and write the table in the README
# make lock       pin the dependencies anew (needs uv)

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-full lint exports lock clean

demo: $(VENV)/light
	$(BIN)/toolkit backprop
	$(MAKE) $(VENV)/mnist
	$(BIN)/toolkit mnist

# Measured with branches: the least share of the code that the tests may reach, of the whole
# package and of the rooms in which a wrong number would not be seen.
COVERED ?= 98
CORE_COVERED ?= 98
CORE = toolkit/symbols/*,toolkit/network/*,toolkit/book/*

test: lint libreoffice
	$(BIN)/python -m pytest -q -m "not full" -n 2 --dist loadfile --cov --cov-report=
	$(BIN)/coverage report --fail-under=$(COVERED)
	$(BIN)/coverage report --fail-under=$(CORE_COVERED) --include='$(CORE)'

test-full: lint libreoffice window gnumeric hyperformula
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

# The tests that need no torch, with Python 3.11, 3.12 and 3.13, those that are found.
.PHONY: test-versions
test-versions: $(VENV)/test libreoffice
	$(BIN)/nox

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/vulture

.PHONY: bench
bench: $(VENV)/test
	$(BIN)/python -m tests.benchmarks

# Every workbook that the commands write, into build/books. `make compare SINCE=HEAD~1` lists what
# differs from the workbooks that an earlier commit writes.
.PHONY: books compare
books: $(VENV)/test
	rm -rf build/books
	$(BIN)/python -m tests.books write build/books

SINCE ?= HEAD
compare: books
	rm -rf build/since build/books-since
	git worktree prune && git worktree add --detach build/since $(SINCE)
	cd build/since && $(CURDIR)/$(BIN)/python -m tests.books write $(CURDIR)/build/books-since
	git worktree remove --force build/since
	$(BIN)/python -m tests.books compare build/books-since build/books

# The first view of every sheet of every workbook in build/books, one folder of pictures a workbook.
.PHONY: look
look: books window
	rm -rf build/look
	$(BIN)/python -m tests.look build/books/exports/*.xlsx --out build/look

# exports/examples holds what the README shows and links: workbooks to download, and their pictures.
# mnist.xlsx is of the series recorded in tests/experiments/records/ and of the weights in the
# package, without training.
EXAMPLES = backprop live concepts mnist
exports: $(VENV)/test
	rm -rf build/examples
	$(BIN)/python -m tests.books write build/examples $(EXAMPLES)
	cp $(EXAMPLES:%=build/examples/exports/%.xlsx) exports/examples/
	$(MAKE) pictures

# The table in the README: each model over several seeds, some two hours on two cores. Trains what
# exports/*.seeds.json does not record, so that a series that was stopped goes on.
.PHONY: results
results: $(VENV)/test
	$(BIN)/toolkit mnist --seeds 10 --device cpu --threads 1
	$(BIN)/toolkit mnist --model tiny --out exports/tiny.xlsx --seeds 5 --device cpu --threads 1
	$(BIN)/toolkit mnist --model sprint --out exports/sprint.xlsx --seeds 5 --device cpu --threads 2
	$(BIN)/toolkit mnist --model course --out exports/course.xlsx --seeds 3 --device cpu --threads 1
	cp exports/mnist.seeds.json tests/experiments/records/default.seeds.json
	for name in tiny sprint course; do \
	  cp exports/$$name.seeds.json tests/experiments/records/; done
	cp exports/mnist.safetensors toolkit/weights/default.safetensors
	$(BIN)/python -m tests.experiments.results

# The pictures in the README are the first views of sheets: of backprop and live the first sheet, of
# mnist Mistakes, of concepts the one on the learning rate.
PICTURES = backprop:1 live:1 mnist:8 concepts:8
.PHONY: pictures
pictures: $(VENV)/test window
	rm -rf build/pictures
	for each in $(PICTURES); do book=$${each%:*}; \
	  $(BIN)/python -m tests.look exports/examples/$$book.xlsx --sheets $${each#*:} \
	    --out build/pictures && cp build/pictures/$$book/*.png exports/examples/$$book.png; done

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or later is needed: make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)

$(VENV)/light: $(VENV)/bin/python requirements/light.txt pyproject.toml
	$(PIP) install --require-hashes -r requirements/light.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/mnist: $(VENV)/light requirements/mnist.txt
	$(PIP) install --require-hashes -r requirements/mnist.txt
	touch $@

$(VENV)/test: $(VENV)/light requirements/test.txt
	$(PIP) install --require-hashes -r requirements/test.txt
	touch $@

# The tests recalculate every workbook with LibreOffice; without it they would prove nothing.
.PHONY: libreoffice
libreoffice:
	@command -v soffice >/dev/null && { /usr/bin/python3 -c "import uno" 2>/dev/null || [ "$$(uname)" = Darwin ]; } || { \
	  command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	  apt-get update -qq && apt-get install -y -qq libreoffice-calc python3-uno >/dev/null; } || { \
	  echo "LibreOffice is missing, or its Python module uno. Install them, then run make again:"; \
	  echo "  Debian, Ubuntu: sudo apt-get update && sudo apt-get install libreoffice-calc python3-uno"; \
	  echo "  macOS: brew install --cask libreoffice, with soffice on the PATH"; exit 1; }

# A window for LibreOffice that needs no screen, and Carlito, which has the widths of Calibri: another
# font would hide overlaps.
WINDOW = xvfb fonts-crosextra-carlito fontconfig
.PHONY: window
window: libreoffice
	@command -v Xvfb >/dev/null && fc-list | grep -q Carlito || { \
	  command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	  apt-get update -qq && apt-get install -y -qq $(WINDOW) >/dev/null; } || { \
	  echo "Xvfb or the font Carlito is missing. Install them, then run make again:"; \
	  echo "  Debian, Ubuntu: sudo apt-get update && sudo apt-get install $(WINDOW)"; exit 1; }

# Gnumeric and HyperFormula, the third and fourth engine that the full tests recalculate with.
.PHONY: gnumeric hyperformula
gnumeric:
	@command -v ssconvert >/dev/null || { \
	  command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends gnumeric >/dev/null; } || { \
	  echo "Gnumeric is missing. Install it, then run make again:"; \
	  echo "  Debian, Ubuntu: sudo apt-get update && sudo apt-get install gnumeric"; \
	  echo "  macOS: brew install gnumeric"; exit 1; }

ENGINE = build/hyperformula
hyperformula: $(ENGINE)/node_modules/.package-lock.json
$(ENGINE)/node_modules/.package-lock.json: tests/oracles/package.json tests/oracles/package-lock.json
	@command -v npm >/dev/null || { \
	  command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; } || { \
	  echo "Node.js is missing. Install it with npm, then run make again:"; \
	  echo "  Debian, Ubuntu: sudo apt-get update && sudo apt-get install nodejs npm"; \
	  echo "  macOS: brew install node"; exit 1; }
	mkdir -p $(ENGINE)
	cp $^ $(ENGINE)
	npm ci --prefix $(ENGINE) --ignore-scripts --no-audit --no-fund --silent
	touch $@

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header pyproject.toml requirements/build.in

lock:
	$(LOCK) --extra test -o requirements/test.txt
	$(LOCK) --extra mnist -c requirements/test.txt -o requirements/mnist.txt
	$(LOCK) --extra test-light -c requirements/test.txt -o requirements/test-light.txt
	$(LOCK) -c requirements/test.txt -o requirements/light.txt

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
