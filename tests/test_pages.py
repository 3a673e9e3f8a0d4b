"""The pages for readers and teachers: every link leads somewhere, and every question to a heading whose cells run."""

import re
from pathlib import Path
from urllib.parse import unquote

import lesson_laws as laws
import lessons
import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "data/README.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
QUESTION = re.compile(r"^- \*\*(.+?)\*\*(.*?)(?=^- |^#|\Z)", re.MULTILINE | re.DOTALL)


def questions():
    """[(question, answer with its links)] of the page, line breaks taken out."""
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    return [tuple(re.sub(r"\s+", " ", part) for part in found) for found in QUESTION.findall(text)]


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


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_to_a_file_and_its_heading(name):
    cell = nbformat.v4.new_markdown_cell((ROOT / name).read_text(encoding="utf-8"))
    assert [*laws.law_of_links(nbformat.v4.new_notebook(cells=[cell]), (ROOT / name).parent)] == []


def test_every_question_is_asked_once_and_leads_to_a_heading_with_a_cell_that_runs():
    asked = [question for question, _ in questions()]
    assert len(set(asked)) == len(asked) >= 65
    for question, answer in questions():
        assert len(answer.partition("→")[0].split()) >= 3, question
        assert any(place and code_under(name, place) for name, place in places(answer)), question


def test_every_lesson_answers_some_question():
    assert {name for _, answer in questions() for name, _ in places(answer)} == set(lessons.names())
