"""What every lesson must be in a browser: each law takes a page or a box on it and raises AssertionError if broken."""

import re

import driver
from playwright.sync_api import expect

# What a place itself says on the console and no lesson can help; each with its reason. Empty is best.
ALLOWED_ON_CONSOLE = {
    "lab": (),
    # Notebook 7.6 says this of its own settings and commands, whatever notebook is opened.
    "notebook": ("Cannot read properties of undefined (reading 'schema')", "'filebrowser:open-path' not registered"),
    "voila": (
        # Voila asks a public address for its icons, which a machine without a network cannot answer.
        "Failed to load resource: net::ERR_",
        # Where Notebook 7 is installed beside it, Voila loads an extension of it that does not fit.
        "RUNTIME-012",
    ),
}


def law_of_silence(lesson):
    """Nothing failed: no output, no callback, no script, no picture that does not load; and no key made a cell."""
    allowed = ALLOWED_ON_CONSOLE[lesson.place]
    told = [said for said in lesson.complaints() if not any(known in said for known in allowed)]
    assert not told, "\n" + "\n".join(told)
    assert lesson.cells.count() == lesson.length, "a key meant for a control made or removed a cell"


def law_of_showing(box, twin):
    """Picture and sentence are those that Python gives for these values."""
    sentence = twin.of.drawn(*twin.values().values()).sentence
    expect(box.locator(".lstm-picture svg")).to_have_attribute("aria-label", sentence)
    expect(box.locator(".lstm-sentence")).to_have_text(sentence)


def law_of_explorer(lesson, box, twin):
    """From before the box on, Tab leads to each control that can be used; set by keys, it shows what Python shows."""
    law_of_showing(box, twin)
    places = box.locator("> *").all()[1:-2]  # between the style and the picture with its sentence
    for (name, one), place in zip(twin.controls.items(), places, strict=True):
        if not one.disabled:
            driver.choose(lesson, name.replace("_", " "), one, place)
            law_of_showing(box, twin)


def law_of_prediction(lesson, box):
    """One press chooses an answer and locks it; only then what is right is there to be seen, and the focus stays."""
    reveal, first = box.locator(".lstm-reveal"), box.locator("button").first
    expect(reveal).to_be_hidden()
    driver.reach(lesson, first)
    said = first.text_content()
    lesson.page.keyboard.press("Enter")
    expect(reveal).to_have_text(re.compile("^[✓✗] "))
    expect(box.locator("button:enabled")).to_have_text(re.compile(f"^[✓✗] {re.escape(said)}$"))
    assert driver.has_focus(first), "the focus was lost"
