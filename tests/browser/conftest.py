"""One server of each place and one browser for all browser tests; a page of its own for each notebook."""

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `lessons`, when only this folder is tested

import driver
import lessons
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

pytest.register_assert_rewrite("browser_laws")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """server(place) -> the running server of "lab", "notebook" or "voila", started once."""
    running = {}
    with contextlib.ExitStack() as stack:

        def of(place):
            if place not in running:
                one = driver.running_lab(tmp_path_factory.mktemp(place), lessons.FOLDER, place)
                running[place] = stack.enter_context(one)
            return running[place]

        yield of


@pytest.fixture(scope="session")
def browser():
    with driver.running_browser() as running:
        yield running


@pytest.fixture
def open_lesson(server, browser):
    """open_lesson(stem, place) -> the lesson of that stem, open there; not yet run."""
    with contextlib.ExitStack() as stack:

        def of(stem, place="lab"):
            opened = (driver.Page if place == "voila" else driver.Lesson)(browser, server(place), stem)
            return stack.enter_context(contextlib.closing(opened))

        yield of


@pytest.fixture(scope="module")
def page(server, browser):
    """page(sources, place) -> a notebook of these cells, open and run once, in the server's own copy, never ours."""
    with contextlib.ExitStack() as stack:
        opened = {}

        def of(sources, place="lab"):
            if (asked := (*sources, place)) not in opened:
                name = f"tiny_{len(opened)}"
                cells = [new_markdown_cell("# tiny"), *map(new_code_cell, sources)]
                kernel = {"name": "python3", "display_name": "Python 3"}
                written = new_notebook(cells=cells, metadata={"kernelspec": kernel})
                nbformat.write(written, server(place).root / "notebooks" / f"{name}.ipynb")
                lesson = driver.Lesson(browser, server(place), name)
                opened[asked] = stack.enter_context(contextlib.closing(lesson)).run_all()
            return opened[asked]

        yield of
