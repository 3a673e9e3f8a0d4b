"""The pages for readers and teachers: every link leads somewhere, every question and verdict to cells that run.

That the numbers of a verdict are shown where it is decided is asked in test_lessons.py, where each lesson has been run.
"""

import re
from pathlib import Path
from typing import NamedTuple

import lesson_laws as laws
import lessons
import nbformat
import numpy as np
import pytest
import torch

import lstm_demo as ld

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "data/README.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
QUESTION = re.compile(r"^- \*\*(.+?)\*\*(.*?)(?=^- |^#|\Z)", re.MULTILINE | re.DOTALL)
VERDICT = re.compile(r"^\| (S\d+) \| .+? \| (\*\*(.+?)\*\*.*?) \| (.+?) \|$", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?")


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def places(text):
    """[(lesson, heading)] of the links into lessons."""
    return [(Path(path).name, place) for path, place in laws.links(text) if path.endswith(".ipynb")]


def section(notebook, place):
    return laws.sections(notebook).get(place, [])


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_to_a_file_and_its_heading_and_every_target_of_make_is_there(name):
    cell = nbformat.v4.new_markdown_cell(page(name))
    assert [*laws.law_of_links(nbformat.v4.new_notebook(cells=[cell]), (ROOT / name).parent)] == []
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z]+)", page(name), re.MULTILINE)) <= targets


# --- the questions ---------------------------------------------------------------------------------------------------


def test_every_question_is_asked_once_and_led_to_code_by_a_short_answer_and_every_lesson_answers_some():
    asked, led = QUESTION.findall(page("docs/questions.md")), set()
    assert len({question for question, _ in asked}) == len(asked) >= 65
    for question, answer in asked:
        leads = places(answer)
        assert len(answer.partition("→")[0].split()) >= 3, question
        cells = [cell for name, place in leads for cell in section(lessons.read(name), place)]
        assert any(cell.cell_type == "code" for cell in cells), question
        led |= {name for name, _ in leads}
    assert led == set(lessons.names())


# --- the verdicts ----------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A line of docs/statements.md: all that is said, its verdict in bold, and where the lessons decide it."""

    said: str
    verdict: str
    decided: list


ROWS = {key: Row(*said, places(where)) for key, *said, where in VERDICT.findall(page("docs/statements.md"))}


def plain(text):
    return re.sub(r"[*`]", "", text).casefold().strip()


def decided(name):
    """{statement: verdict} of the sentence 'Decided here: S7 (half true: ...), ...' that closes a lesson."""
    text = "\n".join(cell.source for cell in laws.markdown(lessons.read(name)))
    last = re.findall(r"Decided here:(.*)", text)[-1]
    return {key: plain(said) for key, said in re.findall(r"(S\d+) \(([^()]*(?:\([^()]*\)[^()]*)*)\)", last)}


def numbers(text):
    return {float(number.replace(",", "")) for number in NUMBER.findall(text)}


def test_each_statement_has_one_verdict_with_a_number_and_is_decided_so_where_it_leads_and_nowhere_else():
    assert [*ROWS] == [f"S{k}" for k in range(1, 17)]
    for key, row in ROWS.items():
        assert numbers(row.said)
        for name, place in row.decided:
            assert section(lessons.read(name), place)
            assert decided(name)[key].startswith(plain(row.verdict))
    sent = {(key, name) for key, row in ROWS.items() for name, _ in row.decided}
    assert {(key, name) for name in lessons.names() for key in decided(name)} == sent


def test_the_sentence_above_the_table_counts_its_verdicts():
    words = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight"]
    false, half = (sum(plain(row.verdict).startswith(w) for row in ROWS.values()) for w in ("false", "half true"))
    assert f"{words[false].capitalize()} are false as said, {words[half]} are half true." in page("docs/statements.md")


# --- the README ------------------------------------------------------------------------------------------------------


def test_the_package_in_a_minute_runs_each_series_as_if_alone():
    minute, ragged = re.findall(r"```python\n(.*?)```", page("README.md"), re.DOTALL)
    names = {}
    exec(minute, names)
    for one, hidden in zip(names["series"], names["hidden"], strict=True):
        assert np.abs(ld.run(names["params"], one[None]).h[0] - hidden).max() < 1e-12
    exec(ragged, names)
    for one, out, h in zip(names["series"], names["outputs"], names["final"].h, strict=True):
        alone = names["net"].lstm(torch.tensor(one)[None].float())[0][0]
        assert max((alone - out).abs().max(), (alone[-1] - h).abs().max()) < 1e-6


def test_the_picture_on_top_has_the_words_of_its_lesson_and_every_lesson_stands_in_the_table():
    ((alt, path),) = laws.PICTURE.findall(page("README.md"))
    assert f"![{alt}](pictures/{Path(path).name})" in lessons.read(f"{Path(path).stem}.ipynb").cells[0].source
    assert re.findall(r"\(notebooks/(\w+\.ipynb)\) \|", page("README.md")) == sorted(lessons.names())
