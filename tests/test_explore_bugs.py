"""The famous bugs: what the state of each lane holds is judged by lists that are kept by hand, and by counting."""

import itertools
from collections import Counter

import numpy as np
import pytest
import test_explore as laws
from problems import refused

import lstm_demo as ld
from lstm_demo import explore, plots
from lstm_demo.explore import bugs

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
READ = {
    "series after series": ["A0 A1 B0 B1 C0 C1", "A2 A3 B2 B3 C2 C3", "A4 A5 B4 -- D0 D1"],
    "overlapping windows": ["A0 A1 A1 A2 A2 A3", "B0 B1 B1 B2 B2 B3", "C0 C1 C1 C2 C2 C3"],
    "one step a row": ["A0 A3 A6 A9 A12 A15", "A1 A4 A7 A10 A13 A16", "A2 A5 A8 A11 A14 A17"],
    "padding in front": ["A0 A1 A2 A3 A4 A5", "B0 B1 B2 B3 -- B4", "C0 C1 C2 C3 D0 D1"],
}
RIGHT = ["A0 A1 A2 A3 A4 A5", "B0 B1 B2 B3 B4 --", "C0 C1 C2 C3 D0 D1"]


def names(tally):
    """What is read, in words: A0 for the first step of A, -- for padding."""
    return [
        " ".join("--" if k < 0 else f"{'ABCD'[k]}{n}" for k, n in zip(*lane, strict=True))
        for lane in zip(tally.series.tolist(), tally.step.tolist(), strict=True)
    ]


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
    return bugs.Fed(series, step, flags[0] < 0.8, flags[1] < 0.2, int(rng.integers(1, 5)), *(rng.random(2) < 0.5))


@pytest.mark.parametrize("bug", IN_THE_HEAD)
def test_the_state_holds_what_one_counts_in_the_head(bug):
    tally = explore.bug_of(bug)
    for lane, said in enumerate(IN_THE_HEAD[bug]):
        for t, wanted in enumerate(said.replace("|", "").split()):
            want = [int(wanted[wanted.index(k) - 1]) if k in wanted else 0 for k in "ABCDp"]
            assert tally.held[lane, t, -1] == want[-1]
            np.testing.assert_array_equal(tally.held[lane, t, :-1], want[: tally.held.shape[2] - 1])


@pytest.mark.parametrize("bug", explore.BUGS)
def test_each_bug_feeds_the_steps_that_its_name_says(bug):
    if bug != "shuffled":
        assert names(explore.bug_of(bug)) == READ.get(bug, RIGHT)


def test_every_bug_but_one_is_counted_in_the_head_and_that_one_is_a_shuffle_of_the_same_pieces():
    assert set(explore.BUGS) - set(IN_THE_HEAD) == {"shuffled"}
    pieces = [
        sorted(" ".join(lane.split()[t : t + 2]) for lane in names(explore.bug_of(bug)) for t in (0, 2, 4))
        for bug in ("shuffled", "no bug")
    ]
    assert pieces[0] == pieces[1]
    assert names(explore.bug_of("shuffled"))[0] == "B2 B3 A4 A5 B4 --"


@pytest.mark.parametrize("bug", explore.BUGS)
def test_a_state_is_right_where_a_list_kept_by_hand_holds_the_own_steps_in_order_and_nothing_else(bug):
    fed, tally = explore.BUGS[bug](), explore.bug_of(bug)
    for place, memory in np.ndenumerate(memories(fed)):
        k, n = int(fed.series[place]), int(fed.step[place])
        own = k >= 0 and memory == [(k, step) for step in range(n + 1)]
        assert (tally.right[place], tally.wrong[place]) == (own, k >= 0 and not own)


@pytest.mark.parametrize("seed", range(8))
def test_the_tally_counts_what_a_list_kept_by_hand_holds_whatever_is_fed(seed):
    fed = any_fed(seed)
    tally = bugs.tally_of("Any", fed)
    for place, memory in np.ndenumerate(memories(fed)):
        counts = Counter(k for k, _ in memory)
        assert tally.held[place].tolist() == [counts[k] for k in [*range(fed.series.max() + 1), -1]]


