"""Laws of layouts: grids one can check by eye, ways there and back that undo each other, a ledger `run` bears out."""

import re
import sys
import tracemalloc
from dataclasses import FrozenInstanceError
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import COUNTING, layouts, lengths, problem, refused, same_bits

import lstm_demo as ld

_ = -1  # padding
GRIDS = {
    "left": (ld.pad_left([2, 3, 1]), [[_, 0, 0], [1, 1, 1], [_, _, 2]], [[_, 0, 1], [0, 1, 2], [_, _, 0]]),
    "right": (ld.pad_right([2, 3, 1]), [[0, 0, _], [1, 1, 1], [2, _, _]], [[0, 1, _], [0, 1, 2], [0, _, _]]),
    "left, wider": (ld.pad_left([1, 2], width=4), [[_, _, _, 0], [_, _, 1, 1]], [[_, _, _, 0], [_, _, 0, 1]]),
    "right, wider": (ld.pad_right([1, 2], width=3), [[0, _, _], [1, 1, _]], [[0, _, _], [0, 1, _]]),
    "one lane": (ld.back_to_back([2, 1, 2], 1), [[0, 0, 1, 2, 2]], [[0, 1, 0, 0, 1]]),
    "one lane, gap 1": (ld.back_to_back([2, 1, 2], 1, gap=1), [[0, 0, _, 1, _, 2, 2]], [[0, 1, _, 0, _, 0, 1]]),
    "one lane, gap 2": (ld.back_to_back([1, 2], lanes=1, gap=2), [[0, _, _, 1, 1]], [[0, _, _, 0, 1]]),
    # longest first into the shortest lane: 3, then 2 and 2, then 1 beside the 3; in a lane, the caller's order
    "two lanes": (ld.back_to_back([1, 3, 2, 2], 2), [[0, 1, 1, 1], [2, 2, 3, 3]], [[0, 0, 1, 2], [0, 1, 0, 1]]),
    "two lanes, gap 1": (
        ld.back_to_back([2, 3, 1], 2, gap=1),
        [[1, 1, 1, _], [0, 0, _, 2]],
        [[0, 1, 2, _], [0, 1, _, 0]],
    ),
    "three lanes": (
        ld.back_to_back([4, 1, 2], 3),
        [[0, 0, 0, 0], [2, 2, _, _], [1, _, _, _]],
        [[0, 1, 2, 3], [0, 1, _, _], [0, _, _, _]],
    ),
}


@pytest.mark.parametrize("name", GRIDS)
def test_a_tiny_layout_is_the_grid_one_draws_by_hand(name):
    layout, series, step = GRIDS[name]
    assert layout.series.tolist() == series
    assert layout.step.tolist() == step


@pytest.mark.parametrize("name", GRIDS)
def test_mask_and_resets_are_read_off_the_grids(name):
    layout, series, step = GRIDS[name]
    assert layout.mask.tolist() == [[s != _ for s in row] for row in series]
    assert layout.resets.tolist() == [[s == 0 for s in row] for row in step]
    assert layout.mask.dtype == layout.resets.dtype == bool


def test_windows_cut_along_time_and_the_last_is_narrower():
    windows = GRIDS["one lane, gap 1"][0].windows(3)
    assert [w.series.tolist() for w in windows] == [[[0, 0, _]], [[1, _, 2]], [[2]]]
    assert [w.step.tolist() for w in windows] == [[[0, 1, _]], [[0, _, 0]], [[1]]]
    assert [w.resets.tolist() for w in windows] == [[[True, False, False]], [[True, False, True]], [[False]]]
    assert [w.lengths.tolist() for w in windows] == [[2, 0, 0], [0, 1, 1], [0, 0, 1]]
    assert [w.places.tolist() for w in windows] == [[0, 1], [0, 2], [0]]


def test_a_window_may_be_all_padding():
    first, last = ld.pad_left([1], width=4).windows(2)
    assert not first.mask.any()
    assert [piece.shape for piece in first.unlay(np.zeros((1, 2, 5)))] == [(0, 5)]
    assert last.step.tolist() == [[_, 0]]


def test_places_are_the_flat_index_series_after_series():
    assert GRIDS["two lanes, gap 1"][0].places.tolist() == [4, 5, 0, 1, 2, 7]
    assert GRIDS["left"][0].places.tolist() == [1, 2, 3, 4, 5, 8]


