"""Lesson 00 from top to bottom in JupyterLab by a reader who has only a keyboard; the test itself only looks.

JupyterLab's arrows walk past a cell whose code is folded away (every prediction is one): from the cell before it,
Shift+Enter arrives there. From the cell after it, Shift+Tab goes back into what the run has shown.
"""

import re

import driver

LETTERS_OF_THE_EXERCISE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_lesson_00_can_be_read_to_the_end_by_keyboard_alone(lab, browser):
    lesson = driver.Lesson(browser, lab, "00_start_here")
    try:
        read_to_the_end(lesson)
        assert lesson.complaints() == []
    finally:
        lesson.close()


def read_to_the_end(lesson):
    keys, cells = lesson.page.keyboard, lesson.cells()
    solution = next(c for c in cells if "solution" in c["metadata"].get("tags", []))
    met = {"predict": 0, "explorer": 0, "check": 0}
    for place, cell in enumerate(cells):
        now = driver.focus(lesson)
        assert (now["cell"], now["whole"]) == (place, True), f"expected the focus on cell {place}: {now}"
        tags, shown = cell["metadata"].get("tags", []), lesson.page.locator(".jp-Notebook .jp-Cell").nth(place)
        if "exercise" in tags:
            keys.press("Enter")
            # One arrow too many leads out of the cell.
            for key in ["ArrowDown"] * "".join(cell["source"]).count("\n") + ["End"]:
                keys.press(key)
            for line in LETTERS_OF_THE_EXERCISE.search("".join(solution["source"])).group(1).rstrip().split("\n"):
                keys.press("Enter")
                keys.press("Shift+Home")  # the editor has indented the line by itself
                keys.type(line)
        keys.press("Shift+Enter")
        lesson.settle()
        if "check" in tags:
            assert "✓" in shown.locator(".jp-OutputArea-output").first.text_content()
            met["check"] += 1
        for kind, act in (("predict", predict), ("explorer", explore)):
            if shown.locator(f".lstm-{kind}").count():
                driver.press_until(lesson, "Shift+Tab", lambda at, place=place: at["whole"] and at["cell"] == place)
                act(lesson, shown.locator(f".lstm-{kind}").first)
                driver.press_until(lesson, "Shift+Tab", lambda at, place=place: at["whole"] and at["cell"] == place)
                keys.press("ArrowDown")
                met[kind] += 1
    assert len(lesson.cells()) == len(cells) + 1  # Shift+Enter on the last cell adds an empty one
    assert all(met.values()), met


def to_control(lesson, wanted):
    """Tab to the next control of that sort; it must look different for having the focus."""
    now = driver.press_until(lesson, "Tab", lambda at: at["place"] >= 0 and wanted(at))
    handle = lesson.page.locator(":focus").element_handle()
    return now, handle


def looks(handle):
    return handle.evaluate(
        "e => { const s = getComputedStyle(e);"
        " return [s.outline, s.boxShadow, s.borderColor, s.backgroundColor].join(' ; ') }"
    )


def predict(lesson, box):
    reveal = box.locator(".lstm-reveal").first
    assert not reveal.is_visible()
    focused, button = to_control(lesson, lambda at: at["place"] == 0)  # the first answer, often 0
    lesson.page.keyboard.press("Tab")
    assert looks(button) != focused["look"], "one cannot see that the answer has the focus"
    lesson.page.keyboard.press("Shift+Tab")
    lesson.page.keyboard.press("Enter")
    reveal.wait_for(state="visible", timeout=10_000)
    assert reveal.text_content().strip()
    lesson.settle()
    assert driver.focus(lesson)["place"] == 0, "the focus was lost"


def explore(lesson, box):
    now, button = to_control(lesson, lambda at: at["place"] == 1)  # the second way
    lesson.settle()
    before = driver.picture(box), driver.sentence(box)
    lesson.page.keyboard.press("Enter")
    for _ in range(8):
        lesson.settle()
        after = driver.picture(box), driver.sentence(box)
        if after[0] != before[0] and after[1] != before[1]:
            break
    assert after[0] != before[0], "the picture stayed"
    assert after[1] != before[1], "the sentence stayed"
    assert "Error" not in after[1]
    lesson.page.keyboard.press("Tab")
    assert looks(button) != now["look"], "one cannot see that the way has the focus"
