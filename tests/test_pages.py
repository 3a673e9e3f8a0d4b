"""The pages for readers and teachers: every link leads somewhere, and every question to a heading whose cells run."""

import re
from pathlib import Path
from urllib.parse import unquote

import lesson_laws as laws
import lessons
import nbformat
import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
QUESTION = re.compile(r"^- \*\*(.+?)\*\*(.*?)(?=^- |^#|\Z)", re.MULTILINE | re.DOTALL)
every_page = pytest.mark.parametrize("name", PAGES)


def questions():
    """[(question, answer with its links)] of the page, line breaks taken out."""
    text = (DOCS / "questions.md").read_text(encoding="utf-8")
    return [tuple(re.sub(r"\s+", " ", part) for part in found) for found in QUESTION.findall(text)]


def as_notebook(text):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


def places(text):
    """[(file, heading)] of the links into lessons."""
    links = (unquote("".join(found)).partition("#") for found in laws.LINK.findall(text))
    return [(Path(path).name, place) for path, _, place in links if path.endswith(".ipynb")]


def code_under(name, place):
    """The code cells between a heading and the next."""
    found, inside = [], False
    for cell in lessons.read(name).cells:
        titles = re.findall(r"^#+ +(.*)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
        if titles:
            inside = re.sub(r"[*`]", "", titles[-1]).strip().replace(" ", "-") == place
        elif inside and cell.cell_type == "code":
            found.append(cell.source)
    return found


def test_there_are_pages():
    assert {"questions.md", "teaching.md"} <= set(PAGES)


@every_page
def test_every_link_of_a_page_leads_to_a_file_and_its_heading(name):
    assert [*laws.law_of_links(as_notebook((DOCS / name).read_text(encoding="utf-8")), DOCS)] == []


def test_every_question_is_asked_once_and_leads_to_a_heading_with_a_cell_that_runs():
    asked = [question for question, _ in questions()]
    assert len(set(asked)) == len(asked) >= 65
    for question, answer in questions():
        assert len(answer.partition("→")[0].split()) >= 3, question
        assert any(place and code_under(name, place) for name, place in places(answer)), question


def test_every_lesson_answers_some_question():
    assert {name for _, answer in questions() for name, _ in places(answer)} == set(lessons.names())


def test_a_heading_that_is_not_there_and_a_question_without_a_cell_would_be_found():
    assert [*laws.law_of_links(as_notebook("[x](../notebooks/00_start_here.ipynb#Nowhere)"), DOCS)]
    for place in ("Take-away-not", "Nowhere"):
        assert code_under("00_start_here.ipynb", place) == []
    assert code_under("00_start_here.ipynb", "A-cell-that-counts")
