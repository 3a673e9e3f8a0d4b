"""Two controls pressed at once settle on the picture and the sentence of the setting that they show.

JupyterLab hands the first message of a control to the kernel's main thread and later ones to a subshell's: so the
second press of one and the first of another arrive on two threads.
"""

import driver
import pytest

from lstm_demo import explore

TRIALS = 12


@pytest.fixture(scope="module")
def fresh(page):
    """One fresh price explorer for each trial."""
    lesson = page(["from lstm_demo import explore", *["explore.explore_price()"] * TRIALS])
    assert len(lesson.explorers()) == TRIALS
    return lesson


def test_two_controls_pressed_within_50_ms_settle_on_the_picture_of_their_setting(fresh):
    truth, settled = explore.explore_price(), []
    for trial, box in enumerate(fresh.explorers()):
        press_both(fresh, box, ["all alike", "a few long ones"][trial % 2])
        fresh.page.wait_for_timeout(1500)
        fresh.settle()
        png, sentence = truth.shown(**setting(box))
        settled.append((driver.picture(box) == driver.fingerprint(png), driver.sentence(box) == sentence))
    assert settled == [(True, True)] * TRIALS


def press_both(lesson, box, spread):
    """Other lanes by the keyboard, twice, and within 50 ms of the second time a first press of another spread."""
    box.locator(".lstm-sentence").first.scroll_into_view_if_needed()
    lanes, button = driver.groups(box)[0], box.locator("button", has_text=spread).first
    driver.choose(lanes, 24)
    lesson.settle()
    lanes.locator("button", has_text="32").focus()
    lesson.page.keyboard.press("Enter")
    lesson.page.wait_for_timeout(20)
    button.evaluate("e => e.click()")


def setting(box):
    """What the controls say that they are set to."""
    lanes, spread = (button.text_content().strip() for button in box.locator("button.mod-active").all())
    return {"lanes": int(lanes), "spread": spread}
