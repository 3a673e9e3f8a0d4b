"""Lesson 05: whose steps a state holds, judged by lists that are kept by hand; its checks, by what learners wrote."""

import itertools
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

import lstm_demo as ld
from lstm_demo import marks
from lstm_demo.lessons import carry_and_reset as room
from lstm_demo.lessons.carry_and_reset import BUGS, STATES, Fed, bugs, check_lay, check_reset_flags, ledger, tally_of
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


def any_fed(seed):
    """Steps and flags in any order at all."""
    rng = np.random.default_rng(seed)
    series = rng.integers(-1, 4, (3, 7))
    step = np.where(series < 0, -1, rng.integers(0, 4, (3, 7)))
    flags = rng.random((2, 3, 7))
    return Fed(series, step, flags[0] < 0.8, flags[1] < 0.2, int(rng.integers(1, 5)), *(rng.random(2) < 0.5))


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


@every_bug
def test_a_state_is_right_where_a_list_kept_by_hand_holds_the_own_steps_in_order_and_nothing_else(bug):
    fed, wrong = bugs(bug).fed, bugs(bug).wrong
    for place, memory in np.ndenumerate(memories(fed)):
        k, n = int(fed.series[place]), int(fed.step[place])
        assert wrong[place] == (k >= 0 and memory != [(k, step) for step in range(n + 1)])


@pytest.mark.parametrize("seed", range(8))
def test_the_tally_counts_what_a_list_kept_by_hand_holds_whatever_is_fed(seed):
    fed = any_fed(seed)
    held = tally_of(fed)
    for place, memory in np.ndenumerate(memories(fed)):
        counts = Counter(k for k, _ in memory)
        assert held[place].tolist() == [counts[k] for k in [*range(fed.series.max() + 1), -1]]


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
        assert len(label) == (wrong.any() or (one.visits > 1 and one.time > one.fed.width))
        assert counted in one.says()
        assert any(counted in text for text in texts(one))
        if wrong.any():
            column, lane = min((column, lane) for lane, column in np.argwhere(wrong))
            read, held = at(one)[lane, column]
            place = f"lane {lane}, gradient window {column // one.fed.width}"
            assert f"first in {place}, where {read} is read and the state then holds {held}" in one.says()
            series, step = one.fed.series[lane, column], one.fed.step[lane, column]
            assert f"holds {held}, not {step + 1}{'ABCD'[series]}" in label[0]


def test_a_backward_pass_visits_one_gradient_window_unless_nobody_detaches():
    assert {bug: bugs(bug).visits for bug in BUGS} == dict.fromkeys(BUGS, 1) | {"detach forgotten": 3}
    assert [ledger(width, "carried, attached").visits for width in (2, 3, 4)] == [3, 2, 2]
    assert "visits all 3" in bugs("detach forgotten").says()
    assert room.Lanes("", bugs("detach forgotten").fed._replace(carry=False), np.zeros((3, 6, 5)), 6).visits == 1


def test_no_window_is_spoken_of_but_a_gradient_window():
    for one in EVERY:
        for said in [*texts(one), one.says()]:
            spoken = said.replace("gradient window", "").replace("verlapping windows", "")
            assert "window" not in spoken


# --- the exercises ----------------------------------------------------------------------------------------------------


def by_piece(x, lanes, width):
    """Written another way: piece by piece."""
    n = len(x) // lanes
    pieces = [x[b * n : (b + 1) * n] for b in range(lanes)]
    return tuple(np.stack([one[s : s + width] for one in pieces]) for s in range(0, n, width))


def by_loop(done, width):
    return [[is_done and t == 0 for t in range(width)] for is_done in done.tolist()]


def test_the_right_answers_pass_however_they_are_made():
    assert check_lay(by_piece).passed
    assert check_reset_flags(by_loop).passed


@pytest.mark.parametrize("odd", [1, 2])
def test_an_answer_that_is_wrong_for_one_size_alone_is_found(odd):
    laid = check_lay(lambda x, lanes, width: by_piece(x, 3 if lanes == odd else lanes, width))
    turned = check_reset_flags(lambda done, width: by_loop(done if width != odd else ~done, width))
    assert "take the sizes" in laid.sentence
    assert "take the sizes" in turned.sentence
