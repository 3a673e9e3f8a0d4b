"""Lesson 05: whose steps a state holds, judged by lists that are kept by hand."""

import itertools
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

import lstm_demo as ld
from lstm_demo import marks
from lstm_demo.lessons.carry_and_reset import BUGS, STATES, bugs, ledger
from lstm_demo.show import drawn

# What must stand below each step, lane after lane; a bar is a cut.
IN_THE_HEAD = {
    "no bug": ["1A 2A | 3A 4A | 5A 6A", "1B 2B | 3B 4B | 5B 5B", "1C 2C | 3C 4C | 1D 2D"],
    "nothing handed on": ["1A 2A | 1A 2A | 1A 2A", "1B 2B | 1B 2B | 1B 1B", "1C 2C | 1C 2C | 1D 2D"],
    "reset forgotten": ["1A 2A | 3A 4A | 5A 6A", "1B 2B | 3B 4B | 5B 5B", "1C 2C | 3C 4C | 4C1D 4C2D"],
    "detach forgotten": ["1A 2A | 3A 4A | 5A 6A", "1B 2B | 3B 4B | 5B 5B", "1C 2C | 3C 4C | 1D 2D"],
    "series after series": ["1A 2A | 1B 2B | 1C 2C", "1A 2A | 2A1B 2A2B | 2A2B1C 2A2B2C", "1A 2A | 2A1B 2A1B | 1D 2D"],
    "overlapping windows": ["1A 2A | 3A 4A | 5A 6A", "1B 2B | 3B 4B | 5B 6B", "1C 2C | 3C 4C | 5C 6C"],
    "one step a row": ["1A | 2A | 3A | 4A | 5A | 6A"] * 3,
    "padding in front": ["1A 2A | 3A 4A | 5A 6A", "1B 2B | 3B 4B | 4B1p 5B1p", "1C 2C | 3C 4C | 1D 2D"],
}
RIGHT = ["A1 A2 A3 A4 A5 A6", "B1 B2 B3 B4 B5 held", "C1 C2 C3 C4 D1 D2"]
READ = {
    "shuffled": ["B3 B4 A5 A6 B5 held", "C3 C4 A3 A4 A1 A2", "C1 C2 D1 D2 B1 B2"],
    "series after series": ["A1 A2 B1 B2 C1 C2", "A3 A4 B3 B4 C3 C4", "A5 A6 B5 held D1 D2"],
    "overlapping windows": ["A1 A2 A2 A3 A3 A4", "B1 B2 B2 B3 B3 B4", "C1 C2 C2 C3 C3 C4"],
    "one step a row": ["A1 A4 A7 A10 A13 A16", "A2 A5 A8 A11 A14 A17", "A3 A6 A9 A12 A15 A18"],
    "padding in front": ["A1 A2 A3 A4 A5 A6", "B1 B2 B3 B4 p B5", "C1 C2 C3 C4 D1 D2"],
}
EVERY = [bugs(bug, time) for bug in BUGS for time in (0, 2, 3, 6)]
EVERY += [ledger(*values) for values in itertools.product((2, 3, 4), STATES, (0, 3, 6))]
every_bug = pytest.mark.parametrize("bug", BUGS)


def texts(picture):
    """Every word that is drawn, in order."""
    return [t.text for t in ElementTree.fromstring(drawn(picture).svg()).iter("{http://www.w3.org/2000/svg}text")]


def at(picture):
    """{(lane, column): texts of that square, from top to bottom}."""
    ax = Figure().add_subplot()
    picture.draw(ax)
    found = {}
    for lane, column in np.ndindex(3, 6):
        x, y = picture.x(column), picture.y(lane)
        inside = [t for t in ax.texts if abs(t.get_position()[0] - x - 0.5) < 0.1 and y < t.get_position()[1] < y + 1]
        found[lane, column] = [t.get_text() for t in sorted(inside, key=lambda t: t.get_position()[1])]
    return found