def test_a_layout_may_have_holes_and_series_in_any_order():
    layout = ld.Layout([[1, _, 1, 2], [_, _, _, _], [_, 0, 0, _]], [[3, _, 4, 0], [_, _, _, _], [_, 0, 1, _]])
    assert layout.places.tolist() == [9, 10, 0, 2, 3]
    assert layout.lay([[10, 11], [20, 21], [30]], fill=_).tolist() == [[20, _, 21, 30], [_] * 4, [_, 10, 11, _]]


def test_over_a_hole_between_its_steps_a_series_is_held():
    layout = ld.Layout([[0, _, 0, 1, _, 1]], [[0, _, 1, 0, _, 1]])
    count = ld.run(COUNTING, layout.lay(np.zeros((2, 2, 1))), mask=layout.mask, resets=layout.resets).c[0, :, 0]
    assert count.tolist() == [1, 1, 2, 1, 1, 2]


@given(layouts, st.integers(1, 9))
def test_what_is_not_checked_again_would_pass_and_is_what_would_be_derived(layout, width):
    for made in (layout, *layout.windows(width)):
        checked = ld.Layout(made.series, made.step, made.count)
        for name in ("series", "step", "mask", "resets", "lengths", "places"):
            assert same_bits(getattr(made, name), getattr(checked, name))


@given(layouts, st.data())
def test_two_cells_that_change_places_are_no_layout_any_more_unless_one_is_padding(layout, data):
    cells = np.flatnonzero(layout.mask)
    if len(cells) < 2 or max(layout.lengths) < 2:
        return
    longest = int(np.argmax(layout.lengths))
    a = data.draw(st.sampled_from(np.flatnonzero(layout.series.ravel() == longest).tolist()))
    b = data.draw(st.sampled_from([c for c in cells.tolist() if c != a]))
    grids = np.stack([layout.series, layout.step]).reshape(2, -1)
    grids[:, [a, b]] = grids[:, [b, a]]
    with pytest.raises(ValueError, match=r"^(series|step): expected .*, got .*series \d+.*; "):
        ld.Layout(*grids.reshape(2, *layout.series.shape))


def counted(layout, rest, dtype):
    """Ragged series that fit the layout and hold numbers, each another as far as the dtype allows."""
    rows = np.arange(layout.lengths.sum() * int(np.prod(rest))).reshape(-1, *rest).astype(dtype)
    return np.split(rows, np.cumsum(layout.lengths)[:-1])


RESTS = st.sampled_from([(), (1,), (3,), (2, 2)])
DTYPES = st.sampled_from(["float64", "float32", "int64", "int16", "uint8", "bool", "complex128", "U4"])


@given(layouts, RESTS, DTYPES)
def test_every_step_is_laid_where_the_grids_say_and_fill_elsewhere(layout, rest, dtype):
    ragged = counted(layout, rest, dtype)
    fill = np.ones((), dtype)[()]
    grid = layout.lay(ragged, fill=fill)
    assert grid.shape == (*layout.series.shape, *rest)
    for cell in np.ndindex(layout.series.shape):
        n, t = layout.series[cell], layout.step[cell]
        assert np.array_equal(grid[cell], ragged[n][t] if n >= 0 else np.full(rest, fill))


@given(layouts, RESTS, DTYPES)
def test_unlay_undoes_lay_and_the_dtype_stays(layout, rest, dtype):
    ragged = counted(layout, rest, dtype)
    back = layout.unlay(layout.lay(ragged))
    assert len(back) == len(ragged)
    assert all(same_bits(a, b) and a.shape == b.shape for a, b in zip(back, ragged, strict=True))
    assert all(a.dtype == dtype for a in back)


@given(layouts)
def test_lay_undoes_unlay_at_real_steps(layout):
    grid = np.random.default_rng(0).normal(size=(*layout.series.shape, 2))
    again = layout.lay(layout.unlay(grid), fill=np.nan)
    assert np.array_equal(again[layout.mask], grid[layout.mask])
    assert np.isnan(again[~layout.mask]).all()


@given(layouts, RESTS)
def test_the_grid_at_places_is_the_series_joined(layout, rest):
    ragged = counted(layout, rest, float)
    grid = layout.lay(ragged)
    assert np.array_equal(grid.reshape(layout.series.size, *rest)[layout.places], np.concatenate(ragged))


@given(lengths)
def test_lengths_count_and_shapes_are_the_callers(n):
    for layout in (ld.pad_left(n), ld.pad_right(n), ld.back_to_back(n, 1)):
        assert layout.lengths.tolist() == n
        assert layout.count == len(n)
    assert ld.pad_left(n).series.shape == ld.pad_right(n).series.shape == (len(n), max(n))
    assert ld.back_to_back(n, 1, gap=2).series.shape == (1, sum(n) + 2 * (len(n) - 1))


