"""Every option of every control of every explorer, and every answer, by keyboard in JupyterLab and in Notebook 7."""

import browser_laws as laws
import driver
import pytest

from lstm_demo import explore

MADE = """\
from lstm_demo import explore
from lstm_demo.names import NameNet
"""
GIVEN = {
    "explore_typing": "NameNet(units=5)",
}
EXPLORERS = [name for name in explore.__all__ if name.startswith("explore_")]
CALLS = [f"explore.{name}({GIVEN.get(name, '')})" for name in EXPLORERS]
SEED = "import torch; torch.manual_seed(0)"
NUMBERS, NAMES = range(4), ["zebra", "a horse in pyjamas", "gnu"]
both_places = pytest.mark.parametrize("place", ["lab", "notebook"])


@pytest.fixture(scope="module")
def twins():
    """The same explorers in this process: they know the options, and what each setting shows."""
    made = {}
    exec(MADE, made)
    return [eval(f"[__import__('torch').manual_seed(0), {call}][1]", made) for call in CALLS]


@pytest.fixture(scope="module")
def opened(page):
    """opened(place) -> a page with every explorer, in that place."""
    known = {}

    def of(place):
        if place not in known:
            known[place] = page([MADE, *[f"{SEED}\n{call}" for call in CALLS]], place)
        return known[place]

    return of


def values_to_try(control):
    """All options; of a slider the first, second, middle and last value."""
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    if hasattr(control, "step"):
        count = round((control.max - control.min) / control.step)
        return [type(control.min)(control.min + control.step * k) for k in (0, 1, count // 2, count)]
    return [True, False] if isinstance(control.value, bool) else ["B", "SUN 2"]


@pytest.mark.parametrize("k", range(len(CALLS)), ids=EXPLORERS)
@both_places
def test_every_option_can_be_reached_by_keyboard_and_shows_its_sentence(opened, twins, place, k):
    lesson, twin = opened(place), twins[k]
    box = lesson.explorers()[k]
    box.locator(".lstm-sentence").first.scroll_into_view_if_needed()
    groups = dict(zip(twin.controls, driver.groups(box), strict=True))
    values = {name: control.value for name, control in twin.controls.items()}
    laws.law_of_order(lesson, box)
    off_at_first, waiting = set(twin.idle(values)), set(values)

    def walk(name):
        waiting.discard(name)
        for option in [*values_to_try(twin.controls[name]), values[name]]:  # and back, as another may hang on it
            values[name] = option
            driver.choose(groups[name], option)
            settle_on(lesson, box, twin.shown(**values).sentence)
            for other in sorted(waiting & off_at_first - set(twin.idle(values))):
                walk(other)

    for name in values:
        if name in waiting - off_at_first:
            walk(name)
    assert not waiting, f"never switched on: {waiting}"
    assert len(lesson.cells()) == lesson.length, "a key meant for a control made or removed a cell"
    laws.law_of_silence(lesson)


def settle_on(lesson, box, sentence, tries=8):
    for _ in range(tries):
        lesson.settle()
        if driver.sentence(box) == " ".join(sentence.split()):
            return
    raise AssertionError(f"it says {driver.sentence(box)!r}, expected {sentence!r}")


@both_places
@pytest.mark.parametrize("options", [NUMBERS, NAMES], ids=["numbers", "names"])
def test_every_answer_can_be_pressed_by_mouse_and_by_keyboard_and_is_kept(page, place, options):
    asked = [
        f"explore.predict('{how} {k}?', {options!r}, {options[1]!r}, 'So.')"
        for how in ("key", "mouse")
        for k in range(len(options))
    ]
    lesson = page(["from lstm_demo import explore", *asked], place)
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
