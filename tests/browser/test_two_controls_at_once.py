"""Two controls pressed at once settle on the picture and the sentence of the setting that they show.

JupyterLab hands the first message of a control to the kernel's main thread and later ones to a subshell's: so the
second press of one and the first of another arrive on two threads.
"""

import re

import driver

from lstm_demo.lessons.padding import reading

TRIALS = 12  # each of a fresh explorer


def test_two_controls_pressed_within_50_ms_settle_on_the_picture_of_their_setting(page):
    lesson = page(["from lstm_demo.lessons.padding import reading", *["reading.explore()"] * TRIALS])
    boxes, (reads, cures) = lesson.explorers(), (reading.domains[name] for name in ("read", "cure"))
    pressed = [[reads[2], cures[1 + trial % 2]] for trial in range(TRIALS)]
    for box, both in zip(boxes, pressed, strict=True):
        press_both(lesson, box, reads[1], *both)
    lesson.page.wait_for_timeout(1500)
    lesson.settle()
    settings = [setting(box) for box in boxes]
    assert [values[:2] for values in settings] == pressed
    for box, values in zip(boxes, settings, strict=True):
        truth = reading.drawn(*values)
        assert driver.seen(box)[1] == truth.sentence
        assert texts(box) == re.findall(r"<text[^>]*>\s*(.*?)\s*</text>", truth.svg(), re.S)


def press_both(lesson, box, first, second, other):
    """A control by the keyboard, twice, and within 50 ms of the second time a first press of another one."""
    box.locator(".lstm-sentence").first.scroll_into_view_if_needed()
    reads, cures = driver.groups(box)[:2]
    driver.choose(reads, first)
    lesson.settle()
    reads.get_by_text(second, exact=True).focus()
    button = cures.get_by_text(other, exact=True)
    lesson.page.keyboard.press("Enter")
    lesson.page.wait_for_timeout(20)
    button.evaluate("e => e.click()")


def setting(box):
    """What the controls say that they are set to, as the values of the explorer."""
    pressed = [button.text_content().strip() for button in box.locator("button.mod-active").all()]
    return [
        next(option for option in domain if str(option) == said)
        for domain, said in zip(reading.domains.values(), pressed, strict=True)
    ]


def texts(box):
    return [text.strip() for text in box.locator(".lstm-picture svg text").all_text_contents()]
