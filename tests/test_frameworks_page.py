"""docs/frameworks.md says what benchmarks/frameworks.py asserts, and what it says of torch alone is so here as well."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import frameworks  # noqa: E402

FACTS = {fact.name: fact for fact in frameworks.FACTS}
TORCH = [name for name, fact in FACTS.items() if fact.needs == "torch"]
PAGE = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")


def seen_on_the_page(fact):
    start = frameworks.row(fact, "HERE").partition("HERE")[0]
    return re.search(re.escape(start) + r"(.{10,}?)(?<!\\) \|", PAGE)[1].replace(frameworks.BAR, "|")


def test_the_page_is_what_the_facts_make_of_what_was_seen(monkeypatch):
    machine = PAGE.removeprefix(frameworks.HEAD).partition("\n\n## ")[0]
    monkeypatch.setattr(frameworks, "machine", lambda: machine)
    assert frameworks.page({name: seen_on_the_page(fact) for name, fact in FACTS.items()}) == PAGE
    assert len(FACTS) == len(frameworks.FACTS) > 10
    assert all(fact.sources for fact in FACTS.values())


def test_all_but_what_needs_a_gpu_has_been_seen():
    assert {fact.needs for fact in FACTS.values() if fact.see is None} == {"a GPU"}
    for fact in FACTS.values():
        assert seen_on_the_page(fact).startswith("not run") == (fact.see is None), fact.name
    assert frameworks.LOST not in PAGE


@pytest.mark.parametrize("name", TORCH)
def test_what_is_said_of_torch_alone_is_so_here(name):
    seen = frameworks.seen(FACTS[name])
    assert frameworks.LOST not in seen, seen


def test_a_fact_that_is_no_longer_so_is_named_and_nothing_is_written(monkeypatch, tmp_path, capsys):
    file, (name, fact) = tmp_path / "page.md", next(iter(FACTS.items()))
    lost = frameworks.seen(fact._replace(see=lambda: 1 / 0))
    assert "ZeroDivisionError" in lost
    for said, status in ((lost, 1), ("so", 0)):
        monkeypatch.setattr(frameworks, "all_seen", lambda said=said: dict.fromkeys(FACTS, "1") | {name: said})
        assert frameworks.main(["--into", str(file)]) == status
        assert (f"not seen: {name}" in capsys.readouterr().out, file.exists()) == (status == 1, status == 0)
