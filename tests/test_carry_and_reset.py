"""Lesson 05: whose steps a state holds, judged by lists that are kept by hand."""

import itertools
from collections import Counter

import numpy as np
import pytest
from seen import drawn_on, texts, wrong_grounds

import lstm_demo as ld
from lstm_demo.lessons.carry_and_reset import BUGS, STATES, bugs, ledger

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


def at(picture):
    """{(lane, column): texts of that square, from top to bottom}."""
    ax, found = drawn_on(picture), {}
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


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_feeds_the_steps_that_its_name_says(bug):
    for (lane, column), said in at(bugs(bug)).items():
        assert said[0] == READ.get(bug, RIGHT)[lane].split()[column]


@pytest.mark.parametrize("one", EVERY)
def test_what_is_held_and_what_is_wrong_is_what_lists_kept_by_hand_say_and_shown_once_it_is_read(one):
    squares, wrong = at(one), one.wrong[:, : one.time]
    for place, memory in np.ndenumerate(memories(one.fed)):
        kept = Counter(k for k, _ in memory)
        counts = [kept[k] for k in [*range(one.fed.series.max() + 1), -1]]
        assert one.held[place].tolist() == counts
        letters = "ABCD"[: len(counts) - 1] + "p"
        said = " ".join(f"{n}{letter}" for n, letter in zip(counts, letters, strict=True) if n)
        assert squares[place][1:] == [said] * (place[1] < one.time)
        k, n = int(one.fed.series[place]), int(one.fed.step[place])
        assert one.wrong[place] == (k >= 0 and memory != [(k, step) for step in range(n + 1)])
    attached = one.fed.carry and not one.fed.detach and one.time > one.fed.width
    words, grounds = texts(one), wrong_grounds(one)
    label = [t for t in words if "▲" in t]
    assert len(label) == (wrong.any() or attached)
    assert grounds >= wrong.sum()
    assert (grounds == 0) == (not wrong.any())
    if one.time:
        real = (one.fed.series[:, : one.time] >= 0).sum()
        counted = f"{wrong.sum()} of {real} states wrong" if wrong.any() else f"all {real} states right"
        assert counted in one.says()
        assert any(counted in text for text in words)
    if wrong.any():
        column, lane = min((column, lane) for lane, column in np.argwhere(wrong))
        read, held = squares[lane, column]
        series, step = one.fed.series[lane, column], one.fed.step[lane, column]
        place = f"lane {lane}, gradient window {column // one.fed.width}"
        assert f"first in {place}, where {read} is read and the state then holds {held}" in one.says()
        assert f"holds {held}, not {step + 1}{'ABCD'[series]}" in label[0]
    elif attached:
        assert "backward does not stop here" in label[0]


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
    for link in ("attached", "detached"):
        assert said.count(link) == (len(windows) - 1 if link in linked else 0)
