"""One JupyterLab and one browser for all browser tests; each lesson is opened and run once, in a page of its own."""

import contextlib
import os
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
def lab(tmp_path_factory):
    with driver.running_lab(tmp_path_factory.mktemp("lab"), lessons.FOLDER) as running:
        yield running


@pytest.fixture(scope="session")
def elsewhere(lab, tmp_path_factory):
    """elsewhere(place) -> the running server of that place, started once."""
    running = {"lab": lab}
    with contextlib.ExitStack() as stack:

        def of(place):
            if place not in running:
                server = driver.running_server(tmp_path_factory.mktemp(place), lessons.FOLDER, place)
                running[place] = stack.enter_context(server)
            return running[place]

        yield of


@pytest.fixture(scope="session")
def browser():
    try:
        with driver.running_browser() as running:
            yield running
    except driver.NoBrowser as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def open_lesson(lab, browser):
    """open_lesson(name) -> the lesson of that stem, run from top to bottom; close it when done."""
    return lambda name: driver.Lesson(browser, lab, name).run_all()


@pytest.fixture(scope="module")
def lesson(request, open_lesson):
    """The lesson that a test is parametrised with, open and run, shared by the tests of that lesson."""
    opened = open_lesson(request.param)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def page(elsewhere, browser):
    """page(sources, place="lab") -> a notebook of these cells, open and run, in the server's own copy, never ours."""
    opened = []

    def of(sources, place="lab"):
        name, server = f"tiny_{len(opened)}", elsewhere(place)
        cells = [new_markdown_cell("# tiny"), *map(new_code_cell, sources)]
        kernel = {"name": "python3", "display_name": "Python 3"}
        written = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(written, server.root / "notebooks" / f"{name}.ipynb")
        opened.append(driver.Lesson(browser, server, name).run_all())
        return opened[-1]

    yield of
    for lesson in opened:
        lesson.close()


@pytest.fixture(autouse=True)
def photograph(request):
    """Where the environment variable SCREENSHOTS names a folder, keep what the page looked like after each test."""
    yield
    folder = os.environ.get("SCREENSHOTS")
    if folder and "lesson" in request.fixturenames:
        lesson = request.getfixturevalue("lesson")
        for number in driver.pages(lesson):
            lesson.screenshot(Path(folder) / lesson.name / f"{request.node.originalname}_p{number:02}.png")