@given(layouts, st.integers(1, 9))
def test_windows_hold_the_pieces_and_joined_they_are_the_series(layout, width):
    ragged = counted(layout, (2,), float)
    grid, windows = layout.lay(ragged, fill=-1.0), layout.windows(width)
    cuts = [grid[:, k * width : (k + 1) * width] for k in range(len(windows))]
    pieces = [w.unlay(cut) for w, cut in zip(windows, cuts, strict=True)]
    assert all(len(p) == layout.count for p in pieces)
    assert all(
        np.array_equal(np.concatenate(ps), one) for ps, one in zip(zip(*pieces, strict=True), ragged, strict=True)
    )
    assert all(np.array_equal(w.lay(p, -1.0), cut) for w, p, cut in zip(windows, pieces, cuts, strict=True))


@given(layouts, st.integers(1, 9))
def test_windows_cover_all_columns_and_keep_mask_and_resets(layout, width):
    windows = layout.windows(width)
    assert [w.series.shape[1] for w in windows[:-1]] == [width] * (len(windows) - 1)
    assert 1 <= windows[-1].series.shape[1] <= width
    for name in ("series", "step", "mask", "resets"):
        assert np.array_equal(np.concatenate([getattr(w, name) for w in windows], axis=1), getattr(layout, name))


def test_a_window_wider_than_the_grid_is_the_grid():
    layout = GRIDS["two lanes"][0]
    (window,) = layout.windows(100)
    assert np.array_equal(window.series, layout.series)


@given(lengths, st.data(), st.integers(0, 2))
def test_a_lane_keeps_the_callers_order_with_gaps_between_neighbours_only(n, data, gap):
    lanes = data.draw(st.integers(1, len(n)))
    layout = ld.back_to_back(n, lanes, gap)
    for series, step in zip(layout.series.tolist(), layout.step.tolist(), strict=True):
        here = sorted({s for s in series if s >= 0})
        steps, owners = [], []
        for k, s in enumerate(here):
            steps += [_] * (gap if k else 0) + list(range(n[s]))
            owners += [_] * (gap if k else 0) + [s] * n[s]
        assert series == owners + [_] * (len(series) - len(owners))
        assert step == steps + [_] * (len(series) - len(steps))


@given(lengths, st.data(), st.integers(0, 2))
def test_lanes_are_balanced_and_none_is_empty(n, data, gap):
    lanes = data.draw(st.integers(1, min(3, len(n))))
    layout = ld.back_to_back(n, lanes, gap)
    sized = np.array(n) + gap
    best = min(np.bincount(deal, weights=sized, minlength=lanes).max() for deal in product(range(lanes), repeat=len(n)))
    longest = layout.series.shape[1] + gap
    assert longest <= best * (4 / 3 - 1 / (3 * lanes)) + 1e-9  # Graham, 1969
    assert layout.mask.any(axis=1).all()
    assert layout.mask[:, -1].any()


def test_gaps_count_when_lanes_are_balanced():
    assert ld.back_to_back([4, 1, 1, 1, 1], lanes=2, gap=2).step.tolist() == [
        [0, 1, 2, 3, _, _, 0],
        [0, _, _, 0, _, _, 0],
    ]


def test_twice_the_steps_ask_for_no_more_calls_and_at_most_twice_the_memory():
    def cost(n):
        calls = 0

        def count(*event):
            nonlocal calls
            calls += 1

        def work():
            layout = ld.back_to_back(n, lanes=4, gap=1)
            return layout.unlay(layout.lay(ragged))

        ragged = [np.zeros((k, 2)) for k in n]
        sys.setprofile(count)
        work()
        sys.setprofile(None)
        tracemalloc.start()
        work()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return calls, peak

    calls, peak = cost([200] * 20)
    more_calls, more_peak = cost([400] * 20)
    assert more_calls == calls
    assert more_peak < 2.2 * peak
    assert cost([200] * 40)[0] < 2.2 * calls


# --- the flag feature ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_the_flag_is_one_more_column_1_where_padding_and_padding_becomes_0(dtype):
    mask = np.array([[False, True]])
    flagged = ld.with_flag(np.array([[[9, 8], [7, 6]]], dtype), mask)
    assert flagged.tolist() == [[[0, 0, 1], [7, 6, 0]]]
    assert flagged.dtype == dtype


