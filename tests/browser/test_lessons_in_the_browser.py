"""Every lesson as a reader meets it, moved by the keyboard: in JupyterLab, in Notebook 7, in Voila without its code."""

import re

import browser_laws as laws
import driver
import lessons
import pytest

STEMS = [name.removesuffix(".ipynb") for name in lessons.names()]
ELSEWHERE = [("notebook", "00_start_here"), *(("voila", stem) for stem in STEMS[::5])]
EDITORS = ".cm-editor:visible, .CodeMirror:visible, .jp-InputArea-editor:visible"


def calls(lesson, pattern):
    """How often the lesson's code calls something: as many boxes must be on the page, so that no test is empty."""
    return sum(len(re.findall(pattern, cell["source"])) for cell in lesson.cells() if cell["cell_type"] == "code")


@pytest.mark.parametrize("stem", STEMS)
def test_a_lesson_runs_in_silence_and_all_in_it_is_named_reached_by_tab_and_moved_by_the_keyboard(open_lesson, stem):
    lesson = open_lesson(stem).run_all()
    laws.law_of_silence(lesson)
    assert len(lesson.explorers()) == calls(lesson, r"\.explore\(") > 0
    assert len(lesson.predictions()) == calls(lesson, r"(?<!\.)\bpredict\(") > 0
    for box in lesson.explorers() + lesson.predictions():
        laws.law_of_names(box, set(driver.KEYS) - {"slider"})  # ipywidgets names none, see test_every_option.py
        laws.law_of_order(lesson, box)
    laws.law_of_keys(lesson)


@pytest.mark.parametrize(("place", "stem"), ELSEWHERE)
def test_explorers_and_predictions_answer_the_keyboard_outside_jupyterlab(open_lesson, place, stem):
    lesson = open_lesson(stem, place).run_all()
    assert lesson.explorers()
    assert lesson.predictions()
    if place == "voila":
        assert lesson.page.locator(EDITORS).all() == []
    laws.law_of_keys(lesson)


SILENT_FAULTS = {
    "seen = w.Output()\nwith seen: {}['an Output widget']\nseen": "KeyError: 'an Output widget'",
    "from IPython.display import HTML\nHTML('<script>throw Error(\"a script\")</script>')": "a script",
    "from IPython.display import Markdown\nMarkdown('![no such thing](none.png)')": "picture not loaded: no such thing",
    "button = w.Button(); button.on_click(lambda _: 1 / 0); button.click()": "division by zero",
    "from lstm_demo import claims\nclaims.watch()": "",
    "assert 1 + 1 == 3": "This claim does not hold here: 1 + 1 == 3",
    "raise ValueError('a cell')": "ValueError: a cell",
}


def test_every_error_in_output_script_or_picture_breaks_the_silence(page):
    told = "\n".join(page(["import ipywidgets as w", *SILENT_FAULTS]).complaints())
    assert [words for words in SILENT_FAULTS.values() if words not in told] == []
