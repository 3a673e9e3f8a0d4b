"""Laws that every lesson keeps: as it is committed, as it runs, and as its exercises judge right and wrong answers."""

import re
import subprocess

import lesson_laws as laws
import lessons
import nbformat
import pytest
import test_pages as pages
import torch
from wrong_answers import WRONG_ANSWERS

NAMES = lessons.names()
SECONDS, EACH = 120, 20  # of one quiet core, for all and for one; a Binder session has one core
MEGABYTES = 450  # at most, of the kernel, beside the 100 to 230 that the files of libraries take

every_lesson = pytest.mark.parametrize("name", NAMES)
of_the_cpu_build = pytest.mark.skipif(
    torch.version.cuda is not None, reason="torch with CUDA needs more, to be imported alone; Binder gets the CPU build"
)


@every_lesson
def test_a_lesson_keeps_every_law_of_what_is_written(name):
    before = [lessons.read(other) for other in NAMES if other < min(name, "03")]  # what all lessons build upon
    known = frozenset().union(*map(laws.terms, before))
    assert laws.at_rest(lessons.read(name), name, lessons.FOLDER, known) == []


@every_lesson
def test_a_lesson_runs_without_traceback_asserts_what_it_shows_and_its_checks_judge_right_and_wrong_answers(name):
    ran = lessons.executed(name)
    assert laws.of_run(ran) == []
    assert ran.written == []


@every_lesson
def test_a_claim_that_fails_speaks_and_the_lesson_goes_on(name):
    spoken = lessons.executed(name).spoken
    assert "✗ This claim does not hold here: not " in spoken
    assert re.search(r"^    .+  is  .+$", spoken, re.MULTILINE), "no value is shown"
    for words in ("\nPython 3", "\ncommit ", "open an issue", "\nthe lesson goes on"):
        assert words in spoken


def test_every_exercise_has_three_wrong_answers_listed_and_no_other_has():
    found = {name.removesuffix(".ipynb"): len(lessons.exercises(lessons.read(name))) for name in NAMES}
    assert {name: len(listed) for name, listed in WRONG_ANSWERS.items()} == found
    assert all(len(wrong) >= 3 for listed in WRONG_ANSWERS.values() for wrong in listed.values())


@of_the_cpu_build
def test_each_lesson_runs_within_twenty_seconds_and_all_within_two_minutes(capsys):
    ran = {name: lessons.executed(name) for name in NAMES}
    worked = {name: seconds(one) for name, one in ran.items()}
    if not in_time(worked):  # the longer ones once more, as work beside them only ever adds
        long = [name for name in NAMES if worked[name] > EACH / 2]
        worked |= {name: min(worked[name], seconds(lessons.run(lessons.read(name), lessons.FOLDER))) for name in long}
    with capsys.disabled():
        told = (f"{name} {worked[name]:.1f} (cpu {one.cpu:.1f}, slow {one.slow:.1f})" for name, one in ran.items())
        print("\nseconds:", ", ".join(told))
    assert in_time(worked)


def in_time(worked):
    return max(worked.values()) < EACH and sum(worked.values()) < SECONDS


def seconds(one):
    """Of a quiet core, for a lesson that ran."""
    return one.cpu / one.slow


@every_lesson
@of_the_cpu_build
def test_a_lesson_fits_into_the_memory_of_a_small_session(name):
    if (peak := lessons.executed(name).peak) is None:
        pytest.skip("no /proc to tell what the kernel held")
    assert peak < MEGABYTES * 1e6


@pytest.mark.parametrize("key", pages.ROWS)
def test_every_number_of_a_verdict_stands_where_it_is_decided(key):
    shown = ""
    for name, place in pages.ROWS[key].decided:
        cells = pages.section(lessons.executed(name).notebook, place)
        shown += "\n".join(lessons.shown(cell) if cell.cell_type == "code" else cell.source for cell in cells)
    assert pages.numbers(pages.ROWS[key].said) <= pages.numbers(shown)


def test_the_committed_lesson_is_read_after_a_reader_has_played_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "FOLDER", tmp_path)
    monkeypatch.delenv("LESSONS", raising=False)

    def written(source, file="07_tiny.ipynb"):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        nbformat.write(notebook, tmp_path / file)
        return lessons.read("07_tiny.ipynb").cells[0].source

    assert written("made") == "made"  # no git, no commit: the file
    author = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "a lesson", "--no-verify"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert written("played") == written("new", "Untitled.ipynb") == "made"
    assert lessons.names() == lessons.tracked() == ["07_tiny.ipynb"]
    monkeypatch.setenv("LESSONS", "working")
    assert lessons.read("07_tiny.ipynb").cells[0].source == "played"