def test_the_flag_keeps_no_poison():
    assert ld.with_flag([[[np.nan], [1.0], [np.inf]]], [[False, True, False]]).tolist() == [[[0, 1], [1, 0], [0, 1]]]


# --- the ledger ------------------------------------------------------------------------------------------------------


def test_the_ledger_of_a_lane_one_can_follow_by_hand():
    windows = ld.back_to_back([2, 3, 2], lanes=1, gap=1).windows(2)  # 0 1 | _ 0 | 1 2 | _ 0 | 1
    carried = [("carried", "detached", (1,), (0,)), ("carried", "detached", (), ())]
    assert ld.ledger(windows) == [[("fresh", "none", (0,), ()), *carried, carried[0], carried[1]]]
    assert [e.link for e in ld.ledger(windows, detach=False)[0]] == ["none", *["attached"] * 4]
    assert [e.start for e in ld.ledger(windows, carry=False)[0]] == ["fresh"] * 5
    assert [e.link for e in ld.ledger(windows, carry=False, detach=False)[0]] == ["none"] * 5


def test_the_ledger_tells_reset_from_carried_lane_by_lane():
    windows = ld.back_to_back([2, 2, 3], lanes=2).windows(2)  # the 3 in lane 0, both 2s in lane 1
    assert [w.step.tolist() for w in windows] == [[[0, 1], [0, 1]], [[2, _], [0, 1]]]
    (first, second), (third, fourth) = ld.ledger(windows)
    assert first == ("fresh", "none", (0,), ())
    assert second == ("carried", "detached", (), (1,))
    assert third == ("fresh", "none", (0,), ())
    assert fourth == ("reset", "none", (0,), ())


def test_the_ledger_of_right_padding_carries_on_holding():
    assert ld.ledger(ld.pad_right([1], width=3).windows(2)) == [
        [("fresh", "none", (0,), (1,)), ("carried", "detached", (), (0,))]
    ]


def test_the_ledger_takes_a_stretch_of_windows_and_windows_of_windows():
    windows = ld.back_to_back([2, 3, 2], lanes=1, gap=1).windows(2)
    whole = ld.ledger(windows)[0]
    assert ld.ledger(tuple(windows[2:]))[0] == [("fresh", "none", (), ()), *whole[3:]]
    assert ld.ledger(windows[1].windows(1), carry=np.False_)[0] == [
        ("fresh", "none", (), (0,)),
        ("fresh", "none", (0,), ()),
    ]


@given(layouts, st.integers(1, 5), st.data())
def test_the_ledger_refuses_two_windows_that_are_swapped_and_one_that_is_left_out_where_a_series_is_cut(
    layout, width, data
):
    windows = layout.windows(width)
    cut = [k for k, w in enumerate(windows) if k and ((w.step[:, 0] > 0) & (windows[k - 1].series[:, -1] >= 0)).any()]
    if not cut:
        return
    k = data.draw(st.sampled_from(cut))
    swapped = [*windows[: k - 1], windows[k], windows[k - 1], *windows[k + 1 :]]
    match = r"^windows: expected the windows of one layout in their order, got .*; give layout\.windows\(width\)$"
    for wrong in (swapped, [*windows[:k], *windows[k - 1 :]]):
        with pytest.raises(ValueError, match=match):
            ld.ledger(wrong)
    if k >= 2:
        with pytest.raises(ValueError, match=match):
            ld.ledger([*windows[: k - 1], *windows[k:]])


def runs(windows, carry):
    """Each window with the state that it was handed (None for none) and the trace of its run."""
    params, state = problem(seed=1).params, None
    rng = np.random.default_rng(2)
    for window in windows:
        x = rng.normal(size=(*window.series.shape, 2))
        trace = ld.run(params, x, mask=window.mask, resets=window.resets, state=state)
        yield params, window, state, trace
        state = trace.final if carry else None


def differs(a, b):
    return (np.abs(a - b) > 1e-9).any(axis=tuple(range(1, a.ndim)))


@given(layouts, st.integers(1, 5), st.booleans())
def test_the_ledger_says_what_perturbing_the_state_handed_over_shows(layout, width, carry):
    windows = layout.windows(width)
    entries = ld.ledger(windows, carry=carry)
    for k, (params, window, state, trace) in enumerate(runs(windows, carry)):
        start = [lane[k].start for lane in entries]
        if state is None:
            assert set(start) == {"fresh"}
            continue
        other = ld.State(state.h + 0.5, state.c - 0.5)
        moved = ld.run(params, trace.x, mask=window.mask, resets=window.resets, state=other)
        assert [s == "carried" for s in start] == differs(moved.h, trace.h).tolist()
        assert set(start) <= {"carried", "reset"}


