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

FACTS, PAGE = frameworks.FACTS, ROOT / "docs" / "frameworks.md"
KILLS = "the_bare_function_checks_no_shape"  # ends a process, of its own


def test_the_page_has_the_row_of_each_fact_and_no_other():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| (?!fact \|)", line)]
    seen = {row.split(" | ")[0].removeprefix("| "): row.split(" | ")[1] for row in rows}
    assert rows == [frameworks.row(fact, seen[fact.sentence]) for fact in FACTS.values()]
    for fact in FACTS.values():
        assert fact.sources
        assert frameworks.LOST not in seen[fact.sentence]


def test_every_lesson_that_is_named_is_there_and_has_the_heading():
    for lesson in filter(None, {fact.lesson for fact in FACTS.values()}):
        path, _, place = unquote(lesson).partition("#")
        assert place in headings(ROOT / "notebooks" / path), lesson


@pytest.mark.parametrize("name", [name for name in FACTS if name != KILLS])
def test_what_is_said_is_so_here(name):
    seen = frameworks.seen(FACTS[name])
    assert frameworks.LOST not in seen, seen


def test_a_fact_that_is_no_longer_so_is_named_and_nothing_is_written(monkeypatch, tmp_path, capsys):
    def wrong():
        raise AssertionError("it stretches one")

    monkeypatch.setattr(frameworks, "PAGE", tmp_path / "page.md")
    right, name = {name: fact._replace(see=lambda: "so") for name, fact in FACTS.items()}, next(iter(FACTS))
    monkeypatch.setattr(frameworks, "FACTS", right | {name: right[name]._replace(see=wrong)})
    assert frameworks.main([]) == 1
    said = capsys.readouterr().out
    assert f"{frameworks.LOST}: AssertionError: it stretches one" in said
    assert f"no longer so: {name}" in said
    monkeypatch.setattr(frameworks, "FACTS", right)
    assert frameworks.main(["--quick"]) == 0
    assert not list(tmp_path.iterdir())
    assert frameworks.main([]) == 0
    assert "| so |" in (tmp_path / "page.md").read_text(encoding="utf-8")
