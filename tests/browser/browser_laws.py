"""What every lesson must be in a browser: each law takes a page or a box on it and raises AssertionError if broken."""

import driver

# What a place itself says on the console and no lesson can help; each with its reason. Empty is best.
ALLOWED_ON_CONSOLE = {
    "lab": (),
    # Notebook 7.6 says this of its own settings, whatever notebook is opened.
    "notebook": ("Cannot read properties of undefined (reading 'schema')",),
    "voila": (
        # Voila asks a public address for its icons, which a machine without a network cannot answer.
        "Failed to load resource: net::ERR_",
        # Where Notebook 7 is installed beside it, Voila loads an extension of it that does not fit.
        "RUNTIME-012",
    ),
}


def law_of_silence(lesson):
    """Nothing failed: no output, no callback, no script, no picture that does not load."""
    allowed = ALLOWED_ON_CONSOLE[lesson.lab.place]
    told = [said for said in lesson.complaints() if not any(known in said for known in allowed)]
    assert not told, "\n" + "\n".join(told)


def law_of_explorer(lesson, box):
    """Its first control, moved by the keyboard alone, changes the picture and the sentence, and nothing else."""
    assert driver.controls(box), "no control can be used"
    control = driver.controls(box)[0]
    before, after = driver.move_until_drawn(lesson, box, control)
    assert after[0] != before[0], f"{driver.kind_of(control)} moved, the picture stayed; it says: {after[1]}"
    assert after[1] != before[1], f"the picture changed, the sentence stayed: {after[1]}"
    assert all(said and "Error" not in said for said in (before[1], after[1])), (before[1], after[1])
    assert len(lesson.cells()) == lesson.length, "a key meant for a control made or removed a cell"


def law_of_prediction(lesson, box):
    """A guess is made and locked by the keyboard alone; only then the answer is there to be seen."""
    reveal = box.locator(".lstm-reveal").first
    assert not reveal.is_visible(), "the answer shows before the guess"
    driver.move(driver.choices(box)[0], lesson.keys())
    lesson.settle()
    assert not reveal.is_visible(), "the answer shows before the guess is locked"
    driver.press_button(box)
    reveal.wait_for(state="visible", timeout=10_000)
    lesson.settle()
    assert reveal.text_content().strip(), "the answer is empty"
    assert driver.choices(box) == [], "the guess can still be changed"


def law_of_names(box, kinds):
    """Every control of these kinds, also one that is locked, has a name that a screen reader can say."""
    found = [control for control in box.locator(driver.CONTROLS).all() if driver.kind_of(control) in kinds]
    nameless = [driver.kind_of(control) for control in found if not driver.name_of(control)]
    assert not nameless, f"without an accessible name: {nameless}"


def law_of_order(lesson, box):
    """Tab goes through the controls that can be used, all of them, in the order of the page, and past the others."""
    every = box.locator(driver.CONTROLS).all()
    usable = [k for k, control in enumerate(every) if control.is_visible() and not driver.locked(control)]
    box.evaluate("e => e.closest('.jp-Cell').focus()")
    cell, met = driver.focus(lesson)["cell"], []
    for _ in range(3 * len(every) + 5):
        lesson.page.keyboard.press("Tab")
        now = driver.focus(lesson)
        if now["cell"] != cell:
            break
        met += [now["place"]] * (now["place"] >= 0)
    assert met == usable, f"Tab met the controls {met}, usable are {usable}"
