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
PLACES = [(place, k) for place in ("lab", "notebook") for k in range(len(CALLS))]
NUMBERS, ANIMALS = range(4), ["zebra", "a horse in pyjamas", "gnu"]


@pytest.fixture(scope="module")
def opened(page):
    """opened(place) -> a page with these explorers in that place."""
    known = {}

    def of(place):
        if place not in known:
            known[place] = page(CALLS, place)
        return known[place]

    return of


def values_to_try(control):
    """All options of a choice; of a slider with numbers the first, the middle and the last; two texts."""
    if isinstance(control, widgets.ToggleButtons):
        return [value for _, value in control._options_full]
    if isinstance(control, widgets.IntSlider):
        return [control.min, (control.min + control.max) // 2, control.max]
    return [True, False] if isinstance(control, widgets.Checkbox) else ["B", "SUN 2"]


@pytest.mark.parametrize(("place", "k"), PLACES, ids=[f"{place}-{[*TRIED][k]}" for place, k in PLACES])
def test_every_option_can_be_reached_by_keyboard_and_shows_its_sentence(opened, place, k):
    lesson, twin = opened(place), [*TRIED.values()][k].explore()
    box = lesson.explorers()[k]
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
            settle_on(lesson, box, twin)
    assert len(lesson.cells()) == lesson.length, "a key meant for a control made or removed a cell"
    laws.law_of_silence(lesson)


def settle_on(lesson, box, twin, tries=8):
    wanted = twin.of.drawn(*twin.values().values()).sentence
    for _ in range(tries):
        lesson.settle()
        if driver.sentence(box) == " ".join(wanted.split()):
            return
    raise AssertionError(f"it says {driver.sentence(box)!r}, expected {wanted!r}")


@pytest.mark.parametrize("place", ["lab", "notebook"])
@pytest.mark.parametrize("options", [NUMBERS, ANIMALS], ids=["numbers", "names"])
def test_every_answer_can_be_pressed_by_mouse_and_by_keyboard_and_is_kept(page, place, options):
    asked = [
        f"predict('{how} {k}?', {options!r}, {options[1]!r}, 'So.')"
        for how in ("key", "mouse")
        for k in range(len(options))
    ]
    lesson = page(["from lstm_demo.show import predict", *asked], place)
    boxes = lesson.predictions()
    for k, box in enumerate(boxes[: len(options)]):
        laws.law_of_prediction(lesson, box, k)
    for k, box in enumerate(boxes[len(options) :]):
        said = str(options[k])
        box.locator("button", has_text=said).first.click()
        laws.law_of_reveal(lesson, box, said)
    before = [box.inner_text() for box in boxes]
    lesson.run_all()
    assert [box.inner_text() for box in lesson.predictions()] == before, "a guess was not kept"
    laws.law_of_silence(lesson)
