"""Two controls pressed at once settle on the picture and the sentence of the setting that they show.

JupyterLab hands the first message of a control to the kernel's main thread and later ones to a subshell's: so the
second press of one and the first of another arrive on two threads.
"""

import browser_laws as laws

from lstm_demo.lessons.padding import reading

TRIALS = 12  # each of a fresh explorer
READS, CURES, _ = reading.domains.values()


def test_two_controls_pressed_within_50_ms_settle_on_the_picture_of_their_setting(run_cells):
    lesson = run_cells("from lstm_demo.lessons.padding import reading", *["reading.explore()"] * TRIALS)
    boxes, cures = lesson.explorers.all(), [CURES[1 + trial % 2] for trial in range(TRIALS)]
    for box, cure in zip(boxes, cures, strict=True):
        read, other = (box.locator(".widget-toggle-buttons").nth(k) for k in (0, 1))
        read.get_by_text(READS[1], exact=True).press("Enter")
        laws.law_of_showing(box, reading.explore(read=READS[1]))
        read.get_by_text(READS[2], exact=True).press("Enter")
        lesson.page.wait_for_timeout(20)
        other.get_by_text(cure, exact=True).evaluate("e => e.click()")
    lesson.page.wait_for_timeout(1500)
    for box, cure in zip(boxes, cures, strict=True):
        laws.law_of_showing(box, reading.explore(read=READS[2], cure=cure))
