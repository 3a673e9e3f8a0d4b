"""Every option that can be pressed, ticked or typed, and every answer, by keyboard, in JupyterLab and in Notebook 7.

Three explorers have every kind of control; what the settings of all others show is walked without a browser.
"""

import browser_laws as laws
import driver
import ipywidgets as widgets
import pytest
from test_show import EXPLORERS

TRIED = {name: of for name, of in EXPLORERS.items() if name.rpartition(".")[2] in ("board", "stack", "error_by_lag")}
CALLS = ["from {0} import {2}\n{2}.explore()".format(*name.rpartition(".")) for name in TRIED]
NUMBERS, ANIMALS = range(4), ["zebra", "a horse in pyjamas", "gnu"]
each_place = pytest.mark.parametrize("place", ["lab", "notebook"])


def values_to_try(control):
    """All options of a choice; of a slider with numbers the first, the middle and the last; two texts."""
    if isinstance(control, widgets.ToggleButtons):
        return [value for _, value in control._options_full]
    if isinstance(control, widgets.IntSlider):
        return [control.min, (control.min + control.max) // 2, control.max]
    return [True, False] if isinstance(control, widgets.Checkbox) else ["B", "SUN 2"]


@each_place
@pytest.mark.parametrize("name", TRIED)
def test_every_option_can_be_reached_by_keyboard_and_shows_its_sentence(page, place, name):
    lesson, twin = page(CALLS, place), TRIED[name].explore()
    box = lesson.explorers()[[*TRIED].index(name)]
    box.locator(".lstm-sentence").first.scroll_into_view_if_needed()
    kinds = (widgets.ToggleButtons, widgets.IntSlider, widgets.Checkbox, widgets.Text, widgets.SelectionSlider)
    shown = [one for one in twin.controls.values() if isinstance(one, kinds)]
    for control, group in zip(shown, driver.groups(box), strict=True):
        first = control.value
        for option in [] if isinstance(control, widgets.SelectionSlider) else [*values_to_try(control), first]:
            if control.disabled:
                break
            control.value = option
            driver.choose(group, option)
            wanted = " ".join(twin.of.drawn(*twin.values().values()).sentence.split())
            driver.settle_until(lesson, lambda wanted=wanted: driver.seen(box)[1] == wanted)
            assert driver.seen(box)[1] == wanted
    assert len(lesson.cells()) == lesson.length, "a key meant for a control made or removed a cell"
    laws.law_of_silence(lesson)


@pytest.mark.xfail(raises=AssertionError, reason="ipywidgets 8.1.9 gives the handle of a slider no accessible name")
def test_every_slider_has_a_name(page):
    for box in page(CALLS).explorers():
        laws.law_of_names(box, {"slider"})


@each_place
@pytest.mark.parametrize("options", [NUMBERS, ANIMALS], ids=["numbers", "names"])
def test_every_answer_can_be_pressed_by_mouse_and_by_keyboard_and_is_kept(page, place, options):
    ways = [(driver.move, k) for k in range(len(options))]
    ways += [(lambda _, button: button.click(), k) for k in range(len(options))]
    asked = [f"predict('Question {n}?', {options!r}, {options[1]!r}, 'So.')" for n in range(len(ways))]
    lesson = page(["from lstm_demo.show import predict", *asked], place)
    for box, (act, k) in zip(lesson.predictions(), ways, strict=True):
        laws.law_of_prediction(lesson, box, k, act)
    before = [box.inner_text() for box in lesson.predictions()]
    lesson.run_all()
    assert [box.inner_text() for box in lesson.predictions()] == before, "a guess was not kept"
    laws.law_of_silence(lesson)
