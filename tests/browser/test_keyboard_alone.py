"""Lesson 00 from top to bottom in JupyterLab by a reader who has only a keyboard; the test itself only looks.

JupyterLab's arrows walk past a cell whose code is folded away (every prediction is one): from the cell before it,
Shift+Enter arrives there. From the cell after it, Shift+Tab goes back into what the run has shown.
"""

import browser_laws as laws
import driver
import lessons
from playwright.sync_api import expect

from lstm_demo.lessons.start_here import board


def test_lesson_00_can_be_read_to_the_end_by_keyboard_alone(open_lesson):
    lesson, notebook = open_lesson("00_start_here"), lessons.read("00_start_here.ipynb")
    solutions = [exercise.solution for exercise in lessons.exercises(notebook)]
    for place, cell in enumerate(notebook.cells):
        shown, source = lesson.cells.nth(place), cell.source if cell.cell_type == "code" else ""
        expect(shown).to_be_focused()
        if "exercise" in lessons.tags(cell):
            type_at_the_end(lesson.page.keyboard, source, solutions.pop(0))
        lesson.page.keyboard.press("Shift+Enter")
        if "check" in lessons.tags(cell):
            expect(shown.locator(".jp-OutputArea-output").first).to_contain_text("✓")
        for call, act in {"predict(": laws.law_of_prediction, ".explore(": explore}.items():
            if call in source:
                box = shown.locator(".lstm-predict, .lstm-explorer")
                expect(box).to_be_visible()
                back_to(lesson, shown)
                act(lesson, box)
                back_to(lesson, shown)
                lesson.page.keyboard.press("ArrowDown")
    assert solutions == []
    lesson.length = len(notebook.cells) + 1  # Shift+Enter on the last cell adds an empty one
    laws.law_of_silence(lesson)


def explore(lesson, box):
    """Set each control; the last is time, which goes one step back, and is played to its end."""
    twin = board.explore()
    laws.law_of_explorer(lesson, box, twin)
    time = twin.controls["time"]
    time.value = time.last
    lesson.page.keyboard.press("Shift+Tab")
    lesson.page.keyboard.press("Enter")
    laws.law_of_showing(box, twin)


def back_to(lesson, cell):
    driver.press_until(lesson, "Shift+Tab", lambda: driver.has_focus(cell))


def type_at_the_end(keys, code, lines):
    """Open a cell of this code for writing, and type these lines below the last."""
    keys.press("Enter")
    # One arrow too many leads out of the cell.
    for key in ["ArrowDown"] * code.count("\n") + ["End"]:
        keys.press(key)
    for line in lines.rstrip().split("\n"):
        keys.press("Enter")
        keys.press("Shift+Home")  # the editor has indented the line by itself
        keys.type(line)
