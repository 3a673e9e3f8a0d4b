"""docs/budgets.md says what was measured: every lesson, in the units of its limit, and a miss is called a miss."""

import re
from pathlib import Path

import make_budgets
import page_table
import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "budgets.md"
FIGURE = re.compile(r"(\d+(?:\.\d+)?) (s|MB|kB|cells|lines)(?: \(\d+(?:\.\d+)? \2\))?")


def rows(text=None):
    return page_table.read(PAGE.read_text(encoding="utf-8") if text is None else text)


def complaints(rows):
    """What is wrong with the table, judged from its cells alone."""
    for row in rows:
        figures = [cell for heading, cell in row.items() if heading.startswith("make ") and cell != "–"]
        limit = re.fullmatch(r"at most (\d+(?:\.\d+)?) (\w+)", row["limit"])
        if limit is None:
            yield from ([f"{row['budget']}: kept without a limit"] if row["kept"] or row["limit"] else [])
            continue
        found = [FIGURE.fullmatch(figure) for figure in figures]
        if not all(found) or {one[2] for one in found} != {limit[2]}:
            yield f"{row['budget']}: figures are not in {limit[2]}"
        elif row["kept"] != ("yes" if max(float(one[1]) for one in found) <= float(limit[1]) else "**no**"):
            yield f"{row['budget']}: says {row['kept']!r}"


def test_every_figure_has_the_unit_of_its_limit_and_says_whether_it_is_kept():
    assert len(rows()) > 20
    assert list(complaints(rows())) == []


def test_every_lesson_that_exists_has_its_time_and_its_memory():
    lessons = [path.stem for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
    named = {row["budget"] for row in rows() if row["make budgets"] != "–"}
    wanted = {f"{stem}, {what}" for stem in lessons for what in ("time", "memory")}
    assert sorted(wanted - named) == [], "not measured yet; `make budgets` does it, `make binder` the other column"


def test_both_columns_are_dated_and_name_their_versions():
    table = {row["budget"]: row for row in rows()}
    for heading in ("make budgets", "make binder"):
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", table["date"][heading])
        assert all(re.match(r"\d+\.\d+", table[name][heading]) for name in ("Python", "torch", "ipywidgets"))


ROW = {"budget": "a", "limit": "at most 20 s", "kept": "yes", "make budgets": "19.9 s (40.0 s)", "make binder": "–"}


@pytest.mark.parametrize(
    "fault",
    [
        {"make budgets": "20.1 s (40.0 s)"},
        {"make binder": "21.0 s (21.0 s)"},
        {"make budgets": "19.9 MB"},
        {"make budgets": "19.9"},
        {"kept": "**no**"},
        {"kept": ""},
        {"limit": ""},
        {"limit": "20"},
    ],
)
def test_a_planted_fault_in_a_row_is_seen(fault):
    assert list(complaints([ROW])) == []
    assert len(list(complaints([{**ROW, **fault}]))) == 1


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        (["19.9 s (99.0 s)", "–"], "yes"),
        (["20.0 s (20.0 s)"], "yes"),
        (["20.1 s (20.1 s)"], "**no**"),
        (["1.0 s (1.0 s)", "20.1 s (20.1 s)"], "**no**"),
        ([], "yes"),
    ],
)
def test_a_limit_is_kept_if_every_column_keeps_it(figures, verdict):
    assert make_budgets.kept("20 s", figures) == verdict


def test_a_figure_in_another_unit_than_its_limit_is_refused():
    with pytest.raises(ValueError, match="expected it in s, got '3 MB'"):
        make_budgets.kept("20 s", ["3 MB"])


# --- the table in a page ----------------------------------------------------------------------------------------------

BARE = f"# Page\n\nbefore\n\n{page_table.BEGIN}\n{page_table.END}\n\nafter\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(BARE)
    return path


def test_a_column_is_read_back_as_it_was_put_and_the_prose_stays(page):
    page_table.put(page, "what", {"here": {"a": "1 s", "b": ""}})
    assert rows(page.read_text()) == [{"what": "a", "here": "1 s"}, {"what": "b", "here": ""}]
    assert page.read_text().startswith("# Page\n\nbefore\n\n")
    assert page.read_text().endswith("\n\nafter\n")


def test_another_command_leaves_the_column_of_the_first_alone_and_rows_that_are_gone_go(page):
    page_table.put(page, "what", {"here": {"a": "1 s", "b": "2 s"}})
    page_table.put(page, "what", {"there": {"b": "3 s", "c": "4 s"}})
    assert rows(page.read_text()) == [
        {"what": "b", "here": "2 s", "there": "3 s"},
        {"what": "c", "here": "–", "there": "4 s"},
    ]


def test_putting_a_column_again_changes_its_cells_and_adds_none(page):
    for figure in ("1 s", "2 s"):
        page_table.put(page, "what", {"here": {"a": figure}})
    assert rows(page.read_text()) == [{"what": "a", "here": "2 s"}]


@pytest.mark.parametrize("text", ["", page_table.BEGIN, BARE + BARE, f"{page_table.END}{page_table.BEGIN}"])
def test_a_page_without_its_two_marks_is_refused(text):
    with pytest.raises(ValueError, match="page: expected"):
        page_table.read(text)
