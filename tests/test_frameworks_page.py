"""docs/frameworks.md says what benchmarks/frameworks.py asserts, and that is so here as well."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from lesson_laws import headings

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import frameworks  # noqa: E402

FACTS, KILLS = frameworks.FACTS, "the_bare_function_checks_no_shape"  # ends a process, of its own


def test_the_page_has_the_row_of_each_fact_and_no_other():
    page = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!fact \|).*", page, re.MULTILINE)
    seen = [row.split(" | ")[1] for row in rows]
    assert rows == [frameworks.row(fact, what) for fact, what in zip(FACTS.values(), seen, strict=True)]
    assert frameworks.LOST not in page


@pytest.mark.parametrize("name", [name for name in FACTS if name != KILLS])
def test_what_is_said_is_so_here_and_its_lesson_has_the_heading(name):
    assert frameworks.LOST not in frameworks.seen(FACTS[name])
    if lesson := FACTS[name].lesson:
        path, _, place = unquote(lesson).partition("#")
        assert place in headings(ROOT / "notebooks" / path)