@given(layouts, st.integers(1, 5), st.booleans())
def test_the_ledger_says_which_lanes_pass_gradient_to_the_window_before(layout, width, detach):
    windows = layout.windows(width)
    entries, before = ld.ledger(windows, detach=detach), None
    for k, (params, _window, _state, trace) in enumerate(runs(windows, carry=True)):
        back = ld.backward(params, trace, np.random.default_rng(k).normal(size=trace.h.shape)).state
        if before is not None:
            chained = ld.backward(params, before, np.zeros_like(before.h), None if detach else back)
            assert [lane[k].link == "attached" for lane in entries] == differs(chained.h[:, -1], 0 * back.h).tolist()
        links = {(lane[k].start == "carried", lane[k].link) for lane in entries}
        assert links <= {(False, "none"), (True, "detached" if detach else "attached")}
        before = trace


@given(layouts, st.integers(1, 5))
def test_the_ledger_lists_where_a_run_holds_and_where_it_starts_again(layout, width):
    windows = layout.windows(width)
    entries = ld.ledger(windows)
    for k, (_params, _window, _state, trace) in enumerate(runs(windows, carry=True)):
        before = np.concatenate([trace.start.h[:, None], trace.h[:, :-1]], axis=1)
        for lane, same in zip(entries, (before == trace.h).all(axis=2), strict=True):
            assert list(lane[k].held) == np.flatnonzero(same).tolist()
    state = None
    for k, window in enumerate(windows):
        count = ld.run(
            COUNTING, np.zeros((*window.series.shape, 1)), mask=window.mask, resets=window.resets, state=state
        )
        for lane, first in zip(entries, (count.c[..., 0] == 1) & window.mask, strict=True):
            assert list(lane[k].resets) == np.flatnonzero(first).tolist()
        state = count.final


# --- nothing is mutated, nothing can be ------------------------------------------------------------------------------


def test_no_argument_is_mutated_and_none_is_kept():
    series, step, n = np.array([[0, _]]), np.array([[0, _]]), np.array([2, 1])
    layout = ld.Layout(series, step)
    ld.pad_left(n), ld.pad_right(n), ld.back_to_back(n, 1)
    series[:], step[:] = 7, 7
    assert layout.series.tolist() == layout.step.tolist() == [[0, _]]
    assert n.tolist() == [2, 1]


def test_laying_and_taking_back_copy():
    layout, ragged = ld.pad_right([1, 2]), [np.ones(1), np.ones(2)]
    grid = layout.lay(ragged)
    back = layout.unlay(grid)
    grid[:] = 5
    assert [r.tolist() for r in ragged] == [b.tolist() for b in back] == [[1], [1, 1]]
    x, mask = np.ones((1, 2, 1)), np.array([[True, False]])
    ld.with_flag(x, mask)[:] = 5
    assert (x == 1).all()
    assert mask.tolist() == [[True, False]]


@pytest.mark.parametrize("name", ["series", "step", "mask", "resets", "lengths", "places"])
def test_what_a_layout_says_is_read_only(name):
    for layout in (ld.pad_left([1, 2]), ld.pad_left([1, 2]).windows(1)[0]):
        assert not getattr(layout, name).flags.writeable


@pytest.mark.parametrize("name", ["series", "step", "count"])
def test_nothing_of_a_layout_can_be_put_in_place_of_another(name):
    with pytest.raises(FrozenInstanceError):
        setattr(ld.pad_left([1, 2]), name, ld.pad_left([2, 1]).series)


def test_layouts_are_compared_by_identity():
    assert ld.pad_left([1]) != ld.pad_left([1])
    assert len({ld.pad_left([1]), ld.pad_left([1])}) == 2


# --- refusals --------------------------------------------------------------------------------------------------------

