"""Every lesson as a reader meets it, moved by the keyboard: in JupyterLab, in Notebook 7, in Voila without its code."""

import importlib
import re

import browser_laws as laws
import lessons
import pytest
from playwright.sync_api import expect

STEMS = [name.removesuffix(".ipynb") for name in lessons.names()]
# In Notebook 7 those that have every kind of control between them.
OPENED = [("lab", stem) for stem in STEMS] + [("notebook", stem) for stem in STEMS[:3]]
OPENED += [("voila", stem) for stem in STEMS[::5]]


def code(stem):
    return "\n".join(cell.source for cell in lessons.code_cells(lessons.read(f"{stem}.ipynb")))


def twins(stem):
    """The explorers of a lesson, as its code opens them."""
    room = vars(importlib.import_module(f"lstm_demo.lessons.{stem[3:]}"))
    return [eval(call, room.copy()) for call in re.findall(r"^(?:lesson\.)?(\w+\.explore\(.*\))$", code(stem), re.M)]


@pytest.mark.parametrize(("place", "stem"), OPENED)
def test_a_lesson_runs_in_silence_and_all_in_it_is_reached_by_tab_and_answers_the_keyboard(open_lesson, place, stem):
    lesson, explorers = open_lesson(stem, place).run_all(), twins(stem)
    expect(lesson.explorers).to_have_count(len(explorers))
    expect(lesson.predictions).to_have_count(len(re.findall(r"(?<!\.)\bpredict\(", code(stem))))
    assert explorers
    for box, twin in zip(lesson.explorers.all(), explorers, strict=True):
        stand_before(box)
        laws.law_of_explorer(lesson, box, twin)
    for box in lesson.predictions.all():
        stand_before(box)
        laws.law_of_prediction(lesson, box)
    laws.law_of_silence(lesson)


def stand_before(box):
    box.evaluate("e => { e.tabIndex = -1; e.focus(); }")


SILENT_FAULTS = {
    "seen = w.Output()\nwith seen: {}['an Output widget']\nseen": "KeyError: 'an Output widget'",
    "from IPython.display import HTML\nHTML('<script>throw Error(\"a script\")</script>')": "a script",
    "from IPython.display import Markdown\nMarkdown('![no such thing](none.png)')": "404",
    "button = w.Button(); button.on_click(lambda _: 1 / 0); button.click()": "division by zero",
    "from lstm_demo import claims\nclaims.watch()": "",
    "assert 1 + 1 == 3": "This claim does not hold here: 1 + 1 == 3",
    "raise ValueError('a cell')": "ValueError: a cell",
}


def test_every_error_in_output_script_or_picture_breaks_the_silence(run_cells):
    told = "\n".join(run_cells("import ipywidgets as w", *SILENT_FAULTS).complaints())
    assert [words for words in SILENT_FAULTS.values() if words not in told] == []