def memories(fed):
    """(B, T) lists of all that each lane has read since it was last zeroed, kept by hand."""
    grid = np.empty(fed.series.shape, dtype=object)
    for lane, line in enumerate(zip(fed.series, fed.step, strict=True)):
        state = []
        for t, (k, n) in enumerate(zip(*map(np.ndarray.tolist, line), strict=True)):
            forgets = fed.resets[lane, t] or (not fed.carry and t % fed.width == 0)
            state = [] if forgets else state
            state = [*state, (k, n)] if fed.mask[lane, t] else state
            grid[lane, t] = state
    return grid


# --- what a state holds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bug", IN_THE_HEAD)
def test_the_state_holds_what_one_counts_in_the_head(bug):
    for (lane, column), said in at(bugs(bug)).items():
        wanted = IN_THE_HEAD[bug][lane].replace("|", "").split()[column]
        assert said[-1].replace(" ", "") == wanted


@every_bug
def test_each_bug_feeds_the_steps_that_its_name_says(bug):
    for (lane, column), said in at(bugs(bug)).items():
        assert said[0] == READ.get(bug, RIGHT)[lane].split()[column]


@pytest.mark.parametrize("one", EVERY)
def test_what_is_held_and_what_is_wrong_is_what_lists_kept_by_hand_say(one):
    fed = one.fed
    for place, memory in np.ndenumerate(memories(fed)):
        counts = Counter(k for k, _ in memory)
        assert one.held[place].tolist() == [counts[k] for k in [*range(fed.series.max() + 1), -1]]
        k, n = int(fed.series[place]), int(fed.step[place])
        assert one.wrong[place] == (k >= 0 and memory != [(k, step) for step in range(n + 1)])


# --- the pictures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [2, 3, 4])
def test_the_ledger_says_of_each_lane_and_gradient_window_what_the_layout_says(width, state):
    windows = ld.back_to_back([6, 5, 4, 2], lanes=3).windows(width)
    one, entries = ledger(width, state), ld.ledger(windows, "carried" in state, "detached" in state)
    for lane, k in itertools.product(range(3), range(len(windows))):
        assert one.start(lane, k * width) == entries[lane][k].start
    every = [entry for line in entries for entry in line]
    for start in ("fresh", "carried", "reset"):
        count = sum(entry.start == start for entry in every)
        assert (f" {count} {start}" in one.says()) == (count > 0)
    said = texts(one)
    inside = sum(len([t for t in entry.resets if t > 0]) for entry in every)
    assert said.count("R") == said.count("reset") == inside + sum(entry.start == "reset" for entry in every)
    assert said.count("held") == sum(len(entry.held) for entry in every)
    linked = {entry.link for entry in every} - {"none"}
    cuts = len(windows) - 1
    for link in ("attached", "detached"):
        assert said.count(link) == (cuts if link in linked else 0)


def test_a_state_is_shown_once_it_is_read_and_a_wrong_one_stands_on_a_dark_ground():
    for one in EVERY:
        for (_, column), said in at(one).items():
            assert len(said) == 1 + (column < one.time)
        fills = drawn(one).svg().count(f'"fill: var(--lstm-{marks.WRONG[1:].lower()}, {marks.WRONG.lower()})"')
        assert fills >= one.wrong[:, : one.time].sum()
        assert (fills == 0) == (not one.wrong[:, : one.time].any())


def test_a_label_and_the_sentence_name_the_first_wrong_state_and_count_them_all():
    for one in (one for one in EVERY if one.time):
        wrong, real = one.wrong[:, : one.time], one.fed.series[:, : one.time] >= 0
        counted = f"{wrong.sum()} of {real.sum()} states wrong" if wrong.any() else f"all {real.sum()} states right"
        label = [t for t in texts(one) if "▲" in t]
        assert counted in one.says()
        assert any(counted in text for text in texts(one))
        attached = one.fed.carry and not one.fed.detach and one.time > one.fed.width
        assert len(label) == (wrong.any() or attached)
        if wrong.any():
            column, lane = min((column, lane) for lane, column in np.argwhere(wrong))
            read, held = at(one)[lane, column]
            series, step = one.fed.series[lane, column], one.fed.step[lane, column]
            place = f"lane {lane}, gradient window {column // one.fed.width}"
            assert f"first in {place}, where {read} is read and the state then holds {held}" in one.says()
            assert f"holds {held}, not {step + 1}{'ABCD'[series]}" in label[0]
        elif attached:
            assert "backward does not stop here" in label[0]