def test_each_bug_changes_what_it_is_named_for_and_nothing_else():
    right = explore.BUGS["no bug"]()
    assert (right.carry, right.detach, right.width) == (True, True, 2)
    changed = {
        bug: [name for name, a, b in zip(right._fields, right, make(), strict=True) if not np.array_equal(a, b)]
        for bug, make in explore.BUGS.items()
    }
    laid = ["series", "step", "mask", "resets"]
    assert changed == {
        "no bug": [],
        "nothing handed on": ["carry"],
        "reset forgotten": ["resets"],
        "detach forgotten": ["detach"],
        "shuffled": laid,
        "series after series": laid,
        "overlapping windows": laid,
        "one step a row": [*laid, "width"],
        "padding in front": ["series", "step", "mask"],
    }
    assert not explore.BUGS["reset forgotten"]().resets.any()


def test_in_every_layout_but_the_one_that_forgets_them_resets_stand_at_first_steps():
    for bug, make in explore.BUGS.items():
        fed = make()
        assert bug == "reset forgotten" or np.array_equal(fed.resets, fed.step == 0)
        assert bug == "padding in front" or np.array_equal(fed.mask, fed.series >= 0)


def test_without_a_bug_it_is_the_layout_that_the_ledger_shows():
    layout, fed = ld.back_to_back([6, 5, 4, 2], lanes=3), explore.BUGS["no bug"]()
    np.testing.assert_array_equal(fed.series, layout.series)
    np.testing.assert_array_equal(fed.resets, layout.resets)
    entries = ld.ledger(layout.windows(2))
    tally = explore.bug_of("no bug")
    signs = {"fresh": "fresh", "carried": "detached", "reset": "reset"}
    for lane, k in itertools.product(range(3), range(3)):
        assert tally.start(lane, 2 * k) == signs[entries[lane][k].start]


def test_backward_visits_one_window_unless_nobody_detaches():
    assert {bug: explore.bug_of(bug).visits for bug in explore.BUGS} == dict.fromkeys(explore.BUGS, 1) | {
        "detach forgotten": 3
    }
    loose = explore.BUGS["detach forgotten"]()._replace(carry=False)
    assert bugs.tally_of("Any", loose).visits == 1
    uneven = bugs.Fed(*(grid[:, :5] for grid in explore.BUGS["detach forgotten"]()[:4]), detach=False)
    assert bugs.tally_of("Any", uneven).visits == 3


def test_the_tally_cell_counts_each_kind_exactly_and_zeroes_all_at_a_reset():
    kinds = np.array([[0, 2, 2, 1, 0, 0]])
    resets = np.array([[False, False, False, True, False, False]])
    c = ld.run(explore.tally_params(3), np.eye(3)[kinds], resets=resets).c[0]
    assert c.tolist() == [[1, 0, 0], [1, 0, 1], [1, 0, 2], [0, 1, 0], [1, 1, 0], [2, 1, 0]]


def test_bugs_are_refused_by_name():
    refused(
        f"bug: expected one of {list(explore.BUGS)}, got 'moth'; take a key of BUGS", lambda: explore.bug_of("moth")
    )
    with pytest.raises(ValueError, match=r"^kinds: expected a whole number of at least 1, got 0"):
        explore.tally_params(0)


# --- the explorer keeps the laws of all explorers --------------------------------------------------------------------


@pytest.fixture(scope="module")
def explorer():
    return explore.explore_bugs()


@pytest.fixture
def fresh():
    return explore.explore_bugs()


walked = laws.walked
test_pictures_and_sentences = laws.test_every_corner_and_many_inner_points_give_a_picture_and_a_sentence
test_no_text_is_cut_off_or_covered = laws.test_no_text_is_cut_off_or_covered_anywhere
test_other_values_show_something_else = laws.test_other_values_give_another_picture_and_another_sentence
test_moving_a_control = laws.test_moving_a_control_shows_what_the_function_gives_for_these_values
test_opening = laws.test_an_explorer_opens_with_what_its_controls_say
test_asking_moves_nothing = laws.test_asking_what_other_values_would_show_moves_nothing
test_a_burst = laws.test_a_burst_settles_on_the_last_value
test_nothing_is_left_behind = laws.test_moves_leave_no_figure_and_no_object_behind
test_descriptions_and_classes = (
    laws.test_every_control_has_a_description_and_the_parts_have_the_classes_that_tests_look_for
)


def test_the_explorer_says_what_the_function_says(explorer):
    for bug in explore.BUGS:
        assert explorer.shown(bug=bug).sentence == plots.describe_tally(explore.bug_of(bug))
