"""Lesson 00 from top to bottom in JupyterLab by a reader who has only a keyboard; the test itself only looks.

JupyterLab's arrows walk past a cell whose code is folded away (every prediction is one): from the cell before it,
Shift+Enter arrives there. From the cell after it, Shift+Tab goes back into what the run has shown.
"""

import re

import browser_laws as laws
import driver

SOLUTION = re.compile(r"```python\n(.*?)\s*```", re.DOTALL)


def test_lesson_00_can_be_read_to_the_end_by_keyboard_alone(open_lesson):
    lesson = open_lesson("00_start_here")
    keys, cells = lesson.page.keyboard, lesson.cells()
    lesson.length = len(cells)
    solution = next(c for c in cells if "solution" in c["metadata"].get("tags", []))
    met = {"predict": 0, "explorer": 0, "check": 0}
    for place, cell in enumerate(cells):
        now = driver.focus(lesson)
        assert (now["cell"], now["whole"]) == (place, True), f"expected the focus on cell {place}: {now}"
        tags, shown = cell["metadata"].get("tags", []), lesson.page.locator(".jp-Notebook .jp-Cell").nth(place)
        if "exercise" in tags:
            type_at_the_end(keys, "".join(cell["source"]), SOLUTION.search("".join(solution["source"]))[1])
        keys.press("Shift+Enter")
        lesson.settle()
        if "check" in tags:
            assert "✓" in shown.locator(".jp-OutputArea-output").first.text_content()
            met["check"] += 1
        for kind, act in (("predict", predict), ("explorer", explore)):
            if shown.locator(f".lstm-{kind}").count():
                to_cell(lesson, place)
                act(lesson, shown.locator(f".lstm-{kind}").first)
                to_cell(lesson, place)
                keys.press("ArrowDown")
                met[kind] += 1
    assert len(lesson.cells()) == len(cells) + 1  # Shift+Enter on the last cell adds an empty one
    assert all(met.values()), met
    laws.law_of_silence(lesson)


def type_at_the_end(keys, code, lines):
    """Open a cell of this code for writing, and type these lines below the last."""
    keys.press("Enter")
    # One arrow too many leads out of the cell.
    for key in ["ArrowDown"] * code.count("\n") + ["End"]:
        keys.press(key)
    for line in lines.split("\n"):
        keys.press("Enter")
        keys.press("Shift+Home")  # the editor has indented the line by itself
        keys.type(line)


def to_cell(lesson, place):
    driver.press_until(lesson, "Shift+Tab", lambda at: at["whole"] and at["cell"] == place)


def enter(lesson, place):
    """Tab to the control at that place of its box, which must look different for having the focus, and press it."""
    driver.press_until(lesson, "Tab", lambda at: at["place"] == place)
    control = lesson.page.locator(":focus").element_handle()
    look = control.evaluate(driver.LOOK)
    lesson.page.keyboard.press("Tab")
    assert control.evaluate(driver.LOOK) != look, "one cannot see that it has the focus"
    lesson.page.keyboard.press("Shift+Tab")
    lesson.page.keyboard.press("Enter")


def predict(lesson, box):
    """Choose the first answer, often 0."""
    reveal = box.locator(".lstm-reveal").first
    assert not reveal.is_visible()
    enter(lesson, 0)
    reveal.wait_for(state="visible", timeout=10_000)
    assert reveal.text_content().strip()
    lesson.settle()
    assert driver.focus(lesson)["place"] == 0, "the focus was lost"


def explore(lesson, box):
    """Choose the second way."""
    laws.law_of_explorer(lesson, box, lambda: enter(lesson, 1))
