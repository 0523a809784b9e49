# A thin face of `python -m helpers`: every command can be typed without make as well.
# Kept to what make 3.81 and a POSIX shell understand.

PYTHON = .venv/bin/python
NOTEBOOKS = find notebooks -name '*.ipynb' ! -path '*/.ipynb_checkpoints/*'
STRIP = .venv/bin/nbstripout --keep-id --extra-keys 'metadata.papermill cell.metadata.papermill'
JOBS =
PDF =

.PHONY: help setup clean-data audit reports export test lint bench lab

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## Create .venv, or bring it up to date with requirements.lock
	@sh bootstrap.sh

clean-data: setup ## Clean every disclosure of data/raw into data/clean
	$(PYTHON) -m helpers clean data/raw

audit: setup ## List the figures of data/raw that do not add up
	$(PYTHON) -m helpers audit data/raw

reports: setup ## Render the reports that are out of date (JOBS=4: four at a time)
	$(PYTHON) -m helpers report $(if $(JOBS),--jobs $(JOBS))

export: setup ## Write one Parquet of all facts and an Excel workbook per disclosure into build/
	$(PYTHON) -m helpers export

test: setup ## Run the tests
	$(PYTHON) -m pytest --numprocesses logical --maxprocesses 4

lint: setup ## Check code style, and that no notebook holds outputs
	$(PYTHON) -m ruff check src tests notebooks
	$(PYTHON) -m ruff format --check src tests notebooks
	@echo "$(NOTEBOOKS) -exec $(STRIP) --verify {} +"
	@$(NOTEBOOKS) -exec $(STRIP) --verify {} +

bench: setup ## Measure cleaning, reading PDF (PDF=folder: these too), and what the audit notices
	$(PYTHON) tests/pdf_exports.py build/pdf
	$(PYTHON) -m helpers bench --pdf build/pdf $(PDF)

lab: setup ## Open JupyterLab in the folder of the notebooks
	.venv/bin/jupyter lab --LabApp.default_url=/lab/tree/notebooks
