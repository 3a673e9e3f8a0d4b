"""The lessons outside JupyterLab: in Notebook 7, and in Voila, which shows a page without code."""

import browser_laws as laws
import driver
import lessons
import pytest

STEMS = [name.removesuffix(".ipynb") for name in lessons.names()]
PLACES = [("notebook", "00_start_here"), *(("voila", stem) for stem in STEMS[::5])]


@pytest.mark.parametrize(("place", "stem"), PLACES)
def test_explorers_and_predictions_answer_the_keyboard_outside_jupyterlab(elsewhere, browser, place, stem):
    lesson = driver.open_in(place, browser, elsewhere(place), stem).run_all()
    try:
        assert lesson.explorers()
        assert lesson.predictions()
        if place == "voila":
            assert (
                lesson.page.locator(".cm-editor:visible, .CodeMirror:visible, .jp-InputArea-editor:visible").all() == []
            )
        for box in lesson.explorers():
            laws.law_of_explorer(lesson, box)
        for box in lesson.predictions():
            laws.law_of_prediction(lesson, box)
        laws.law_of_silence(lesson)
    finally:
        lesson.close()
