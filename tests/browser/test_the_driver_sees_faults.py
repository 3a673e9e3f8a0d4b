"""The browser's laws are tested too: a small sound page keeps them for every kind of control, each fault is caught."""

import browser_laws as laws
import driver
import pytest

MAKE = """\
import ipywidgets as w

def svg(shade):
    return f'<svg viewBox="0 0 9 4"><rect width="9" height="4" fill="hsl({shade}, 50%, 50%)"/></svg>'

def explorer(control, shade=lambda value: 10 * hash(value) + 7, said="it shows {}"):
    image, sentence = (w.HTML(said).add_class(f"lstm-{kind}") for kind, said in
                       [("picture", svg(1)), ("sentence", "it opens")])
    def changed(change):
        image.value = svg(shade(change["new"]))
        sentence.value = said.format(change["new"])
    control.observe(changed, "value")
    return w.VBox([control, image, sentence]).add_class("lstm-explorer")

def prediction(lock=True, hidden=True, mark="✗ "):
    buttons, reveal = [w.Button(description=said) for said in "ab"], w.HTML("an answer").add_class("lstm-reveal")
    reveal.layout.display = "none" if hidden else ""
    def pressed(button):
        reveal.layout.display = ""
        for other in buttons:
            other.disabled = lock and other is not button
        button.description = mark + button.description[-1]
    for button in buttons:
        button.on_click(pressed)
    return w.VBox([*buttons, reveal]).add_class("lstm-predict")
"""
EXPLORERS = {
    "slider": "explorer(w.IntSlider(2, 0, 5))",
    "slider at its end": "explorer(w.IntSlider(5, 0, 5))",
    "menu": "explorer(w.Dropdown(options=[1, 2, 3]))",
    "menu at its end": "explorer(w.Dropdown(options=[1, 2, 3], value=3))",
    "toggles": "explorer(w.ToggleButtons(options=[1, 2, 3]))",
    "radio": "explorer(w.RadioButtons(options=[1, 2, 3]))",
    "tick": "explorer(w.Checkbox(description='on'))",
    "number": "explorer(w.BoundedIntText(3, min=0, max=100))",
    "text": "explorer(w.Text('ab', continuous_update=True), len)",
}
PREDICTIONS = {"the first answer": "prediction()", "the last answer": "prediction()"}
EXPLORER_FAULTS = {
    "callback that raises": ("explorer(w.IntSlider(2, 0, 5), lambda value: 1 / 0)", "the picture stayed"),
    "picture that stays": ("explorer(w.IntSlider(2, 0, 5), lambda value: 1)", "the picture stayed"),
    "sentence that stays": ("explorer(w.IntSlider(2, 0, 5), said='it opens')", "the sentence stayed"),
    "sentence that fails": ("explorer(w.IntSlider(2, 0, 5), said='Error {}')", "Error"),
    "control that is locked": ("explorer(w.IntSlider(2, 0, 5, disabled=True))", "no control"),
}
PREDICTION_FAULTS = {
    "answer shown at once": ("prediction(hidden=False)", "before the guess"),
    "guess not locked": ("prediction(lock=False)", "still be changed"),
    "guess not marked": ("prediction(mark='')", "not marked"),
}


@pytest.fixture(scope="module")
def made(page):
    """made(sources) -> the page of these cells, which know the small explorers and predictions."""
    return lambda sources: page([MAKE, *sources])


def test_every_kind_of_control_and_guess_is_driven_by_the_keyboard(made):
    lesson = made([*EXPLORERS.values(), *PREDICTIONS.values()])
    assert (len(lesson.explorers()), len(lesson.predictions())) == (len(EXPLORERS), len(PREDICTIONS))
    for box in lesson.explorers():
        laws.law_of_explorer(lesson, box)
    for answer, box in enumerate(lesson.predictions()):
        laws.law_of_prediction(lesson, box, answer)
    laws.law_of_silence(lesson)


def test_every_fault_of_an_explorer_or_prediction_is_caught(made):
    lesson = made([code for code, _ in (EXPLORER_FAULTS | PREDICTION_FAULTS).values()])
    for box, (_, words) in zip(lesson.explorers(), EXPLORER_FAULTS.values(), strict=True):
        with pytest.raises(AssertionError, match=words):
            laws.law_of_explorer(lesson, box)
    for box, (_, words) in zip(lesson.predictions(), PREDICTION_FAULTS.values(), strict=True):
        with pytest.raises(AssertionError, match=words):
            laws.law_of_prediction(lesson, box)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        laws.law_of_silence(lesson)


def test_a_control_without_a_name_or_out_of_reach_of_tab_is_caught(made):
    lesson = made(["explorer(w.Checkbox(description='on'))", "explorer(w.Text('ab'))", "explorer(w.Checkbox())"])
    sound, nameless, _ = lesson.explorers()
    laws.law_of_names(sound, set(driver.KEYS))
    laws.law_of_order(lesson, sound)
    with pytest.raises(AssertionError, match="without an accessible name"):
        laws.law_of_names(nameless, set(driver.KEYS))
    sound.locator("input").first.evaluate("e => { e.tabIndex = -1 }")
    with pytest.raises(AssertionError, match="Tab met"):
        laws.law_of_order(lesson, sound)


SILENT_FAULTS = {
    "seen = w.Output()\nwith seen: {}['an Output widget']\nseen": "KeyError: 'an Output widget'",
    "from IPython.display import HTML\nHTML('<script>throw Error(\"a script\")</script>')": "a script",
    "from IPython.display import Markdown\nMarkdown('![no such thing](none.png)')": "picture not loaded: no such thing",
    "button = w.Button(); button.on_click(lambda _: 1 / 0); button.click()": "division by zero",
    "from lstm_demo import claims\nclaims.watch()": "",
    "assert 1 + 1 == 3": "This claim does not hold here: 1 + 1 == 3",
    "raise ValueError('a cell')": "ValueError: a cell",
}


def test_every_error_in_output_script_or_picture_is_caught(made):
    lesson = made(SILENT_FAULTS)
    told = "\n".join(lesson.complaints())
    assert [words for words in SILENT_FAULTS.values() if words not in told] == []
    with pytest.raises(AssertionError):
        laws.law_of_silence(lesson)


def test_a_missing_browser_is_named_with_its_cure(tmp_path):
    with pytest.raises(driver.NoBrowser, match="apt-get install chromium"):
        driver.find_chromium({"PATH": str(tmp_path)})
    with pytest.raises(driver.NoBrowser, match="no program"):
        driver.find_chromium({"CHROMIUM": str(tmp_path / "chromium"), "PATH": ""})
