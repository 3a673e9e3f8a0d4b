"""Laws that every lesson keeps: as it is committed, as it runs, and as its exercises judge right and wrong answers."""

import re

import lesson_laws as laws
import lessons
import pytest
import torch
from wrong_answers import WRONG_ANSWERS

NAMES = lessons.names()
SECONDS = 120  # of one quiet core, for a collection of ten
EACH = 20  # and for one lesson; a Binder session has one core
MEGABYTES = 450  # at most, of the kernel, beside the 100 to 230 that the files of libraries take

every_lesson = pytest.mark.parametrize("name", NAMES)


def kept(complaints):
    assert not complaints, "\n" + "\n".join(complaints)


def test_there_are_lessons():
    assert len(NAMES) >= 3


def test_every_committed_notebook_is_named_like_a_lesson():
    assert [name for name in lessons.tracked() if not lessons.LESSON.fullmatch(name)] == []


@every_lesson
def test_a_lesson_is_a_valid_notebook_for_the_kernel_everyone_has(name):
    kept(laws.law_of_format(lessons.read(name)))


@every_lesson
def test_a_lesson_is_committed_without_outputs_counts_and_widget_state(name):
    kept(laws.law_of_stripping(lessons.read(name)))


@every_lesson
def test_a_lesson_opens_with_its_question_aim_minutes_and_needs(name):
    kept(laws.law_of_front_matter(lessons.read(name), name))


@every_lesson
def test_a_lesson_opens_with_one_small_picture_and_its_sentence(name):
    kept(laws.law_of_picture(lessons.read(name), name, lessons.FOLDER))


@every_lesson
def test_a_lesson_is_thin_and_installs_and_fetches_nothing(name):
    kept(laws.law_of_thinness(lessons.read(name)))


@every_lesson
def test_a_lesson_is_short_in_narrow_lines_and_tells_each_term_first(name):
    before = [lessons.read(other) for other in NAMES if other < min(name, "03")]  # what all lessons build upon
    kept(laws.law_of_reading(lessons.read(name), frozenset().union(*map(laws.terms, before))))


@every_lesson
def test_an_exercise_is_a_stub_then_a_check_then_a_folded_solution(name):
    kept(laws.law_of_exercises(lessons.read(name)))


@every_lesson
def test_every_prediction_has_a_folded_answer_for_a_page_without_kernel(name):
    kept(laws.law_of_predictions(lessons.read(name)))


@every_lesson
def test_a_lesson_ends_with_three_lines_and_the_statements_it_decided(name):
    kept(laws.law_of_ending(lessons.read(name)))


@every_lesson
def test_every_link_of_a_lesson_leads_to_a_file(name):
    kept(laws.law_of_links(lessons.read(name), lessons.FOLDER))


@every_lesson
def test_a_lesson_runs_from_top_to_bottom_without_any_traceback(name):
    kept(laws.law_of_running(lessons.executed(name).notebook))


@every_lesson
def test_a_claim_that_fails_speaks_and_the_lesson_goes_on(name):
    spoken = lessons.executed(name).spoken
    assert "✗ This claim does not hold here: not " in spoken
    assert re.search(r"^    .+  is  .+$", spoken, re.MULTILINE), "no value is shown"
    for words in ("\nPython 3", "\ncommit ", "open an issue", "\nthe lesson goes on"):
        assert words in spoken


@every_lesson
def test_running_a_lesson_writes_no_file_beside_it(name):
    assert lessons.executed(name).written == []


@every_lesson
def test_a_claim_is_asserted_and_shows_its_number(name):
    kept(laws.law_of_claims(lessons.executed(name).notebook))


@every_lesson
def test_a_lesson_ends_with_a_stamp_of_versions_seed_and_differences(name):
    kept(laws.law_of_stamp(lessons.executed(name).notebook))


@every_lesson
def test_a_check_passes_the_solution_guides_the_stub_and_names_each_mistake(name):
    ran = lessons.executed(name)
    assert len(ran.judged) == len(lessons.exercises(ran.notebook)) > 0
    kept(laws.law_of_verdicts(ran.judged))


@every_lesson
def test_every_exercise_has_three_wrong_answers_listed(name):
    listed = WRONG_ANSWERS.get(name.removesuffix(".ipynb"), {})
    exercises = range(len(lessons.exercises(lessons.read(name))))
    assert [number for number in exercises if len(listed.get(number, ())) < 3] == []
    assert sorted(set(listed) - set(exercises)) == []


def test_no_wrong_answer_is_listed_for_a_lesson_that_is_not_there():
    assert sorted(set(WRONG_ANSWERS) - {name.removesuffix(".ipynb") for name in NAMES}) == []


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
@pytest.mark.skipif(torch.version.cuda is not None, reason="torch with CUDA needs more; Binder gets the CPU build")
def test_a_lesson_fits_into_the_memory_of_a_small_session(name):
    if (peak := lessons.executed(name).peak) is None:
        pytest.skip("no /proc to tell what the kernel held")
    assert peak < MEGABYTES * 1e6
