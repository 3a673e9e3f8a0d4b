"""The table of docs/statements.md, held against the lessons that decide: the same verdict, and numbers they print."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import lesson_laws as laws
import lessons
import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "statements.md"
ROW = re.compile(r"^\| (S\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?")
STATEMENTS = [f"S{k}" for k in range(1, 17)]


class Row(NamedTuple):
    """A line of the table: the verdict in bold and what is said after it, and [(lesson, place)] where it is decided."""

    verdict: str
    said: str
    decided: list


def table():
    return {key: row(said, where) for key, _, said, where in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def row(said, where):
    bold = re.match(r"\*\*(.+?)\*\*", said)
    links = [unquote(link[0]).partition("#") for link in laws.LINK.findall(where)]
    return Row(bold[1] if bold else "", laws.LINK.sub("", said), [(Path(path).name, place) for path, _, place in links])


def plain(text):
    return re.sub(r"[*`]", "", text).casefold().strip()


def decided(name):
    """{statement: verdict} of the sentence 'Decided here: S7 (half true: ...), ...' that closes a lesson."""
    text = "\n".join(cell.source for cell in laws.markdown(lessons.read(name)))
    last = re.findall(r"Decided here:(.*)", text)[-1]
    return {key: plain(said) for key, said in re.findall(r"(S\d+) \(([^()]*(?:\([^()]*\)[^()]*)*)\)", last)}


def section(notebook, place):
    """All that stands and is shown under a heading, down to the next."""
    found, inside = [], False
    for cell in notebook.cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            if line.startswith("#"):
                inside = re.sub(r"[*`]", "", line.lstrip("# ")).strip().replace(" ", "-") == place
            found += [line] * inside
        if inside and cell.cell_type == "code":
            found.append(lessons.shown(cell))
    return "\n".join(found)


def missing(row, executed):
    """Numbers of a verdict that nothing shows where it is decided."""
    shown = "\n".join(section(executed(name).notebook, place) for name, place in row.decided)
    return numbers(row.said) - numbers(shown)


def numbers(text):
    return {float(number.replace(",", "")) for number in NUMBER.findall(text)}


every_statement = pytest.mark.parametrize("key", STATEMENTS)


def test_the_table_has_each_statement_once():
    text = PAGE.read_text(encoding="utf-8")
    assert sorted(found[0] for found in ROW.findall(text)) == sorted(STATEMENTS)


@every_statement
def test_a_statement_has_a_number_and_the_verdict_of_the_lessons_that_decide_it_under_a_heading(key):
    row = table()[key]
    assert row.verdict
    assert "open" not in row.verdict
    assert NUMBER.search(row.said)
    assert row.decided
    for name, place in row.decided:
        assert place in laws.headings(lessons.read(name))
        assert decided(name)[key].startswith(plain(row.verdict))


def test_no_lesson_decides_what_the_table_does_not_send_to_it():
    sent = {(key, name) for key, row in table().items() for name, _ in row.decided}
    assert {(key, name) for name in lessons.names() for key in decided(name)} - sent == set()


def test_the_sentence_above_the_table_counts_its_verdicts():
    verdicts = [plain(row.verdict) for row in table().values()]
    words = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight"]
    false, half = (words[sum(verdict.startswith(start) for verdict in verdicts)] for start in ("false", "half true"))
    text = PAGE.read_text(encoding="utf-8")
    assert f"{false.capitalize()} are false as said, {half} are half true." in text
