"""docs/frameworks.md says what benchmarks/frameworks.py asserts, and what it says of torch alone is so here as well."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from lesson_laws import headings

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import frameworks  # noqa: E402

FACTS = {fact.name: fact for fact in frameworks.FACTS}
TORCH = [name for name, fact in FACTS.items() if fact.needs == "torch"]
PAGE = ROOT / "docs" / "frameworks.md"


def rows():
    """{sentence: [seen, sources, lesson]} of the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [^f-]|\| f(?!act)", line)]
    cells = [[cell.replace(r"\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert all(len(line) == 4 for line in cells)
    return {sentence: rest for sentence, *rest in cells}


def test_no_fact_has_the_name_or_the_sentence_of_another():
    assert len(FACTS) == len(frameworks.FACTS) == len({fact.sentence for fact in frameworks.FACTS}) > 10


def test_the_page_has_a_row_for_each_fact_and_for_nothing_else():
    assert sorted(rows()) == sorted(fact.sentence for fact in frameworks.FACTS)


@pytest.mark.parametrize("name", FACTS)
def test_a_row_names_the_sources_and_the_lesson_of_its_fact(name):
    fact = FACTS[name]
    seen, sources, lesson = rows()[fact.sentence]
    assert frameworks.row(fact, seen).split(" | ")[-2:] == [sources, f"{lesson} |"]
    assert fact.sources
    assert all(re.fullmatch(r"\[[^\]]+\]\(https://[^)\s]+\)", one) for one in sources.split(", "))


def test_only_what_needs_a_gpu_is_said_without_having_been_seen():
    unseen = {fact.sentence for fact in frameworks.FACTS if fact.see is None}
    assert {fact.needs for fact in frameworks.FACTS if fact.see is None} == {"a GPU"}
    assert {sentence for sentence, (seen, *_) in rows().items() if seen.startswith("not run")} == unseen
    assert all(len(seen) > 10 for seen, *_ in rows().values())
    assert frameworks.LOST not in PAGE.read_text(encoding="utf-8")


def test_the_page_says_when_and_on_which_versions_it_was_seen():
    said = PAGE.read_text(encoding="utf-8")
    for wanted in (r"^\d{4}-\d\d-\d\d, ", r"\bkeras 3\.", r"\btorch 2\.", r"\btensorflow", r"Python 3\."):
        assert re.search(wanted, said, re.MULTILINE), wanted


def test_every_lesson_that_is_named_is_there_and_has_the_heading():
    for lesson in filter(None, {fact.lesson for fact in frameworks.FACTS}):
        path, _, place = unquote(lesson).partition("#")
        file = ROOT / "notebooks" / path
        assert file.exists(), path
        if place:
            assert place in headings(file), lesson


@pytest.mark.parametrize("name", TORCH)
def test_what_is_said_of_torch_alone_is_so_here(name):
    seen = frameworks.seen(FACTS[name])
    assert frameworks.LOST not in seen, seen


def test_nearly_all_that_is_said_of_torch_is_seen_again_here():
    on_torch = {name for name, fact in FACTS.items() if fact.needs.startswith("torch")}
    assert on_torch - set(TORCH) == {"the_bare_function_checks_no_shape"}  # it can end the process


def test_a_fact_that_is_no_longer_so_is_named_and_nothing_is_written(monkeypatch, tmp_path, capsys):
    fact = FACTS["state_dict_holds_no_state"]

    def wrong():
        raise AssertionError("it holds one")

    said = frameworks.seen(fact._replace(see=wrong))
    assert said.startswith(frameworks.LOST)
    assert "it holds one" in said
    found = {name: "1" for name in FACTS} | {fact.name: said}
    monkeypatch.setattr(frameworks, "all_seen", lambda: found)
    assert frameworks.main(["--into", str(tmp_path / "page.md")]) == 1
    assert not list(tmp_path.iterdir())
    assert f"not seen: {fact.name}" in capsys.readouterr().out
    monkeypatch.setattr(frameworks, "all_seen", lambda: found | {fact.name: "1"})
    assert frameworks.main(["--into", str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8").count("\n| ") > 10
