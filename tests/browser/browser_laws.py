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


def law_of_keys(lesson):
    """Every explorer and prediction of the page answers to the keyboard, and nothing failed then."""
    for box in lesson.explorers():
        law_of_explorer(lesson, box)
    for box in lesson.predictions():
        law_of_prediction(lesson, box)
    law_of_silence(lesson)


def law_of_explorer(lesson, box, act=None):
    """Its first control, moved by the keyboard alone, changes the picture and the sentence, and nothing else."""
    assert driver.controls(box), "no control can be used"
    box.locator(".lstm-sentence").first.scroll_into_view_if_needed()  # JupyterLab renders no text that is out of view
    lesson.settle()
    before = driver.seen(box)
    act() if act else driver.move(lesson, driver.controls(box)[0])
    driver.settle_until(lesson, lambda: driver.seen(box)[0] != before[0])
    after = driver.seen(box)
    assert after[0] != before[0], f"a control moved, the picture stayed; it says: {after[1]}"
    assert after[1] != before[1], f"the picture changed, the sentence stayed: {after[1]}"
    assert all(said and "Error" not in said for said in (before[1], after[1])), (before[1], after[1])
    assert len(lesson.cells()) == lesson.length, "a key meant for a control made or removed a cell"


def law_of_prediction(lesson, box, answer=0, act=driver.move):
    """One press chooses an answer and locks it; only then what is right is there to be seen, and it stays."""
    reveal, chosen = box.locator(".lstm-reveal").first, driver.controls(box)[answer]
    assert not reveal.is_visible(), "the answer shows before the guess"
    said = chosen.text_content().strip()
    act(lesson, chosen)
    reveal.wait_for(state="visible", timeout=10_000)
    lesson.settle()
    left = driver.controls(box)
    assert len(left) == 1, f"the guess can still be changed, or is gone: {len(left)} answers are on"
    assert left[0].text_content().strip() in (f"✓ {said}", f"✗ {said}"), f"{said} was pressed, not marked"
    verdict = reveal.text_content().strip()
    assert verdict, "the answer is empty"
    driver.move(lesson, left[0])
    lesson.settle()
    assert reveal.text_content().strip() == verdict, "a second press changed the verdict"


def law_of_names(box, kinds):
    """Every control of these kinds, also one that is locked, has a name that a screen reader can say."""
    found = [control for control in box.locator(driver.CONTROLS).all() if control.is_visible()]
    nameless = [kind for one in found if (kind := driver.kind_of(one)) in kinds and not driver.name_of(one)]
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
