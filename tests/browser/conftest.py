"""One server and one browser for all browser tests; a page of its own for each notebook."""

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `lessons`, when only this folder is tested

import driver
import lessons
import nbformat
from nbformat.v4 import new_code_cell, new_notebook

pytest.register_assert_rewrite("browser_laws")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with driver.running_lab(tmp_path_factory.mktemp("lab"), lessons.FOLDER) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    with driver.running_browser() as running:
        yield running


@pytest.fixture
def open_lesson(server, browser):
    """open_lesson(stem, place) -> the lesson of that stem, open there; not yet run, but in Voila."""
    with contextlib.ExitStack() as stack:
        yield lambda *of: stack.enter_context(contextlib.closing(driver.Lesson(browser, server, *of)))


@pytest.fixture
def run_cells(server, open_lesson):
    """run_cells(*sources) -> a notebook of these cells, open and run in JupyterLab."""

    def of(*sources):
        kernel = {"name": "python3", "display_name": "Python 3"}
        written = new_notebook(cells=[*map(new_code_cell, sources)], metadata={"kernelspec": kernel})
        nbformat.write(written, Path(server["root_dir"], "notebooks", "tiny.ipynb"))
        return open_lesson("tiny").run_all()

    return of
