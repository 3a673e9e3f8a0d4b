"""What every lesson must be in a browser: each law takes a page or a box on it and raises AssertionError if broken."""

import driver

# What JupyterLab itself says on the console and no lesson can help; each with its reason. Empty is best.
ALLOWED_ON_CONSOLE = ()


def law_of_silence(lesson):
    """Nothing failed: no output, no callback, no script, no picture that does not load."""
    told = [said for said in lesson.complaints() if not any(known in said for known in ALLOWED_ON_CONSOLE)]
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
    driver.move(driver.choices(box)[0])
    lesson.settle()
    assert not reveal.is_visible(), "the answer shows before the guess is locked"
    driver.press_button(box)
    reveal.wait_for(state="visible", timeout=10_000)
    lesson.settle()
    assert reveal.inner_text().strip(), "the answer is empty"
    assert driver.choices(box) == [], "the guess can still be changed"