PAIR = ld.pad_right([1, 2])
GRID = "expected a (lanes, time) grid of whole numbers, -1 = padding"
ONE_BY_ONE = (
    "step: expected the steps of a series one by one from left to right, got {}; count 0, 1, 2, ... along the lane"
)
PIECES = "series: expected each series in one piece, got series {}; put each series into one lane, one after the other"
FIRST = "step: expected 0 first where a series follows another in its lane, got step {}; begin there with step 0"
LENGTHS = "lengths: expected a list of one length or more, got shape {}; give one for each series"
LENGTH = "lengths[{}]: expected a whole number of at least 1, got {}; count its steps, or leave an empty series out"
RAGGED = (
    "{}: expected what NumPy can make one array of, got a ragged list; "
    "lay ragged series with a layout, or pass one at a time"
)
WINDOWS = "windows: expected the windows of one layout in their order, got {}; give layout.windows(width)"
THREES = ld.back_to_back([3, 3], lanes=1).windows(2)  # 0 1 | 2 0 | 1 2
REFUSALS = [
    (f"series: {GRID}, got int64 of shape (2,); give two int grids", lambda: ld.Layout([0, 1], [[0, 1]])),
    (f"series: {GRID}, got float64 of shape (1, 1); give two int grids", lambda: ld.Layout([[0.0]], [[0]])),
    (f"series: {GRID}, got bool of shape (1, 1); give two int grids", lambda: ld.Layout([[True]], [[0]])),
    (f"series: {GRID}, got float64 of shape (1, 0); give two int grids", lambda: ld.Layout([[]], [[]])),
    (f"step: {GRID}, got int64 of shape (1, 1); give two int grids", lambda: ld.Layout([[0]], [[-2]])),
    (
        "step: expected the shape of series, (1, 2), got (1, 1); make both grids for the same cells",
        lambda: ld.Layout([[0, 0]], [[0]]),
    ),
    (
        "step: expected -1 exactly where series is -1, got a cell with only one of them; mark padding in both",
        lambda: ld.Layout([[0, _]], [[0, 1]]),
    ),
    ("count: expected a whole number of at least 2, got 1; give an int", lambda: ld.Layout([[0, 1]], [[0, 0]], 1)),
    ("count: expected a whole number of at least 1, got 0; give an int", lambda: ld.Layout([[_]], [[_]])),
    ("count: expected a whole number of at least 1, got 1.0; give an int", lambda: ld.Layout([[0]], [[0]], 1.0)),
    (f"step: {GRID}, got uint64 of shape (1, 1); give two int grids", lambda: ld.Layout([[0]], np.uint64([[2**63]]))),
    (f"step: {GRID}, got int64 of shape (1, 1); give two int grids", lambda: ld.Layout([[0]], [[2**63 - 1]])),
    (f"series: {GRID}, got int64 of shape (1, 2); give two int grids", lambda: ld.Layout([[0, -2]], [[0, _]])),
    (RAGGED.format("series"), lambda: ld.Layout([[0], [0, 1]], [[0]])),
    (RAGGED.format("step"), lambda: ld.Layout([[0]], [[0], [0, 1]])),
    (ONE_BY_ONE.format("step 1 after step 1 of series 0"), lambda: ld.Layout([[0, 0]], [[1, 1]])),
    (ONE_BY_ONE.format("step 2 after step 0 of series 0"), lambda: ld.Layout([[0, 0]], [[0, 2]])),
    (ONE_BY_ONE.format("step 0 after step 0 of series 0"), lambda: ld.Layout([[0, 0, 0]], [[0, 0, 2]])),
    (ONE_BY_ONE.format("step 0 after step 1 of series 0"), lambda: ld.Layout([[0, 0]], [[1, 0]])),
    (ONE_BY_ONE.format("step 0 after step 1 of series 2"), lambda: ld.Layout([[0, 1], [2, 2]], [[0, 0], [1, 0]])),
    (ONE_BY_ONE.format("step 2 after step 0 of series 0"), lambda: ld.Layout([[0, _, 0]], [[0, _, 2]])),
    (PIECES.format("0 in lanes 0 and 1"), lambda: ld.Layout([[0], [0]], [[0], [1]])),
    (PIECES.format("1 in lanes 0 and 2"), lambda: ld.Layout([[1], [_], [1]], [[0], [_], [0]])),
    (PIECES.format("0 in two pieces in lane 0"), lambda: ld.Layout([[0, 1, 0, 1]], [[0, 0, 1, 1]])),
    (PIECES.format("2 in two pieces in lane 1"), lambda: ld.Layout([[0, 0, _], [2, 1, 2]], [[0, 1, _], [0, 0, 1]])),
    (FIRST.format("3 first of series 1 in lane 0"), lambda: ld.Layout([[0, _, 1]], [[2, _, 3]])),
    (FIRST.format("1 first of series 2 in lane 1"), lambda: ld.Layout([[0, 3], [1, 2]], [[1, 0], [0, 1]])),
    (LENGTHS.format("(0,)"), lambda: ld.pad_left([])),
    (LENGTHS.format("()"), lambda: ld.pad_right(3)),
    (LENGTHS.format("(1, 1)"), lambda: ld.back_to_back([[1]], 1)),
    (LENGTHS.format("()"), lambda: ld.pad_left(None)),
    (LENGTH.format(1, 0), lambda: ld.pad_right([2, 0])),
    (LENGTH.format(0, -1), lambda: ld.back_to_back([-1], 1)),
    (LENGTH.format(0, 1.0), lambda: ld.pad_left([1.0, 2.0])),
    (LENGTH.format(1, 2.5), lambda: ld.pad_left([1, 2.5, 3])),
    (LENGTH.format(0, True), lambda: ld.pad_left([True])),
    (LENGTH.format(11_605, 0), lambda: ld.pad_left([5] * 11_605 + [0])),
    (LENGTH.format(0, "'" + "a" * 27 + "..." + "a" * 28 + "'"), lambda: ld.pad_left(["a" * 1000])),
    (
        "lengths: expected whole numbers of 63 bits, got dtype object; no grid is as wide as that",
        lambda: ld.pad_left([1, 2**70]),
    ),
    (
        "lengths: expected whole numbers of 63 bits, got dtype uint64; no grid is as wide as that",
        lambda: ld.pad_left([2**63]),
    ),
    *((RAGGED.format("lengths"), lambda f=f: f([[1], [2, 3]])) for f in (ld.pad_left, ld.pad_right)),
    (RAGGED.format("lengths"), lambda: ld.back_to_back([[1], [2, 3]], 1)),
    (
        "lanes: expected a whole number of at least 1, got [5, 5, 5, 5, 5, 5, ...]; give an int",
        lambda: ld.back_to_back([1], [5] * 1000),
    ),
    ("width: expected a whole number of at least 3, got 2; give an int", lambda: ld.pad_left([1, 3], width=2)),
    ("width: expected a whole number of at least 3, got 2; give an int", lambda: ld.pad_right([3], width=2)),
    ("lanes: expected a whole number of at least 1, got 0; give an int", lambda: ld.back_to_back([1], 0)),
    ("lanes: expected a whole number of at least 1, got True; give an int", lambda: ld.back_to_back([1], True)),
    (
        "lanes: expected at most 2, one for each series, got 3; ask for fewer, or no lane has work",
        lambda: ld.back_to_back([1, 2], 3),
    ),
    ("gap: expected a whole number of at least 0, got -1; give an int", lambda: ld.back_to_back([1], 1, gap=-1)),
    ("gap: expected a whole number of at least 0, got 0.5; give an int", lambda: ld.back_to_back([1], 1, gap=0.5)),
    ("width: expected a whole number of at least 1, got 0; give an int", lambda: PAIR.windows(0)),
    ("width: expected a whole number of at least 1, got '2'; give an int", lambda: PAIR.windows("2")),
    (
        "ragged: expected 2 series as in the layout, got 1; lay out the lengths of these",
        lambda: PAIR.lay([np.ones(1)]),
    ),
    (
        "ragged: expected series 1 of shape (2,), got (3,); lay out the lengths of these series",
        lambda: PAIR.lay([np.ones(1), np.ones(3)]),
    ),
    (
        "ragged: expected series 1 of shape (2, 4), got (2, 3); lay out the lengths of these series",
        lambda: PAIR.lay([np.ones((1, 4)), np.ones((2, 3))]),
    ),
    (
        "ragged: expected series 0 of shape (1,), got (); lay out the lengths of these series",
        lambda: PAIR.lay([1.0, np.ones(2)]),
    ),
    (
        "ragged: expected series 1 of dtype float64, got int64; give all series one dtype",
        lambda: PAIR.lay([[1.0], [1, 2]]),
    ),
    (
        "fill: expected a value that int64 can hold, got nan; give a whole number, or lay floats",
        lambda: PAIR.lay([[1], [1, 2]], fill=np.nan),
    ),
    (
        "fill: expected a value that int64 can hold, got 0.5; give a whole number, or lay floats",
        lambda: PAIR.lay([[1], [1, 2]], fill=0.5),
    ),
    (
        "fill: expected a value that bool can hold, got 2; give a whole number, or lay floats",
        lambda: PAIR.lay([[True], [True, False]], fill=2),
    ),
    ("ragged: expected a list of series, got NoneType; give one for each of the layout", lambda: PAIR.lay(None)),
    ("ragged: expected a list of series, got int; give one for each of the layout", lambda: PAIR.lay(3)),
    (
        "ragged: expected a list of series, got ndarray; give one for each of the layout",
        lambda: PAIR.lay(np.array(3.0)),
    ),
    (RAGGED.format("ragged[1]"), lambda: PAIR.lay([[[1.0]], [[1.0], [2.0, 3.0]]])),
    (RAGGED.format("grid"), lambda: PAIR.unlay([[1, 2], [3]])),
    (RAGGED.format("fill"), lambda: PAIR.lay([[1.0], [1.0, 2.0]], [[1], [2, 3]])),
    *(
        (
            f"fill: expected a value that {dtype} can hold, got {got}; give a whole number, or lay floats",
            lambda dtype=dtype, fill=fill: PAIR.lay([np.ones(1, dtype), np.ones(2, dtype)], fill),
        )
        for dtype, fill, got in (
            ("int64", "a", "'a'"),
            ("float64", None, "None"),
            ("float64", 10**400, "1" + "0" * 17 + "..." + "0" * 19),
        )
    ),
    ("fill: expected one value, got shape (2,); nothing is broadcast", lambda: PAIR.lay([[1.0], [1.0, 2.0]], [0, 1])),
    (
        "grid: expected a first two axes of (2, 2), got (2, 3); use the layout that laid it",
        lambda: PAIR.unlay(np.ones((2, 3))),
    ),
    ("grid: expected a first two axes of (2, 2), got (2,); use the layout that laid it", lambda: PAIR.unlay([1, 2])),
    (
        "x: expected three axes (B, T, D), got shape (2, 1); add the missing axis, as in x[None]",
        lambda: ld.with_flag(np.ones((2, 1)), np.ones((2, 1), bool)),
    ),
    (
        "mask: expected bool, True = a real step, got int64; compare first, as in mask == 1",
        lambda: ld.with_flag(np.ones((1, 2, 1)), [[1, 0]]),
    ),
    (
        "x: expected real numbers, got <U1; give floats",
        lambda: ld.with_flag(np.full((1, 1, 1), "a"), [[False]]),
    ),
    ("x: expected real numbers, got object; give floats", lambda: ld.with_flag([[[None]]], [[False]])),
    (RAGGED.format("x"), lambda: ld.with_flag([[[1.0], [2.0, 3.0]]], [[True, True]])),
    (RAGGED.format("mask"), lambda: ld.with_flag(np.ones((2, 2, 1)), [[True], [True, False]])),
    (
        "mask: expected the shape of x without features, (1, 2), got (2, 1); lay both with one layout",
        lambda: ld.with_flag(np.ones((1, 2, 1)), np.ones((2, 1), bool)),
    ),
    ("windows: expected a list of layouts, got Layout; give layout.windows(width)", lambda: ld.ledger(PAIR)),
    ("windows: expected a list of layouts, got list; give layout.windows(width)", lambda: ld.ledger([PAIR, 1])),
    (
        "windows: expected one layout or more, got none; give layout.windows(width)",
        lambda: ld.ledger([]),
    ),
    (
        "windows: expected layouts over the same lanes, got 1 lanes in window 2 after 2; give layout.windows(width)",
        lambda: ld.ledger([PAIR, PAIR, *[ld.pad_left([1])] * 1000]),
    ),
    (WINDOWS.format("step 0 after step 3 of series 0"), lambda: ld.ledger(ld.pad_left([4]).windows(2)[::-1])),
    (WINDOWS.format("series 0 in two pieces in lane 0"), lambda: ld.ledger(THREES[::-1])),
    (WINDOWS.format("step 1 first of series 1 in lane 0"), lambda: ld.ledger([THREES[0], THREES[2]])),
    (WINDOWS.format("step 0 after step 1 of series 0"), lambda: ld.ledger([THREES[0], THREES[0]])),
    ("carry: expected True or False, got 'no'; give a bool", lambda: ld.ledger(THREES, carry="no")),
    ("carry: expected True or False, got None; give a bool", lambda: ld.ledger(THREES, carry=None)),
    (
        "detach: expected True or False, got [5, 5, 5, 5, 5, 5, ...]; give a bool",
        lambda: ld.ledger(THREES, detach=[5] * 1000),
    ),
    ("detach: expected True or False, got 1; give a bool", lambda: ld.ledger(THREES, detach=1)),
]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_with_argument_expected_got_and_cure(message, call):
    refused(message, call)


def test_every_refusal_has_the_four_parts():
    assert all(re.fullmatch(r"[a-z]+(\[\d+\])?: expected .+, got .+; .+", message) for message, _call in REFUSALS)


def test_every_refusal_stays_a_sentence():
    assert max(len(message) for message, _call in REFUSALS) < 180
