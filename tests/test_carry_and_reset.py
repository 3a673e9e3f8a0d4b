"""Lesson 05: whose steps a state holds, judged by lists that are kept by hand."""

import itertools
import re
from collections import Counter

import numpy as np
import pytest
from seen import texts, wrong_grounds

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
EVERY = [bugs(time=0), *itertools.starmap(bugs, itertools.product(BUGS, (3, 6)))]
EVERY += itertools.starmap(ledger, itertools.product((2, 3, 4), STATES, (3, 6)))


def memories(fed):
    """{(lane, column): the (series, step) that the lane has read since it was last zeroed}, kept by hand."""
    found = {}
    for lane, t in np.ndindex(3, 6):
        forgets = t == 0 or fed.resets[lane, t] or (not fed.carry and t % fed.width == 0)
        read = [(fed.series[lane, t], fed.step[lane, t])] if fed.mask[lane, t] else []
        found[lane, t] = read if forgets else [*found[lane, t - 1], *read]
    return found


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_feeds_the_steps_that_its_name_says_and_is_wrong_but_where_only_the_gradient_is(bug):
    shown = [text for text in texts(bugs(bug, 0)) if re.fullmatch(r"[A-D]\d+|p|held", text)]
    assert shown == " ".join(READ.get(bug, RIGHT)).split()
    assert bugs(bug).wrong.any() == (bug not in ("no bug", "detach forgotten"))


@pytest.mark.parametrize("one", EVERY)
def test_what_is_held_and_what_is_wrong_is_what_lists_kept_by_hand_say_and_shown_once_it_is_read(one):
    fed, shown, wrong = one.fed, [], []
    for (lane, column), memory in memories(fed).items():
        k, n = fed.series[lane, column], fed.step[lane, column] + 1
        counts = Counter("ABCDp"[series] for series, _ in memory)
        holds = " ".join(f"{counts[letter]}{letter}" for letter in "ABCDp" if letter in counts)
        reads = "held" if not fed.mask[lane, column] else f"{'ABCD'[k]}{n}" if k >= 0 else "p"
        at_cut, restarts = column % fed.width == 0, column == 0 or not fed.carry
        start = ["R", "reset"] if fed.resets[lane, column] else ["carried"] * at_cut
        shown += [reads, *[holds] * (column < one.time), *(["fresh"] if at_cut and restarts else start)]
        if column < one.time and k >= 0 and memory != [(k, step) for step in range(n)]:
            wrong.append((column, lane, reads, holds, f"{n}{'ABCD'[k]}"))
    words = texts(one)
    labels = [text for text in words if "▲" in text]
    assert words[-len(labels + shown) :] == shown + labels
    real = (fed.series[:, : one.time] >= 0).sum()
    counted = f"{len(wrong)} of {real} states wrong" if wrong else f"all {real} states right"
    assert (counted in one.says()) == any(counted in text for text in words) == (one.time > 0)
    assert wrong_grounds(one) == len(wrong)
    if wrong:
        column, lane, reads, holds, own = min(wrong)
        place = f"lane {lane}, gradient window {column // fed.width}"
        assert f"first in {place}, where {reads} is read and the state then holds {holds}" in one.says()
        assert f"holds {holds}, not {own}" in labels[0]
    elif fed.carry and not fed.detach and one.time > fed.width:
        assert "backward does not stop here" in labels[0]
    else:
        assert labels == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [2, 3, 4])
def test_the_ledger_says_how_lanes_start_and_are_linked_as_the_layout_does(width, state):
    windows, one = ld.back_to_back([6, 5, 4, 2], lanes=3).windows(width), ledger(width, state)
    every = [entry for line in ld.ledger(windows, "carried" in state, "detached" in state) for entry in line]
    starts, links = Counter(entry.start for entry in every), {entry.link for entry in every}
    listed = ", ".join(f"{starts[word]} {word}" for word in ("fresh", "carried", "reset") if word in starts)
    assert one.says().endswith(f"gradient window: {listed}.")
    for link in ("attached", "detached"):
        assert texts(one).count(link) == (len(windows) - 1 if link in links else 0)
