"""Laws that every lesson keeps: as it is committed, as it runs, and as its exercises judge right and wrong answers."""

import re

import lesson_laws as laws
import lessons
import pytest
import test_statements as statements
import torch
from wrong_answers import WRONG_ANSWERS

NAMES = lessons.names()
SECONDS, EACH = 120, 20  # of one quiet core, for all and for one; a Binder session has one core
MEGABYTES = 450  # at most, of the kernel, beside the 100 to 230 that the files of libraries take

every_lesson = pytest.mark.parametrize("name", NAMES)
of_the_cpu_build = pytest.mark.skipif(
    torch.version.cuda is not None, reason="torch with CUDA needs more, to be imported alone; Binder gets the CPU build"
)


def test_every_committed_notebook_is_named_like_a_lesson():
    assert len(NAMES) >= 3
    assert [name for name in lessons.tracked() if not lessons.LESSON.fullmatch(name)] == []


@every_lesson
def test_a_lesson_keeps_every_law_of_what_is_written(name):
    before = [lessons.read(other) for other in NAMES if other < min(name, "03")]  # what all lessons build upon
    known = frozenset().union(*map(laws.terms, before))
    assert laws.at_rest(lessons.read(name), name, lessons.FOLDER, known) == []


@every_lesson
def test_a_lesson_runs_without_traceback_asserts_what_it_shows_and_its_checks_judge_right_and_wrong_answers(name):
    ran = lessons.executed(name)
    assert laws.of_run(ran) == []
    assert len(ran.judged) == len(lessons.exercises(ran.notebook)) > 0
    assert ran.written == []


@every_lesson
def test_a_claim_that_fails_speaks_and_the_lesson_goes_on(name):
    spoken = lessons.executed(name).spoken
    assert "✗ This claim does not hold here: not " in spoken
    assert re.search(r"^    .+  is  .+$", spoken, re.MULTILINE), "no value is shown"
    for words in ("\nPython 3", "\ncommit ", "open an issue", "\nthe lesson goes on"):
        assert words in spoken


@every_lesson
def test_every_exercise_has_three_wrong_answers_listed(name):
    listed = WRONG_ANSWERS.get(name.removesuffix(".ipynb"), {})
    exercises = range(len(lessons.exercises(lessons.read(name))))
    assert [number for number in exercises if len(listed.get(number, ())) < 3] == []
    assert sorted(set(listed) - set(exercises)) == []


def test_no_wrong_answer_is_listed_for_a_lesson_that_is_not_there():
    assert sorted(set(WRONG_ANSWERS) - {name.removesuffix(".ipynb") for name in NAMES}) == []


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


@statements.every_statement
def test_every_number_of_a_verdict_stands_where_it_is_decided(key):
    """Asked here, where each lesson has been run."""
    assert statements.missing(statements.table()[key], lessons.executed) == set()
