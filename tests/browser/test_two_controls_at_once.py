"""Two controls pressed at once settle on the picture and the sentence of the setting that they show.

JupyterLab hands the first message of a control to the kernel's main thread and later ones to a subshell's: so the
second press of one and the first of another arrive on two threads.
"""

import re

import driver
import pytest

from lstm_demo.lessons.padding import reading

TRIALS = 12


@pytest.fixture(scope="module")
def fresh(page):
    """One fresh explorer for each trial."""
    lesson = page(["from lstm_demo.lessons.padding import reading", *["reading.explore()"] * TRIALS])
    assert len(lesson.explorers()) == TRIALS
    return lesson


def test_two_controls_pressed_within_50_ms_settle_on_the_picture_of_their_setting(fresh):
    settled = []
    reads, cures = reading.domains["read"], reading.domains["cure"]
    for trial, box in enumerate(fresh.explorers()):
        press_both(fresh, box, reads[1], reads[2], cures[1 + trial % 2])
        fresh.page.wait_for_timeout(1500)
        fresh.settle()
        truth = reading.drawn(*setting(box))
        settled.append((driver.sentence(box) == truth.sentence, texts(box) == texts_of(truth)))
    assert settled == [(True, True)] * TRIALS


def press_both(lesson, box, first, second, other):
    """A control by the keyboard, twice, and within 50 ms of the second time a first press of another one."""
    box.locator(".lstm-sentence").first.scroll_into_view_if_needed()
    reads, cures = driver.groups(box)[:2]
    driver.choose(reads, first)
    lesson.settle()
    next(one for one in reads.locator("button").all() if one.text_content().strip() == second).focus()
    button = next(one for one in cures.locator("button").all() if one.text_content().strip() == other)
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
    return box.locator(".lstm-picture svg text").all_text_contents()


def texts_of(drawn):
    return [text.strip() for text in re.findall(r"<text[^>]*>(.*?)</text>", drawn.svg(), re.S)]
