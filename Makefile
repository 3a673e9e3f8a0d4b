# make lab    one command from a clone to a lesson        make test    one command to see that it can be trusted
# Needs GNU make (3.81 will do) and Python 3.11 or newer; nothing is installed outside this folder.

PYTHON ?= python3
ARGS ?=
LESSON = notebooks/00_start_here.ipynb
IN_VENV = .venv/bin/python

# Jupyter, IPython, matplotlib and Keras keep their notes (theme, history, fonts) inside .venv, so that nothing of yours is
# touched, and so that a lesson looks alike on every machine of a class, whatever its owner has set up.
# To have your own settings instead: make lab JUPYTER_CONFIG_DIR=$HOME/.jupyter
JUPYTER_CONFIG_DIR ?= $(CURDIR)/.venv/jupyter/config
JUPYTER_DATA_DIR ?= $(CURDIR)/.venv/jupyter/data
IPYTHONDIR ?= $(CURDIR)/.venv/ipython
MPLCONFIGDIR ?= $(CURDIR)/.venv/matplotlib
KERAS_HOME ?= $(CURDIR)/.venv/keras
# And on all of these: no question about news, no look for updates (both ask the network), no search for language
# servers (it starts npm, which writes into your home).
JUPYTER_CONFIG_PATH ?= $(CURDIR)/scripts/lab_settings
export JUPYTER_CONFIG_DIR JUPYTER_CONFIG_PATH JUPYTER_DATA_DIR IPYTHONDIR MPLCONFIGDIR KERAS_HOME

# The first Chromium found; CHROMIUM=/path/to/another takes its place.
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome || true)
export CHROMIUM

# Browser tests at once, one more than there are cores: each of them waits for half of its time.
AT_ONCE = $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))

# Jupyter refuses to run as root, which is what containers and some classroom machines are.
ROOT_FLAG = $(if $(filter 0,$(shell id -u)),--allow-root)
# A clone on a disk that cannot be written to, or another's: Jupyter and pytest would end in a traceback.
WRITABLE = test -w .venv || { echo "expected to write into $(CURDIR)/.venv, and may not;" \
    "copy the clone into a folder of your own and type the command there"; exit 1; }
CHECKED = $(wildcard lstm_demo tests scripts site benchmarks notebooks)
LESSONS = $(wildcard notebooks/*.ipynb)

.PHONY: help lab test env browser bench machines lint site pictures data sweeps clean

help: ## what can be typed here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# Lab keeps its token and listens on this machine only.
lab: ## open the lessons in JupyterLab; ARGS="--no-browser --port=8899" is passed on
	@$(PYTHON) scripts/make_env.py lessons
	@$(WRITABLE)
	@$(IN_VENV) -m jupyterlab $(ROOT_FLAG) --ServerApp.root_dir="$(CURDIR)" \
	    --LabApp.default_url=/lab/tree/$(LESSON) $(ARGS)

test: env ## run every test but those of the browser; ARGS is passed on to pytest
	@$(WRITABLE)
	@$(IN_VENV) -m pytest -q --numprocesses=auto --dist=loadfile $(ARGS)

env: ## make .venv for lessons and tests, or leave it if it is right
	@$(PYTHON) scripts/make_env.py lessons test cores

browser: ## run the lessons in a real Chromium (CHROMIUM=/path/to/it if it is not on PATH)
	@test -n "$(CHROMIUM)" || { echo "browser: expected a Chromium or Chrome on PATH, found none;" \
	    "install one, or say where it is: make browser CHROMIUM=/path/to/it"; exit 1; }
	@$(PYTHON) scripts/make_env.py lessons test cores browser
	@XDG_CONFIG_HOME="$(CURDIR)/.venv/chromium" $(IN_VENV) -m pytest -q --numprocesses=$(AT_ONCE) --dist=worksteal tests/browser $(ARGS)

bench: ## race our code against torch, Keras and flax, in an environment of its own; ARGS=--quick takes minutes
	@$(PYTHON) scripts/make_env.py bench --venv .venv-bench
	@.venv-bench/bin/python benchmarks/every.py $(ARGS)

machines: env ## run every lesson as other processors would, and with other luck: half an hour; names pick some
	@$(IN_VENV) scripts/run_machines.py $(ARGS)

lint: env ## check style, and that the notebooks are stored without outputs
	@$(IN_VENV) -m ruff check $(CHECKED)
	@$(IN_VENV) -m ruff format --check $(CHECKED)
	@$(if $(LESSONS),$(IN_VENV) -m nbstripout --keep-id --verify $(LESSONS))

site: env ## build _site/: the lessons as pages that move without a kernel; ARGS=--again compares a second run
	@$(IN_VENV) scripts/make_site.py $(ARGS)

pictures: env ## remake the pictures of README and lessons
	@$(IN_VENV) scripts/make_pictures.py $(ARGS)

data: ## rebuild data/unicode_names.csv from Python's own tables
	@$(PYTHON) scripts/make_unicode_names.py

sweeps: env ## train all that lessons compare, anew, into data/: over an hour of one core; ARGS=--quick tries it out
	@$(IN_VENV) scripts/sweep.py $(ARGS)

clean: ## remove the environments and what tools left behind; lessons and data stay
	rm -rf _site .venv .venv-bench .pytest_cache .ruff_cache .hypothesis build dist
	find lstm_demo tests scripts benchmarks notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune \
	    -exec rm -rf {} + 2>/dev/null || true
