"""Laws of layouts: grids one can check by eye, ways there and back that undo each other, a ledger `run` bears out."""

from dataclasses import FrozenInstanceError
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import bits, problem

import lstm_demo as ld

_ = -1  # padding
lengths = st.lists(st.integers(1, 7), min_size=1, max_size=6)
GRIDS = {
    "left": (ld.pad_left([2, 3, 1]), [[_, 0, 0], [1, 1, 1], [_, _, 2]], [[_, 0, 1], [0, 1, 2], [_, _, 0]]),
    "right": (ld.pad_right([2, 3, 1]), [[0, 0, _], [1, 1, 1], [2, _, _]], [[0, 1, _], [0, 1, 2], [0, _, _]]),
    "left, wider": (ld.pad_left([1, 2], width=4), [[_, _, _, 0], [_, _, 1, 1]], [[_, _, _, 0], [_, _, 0, 1]]),
    "right, wider": (ld.pad_right([1, 2], width=3), [[0, _, _], [1, 1, _]], [[0, _, _], [0, 1, _]]),
    "one lane, gap 1": (ld.back_to_back([2, 1, 2], 1, gap=1), [[0, 0, _, 1, _, 2, 2]], [[0, 1, _, 0, _, 0, 1]]),
    # longest first into the shortest lane: 3, then 2 and 2, then 1 beside the 3; in a lane, the caller's order
    "two lanes": (ld.back_to_back([1, 3, 2, 2], 2), [[0, 1, 1, 1], [2, 2, 3, 3]], [[0, 0, 1, 2], [0, 1, 0, 1]]),
    # with the gaps 6, 3, 3, 3, 3: without them, three of the short ones would share a lane
    "gaps count in the deal": (
        ld.back_to_back([4, 1, 1, 1, 1], lanes=2, gap=2),
        [[0, 0, 0, 0, _, _, 3], [1, _, _, 2, _, _, 4]],
        [[0, 1, 2, 3, _, _, 0], [0, _, _, 0, _, _, 0]],
    ),
}


@pytest.mark.parametrize("name", GRIDS)
def test_a_tiny_layout_is_the_grid_one_draws_by_hand_and_its_flags_are_read_off_it(name):
    layout, series, step = GRIDS[name]
    assert (layout.series.tolist(), layout.step.tolist()) == (series, step)
    assert layout.mask.tolist() == [[s != _ for s in row] for row in series]
    assert layout.resets.tolist() == [[s == 0 for s in row] for row in step]
    assert layout.mask.dtype == layout.resets.dtype == bool


def test_series_of_one_length_are_dealt_out_in_turn():
    layout = ld.back_to_back([1, 2] * 40, 40)  # a 2 and a 1 in each lane, those of a length in the caller's order
    assert [sorted({*lane} - {_}) for lane in layout.series.tolist()] == [[2 * k, 2 * k + 1] for k in range(40)]


def test_places_are_the_flat_index_series_after_series_over_holes_too():
    holed = ld.Layout([[1, _, 1, 2], [_, _, _, _], [_, 0, 0, _]], [[3, _, 4, 0], [_, _, _, _], [_, 0, 1, _]])
    assert holed.places.tolist() == [9, 10, 0, 2, 3]
    assert holed.lay([[10, 11], [20, 21], [30]], fill=_).tolist() == [[20, _, 21, 30], [_] * 4, [_, 10, 11, _]]


def counted(layout, rest, dtype):
    """Ragged series that fit the layout and hold numbers, each another as far as the dtype allows."""
    shape = (layout.lengths.sum(), *rest)
    rows = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    return np.split(rows, np.cumsum(layout.lengths)[:-1])


layouts = st.one_of(
    st.builds(ld.pad_left, lengths),
    st.builds(ld.pad_right, lengths),
    lengths.flatmap(lambda n: st.builds(ld.back_to_back, st.just(n), st.integers(1, len(n)), st.integers(0, 2))),
)
RESTS = st.sampled_from([(), (3,), (2, 2), (0,)])
DTYPES = st.sampled_from(["float64", "float32", "int64", "uint8", "bool", "U4"])


@given(layouts, RESTS, DTYPES)
def test_every_step_is_laid_where_the_grids_say_and_fill_elsewhere_and_unlay_undoes_it(layout, rest, dtype):
    ragged, fill = counted(layout, rest, dtype), np.ones((), dtype)[()]
    grid = layout.lay(ragged, fill=fill)
    assert (grid.shape, grid.dtype) == ((*layout.series.shape, *rest), dtype)
    for cell in np.ndindex(layout.series.shape):
        n, t = layout.series[cell], layout.step[cell]
        assert np.array_equal(grid[cell], ragged[n][t] if n >= 0 else np.full(rest, fill))
    assert bits(layout.unlay(layout.lay(ragged))) == bits(ragged)
    plain = ld.Layout(layout.series.tolist(), layout.step.tolist())  # what is known of a layout its grids say
    assert bits([layout.lengths, layout.places]) == bits([plain.lengths, plain.places])


@given(layouts, st.integers(1, 9))
def test_windows_cover_all_columns_and_their_pieces_joined_are_the_series(layout, width):
    windows, ragged = layout.windows(width), counted(layout, (2,), float)
    assert [w.series.shape[1] for w in windows[:-1]] == [width] * (len(windows) - 1)
    for name in ("series", "step", "mask", "resets"):
        assert np.array_equal(np.concatenate([getattr(w, name) for w in windows], axis=1), getattr(layout, name))
    grid = layout.lay(ragged, fill=-1.0)
    cuts = np.split(grid, range(width, grid.shape[1], width), axis=1)
    pieces = [w.unlay(cut) for w, cut in zip(windows, cuts, strict=True)]
    assert bits([np.concatenate(parts) for parts in zip(*pieces, strict=True)]) == bits(ragged)
    assert all(np.array_equal(w.lay(p, -1.0), cut) for w, p, cut in zip(windows, pieces, cuts, strict=True))


@given(lengths, st.data(), st.integers(0, 2))
def test_each_lane_keeps_the_callers_order_with_gaps_between_neighbours_only_and_lanes_are_balanced(n, data, gap):
    lanes = data.draw(st.integers(1, min(3, len(n))))
    layout = ld.back_to_back(n, lanes, gap)
    for series, step in zip(layout.series.tolist(), layout.step.tolist(), strict=True):
        own, cells = sorted({*series} - {_}), []
        assert own
        for s in own:
            cells += [(_, _)] * (gap if cells else 0) + [(s, t) for t in range(n[s])]
        assert [*zip(series, step, strict=True)] == cells + [(_, _)] * (len(series) - len(cells))
    deals = product(range(lanes), repeat=len(n))
    best = min(np.bincount(deal, weights=np.array(n) + gap, minlength=lanes).max() for deal in deals)
    assert layout.series.shape[1] + gap <= best * (4 / 3 - 1 / (3 * lanes)) + 1e-9  # Graham, 1969
    assert layout.mask[:, -1].any()


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_the_flag_is_one_more_column_1_where_padding_and_padding_becomes_0_even_poison(dtype):
    flagged = ld.with_flag(np.array([[[9, 8], [7, 6]]], dtype), np.array([[False, True]]))
    assert (flagged.tolist(), flagged.dtype) == ([[[0, 0, 1], [7, 6, 0]]], dtype)
    assert ld.with_flag([[[np.nan], [1.0]]], [[False, True]]).tolist() == [[[0, 1], [1, 0]]]


def test_the_ledger_of_a_lane_one_can_follow_by_hand():
    windows = ld.back_to_back([2, 3, 2], lanes=1, gap=1).windows(2)  # 0 1 | _ 0 | 1 2 | _ 0 | 1
    carried = [("carried", "detached", (1,), (0,)), ("carried", "detached", (), ())]
    assert ld.ledger(windows) == [[("fresh", "none", (0,), ()), *carried, carried[0], carried[1]]]
    assert [e.link for e in ld.ledger(windows, detach=False)[0]] == ["none", *["attached"] * 4]
    for detach in (True, False):
        assert {e[:2] for e in ld.ledger(windows, carry=np.False_, detach=detach)[0]} == {("fresh", "none")}
    assert ld.ledger(tuple(windows[2:]))[0] == [("fresh", "none", (), ()), *ld.ledger(windows)[0][3:]]  # a stretch


PARAMS = problem(seed=1).params


def differs(a, b):
    return (np.abs(a - b) > 1e-9).any(axis=tuple(range(1, a.ndim))).tolist()


@given(layouts, st.integers(1, 5))
def test_the_ledger_says_what_perturbing_the_state_and_sending_gradients_back_show(layout, width):
    windows, rng = layout.windows(width), np.random.default_rng(2)
    ledger, before = [*zip(*ld.ledger(windows, detach=False), strict=True)], None
    for window, entries in zip(windows, ledger, strict=True):
        x, flags = rng.normal(size=(*window.series.shape, 2)), {"mask": window.mask, "resets": window.resets}
        trace = ld.run(PARAMS, x, **flags, state=before and before.final)
        if before:
            other = ld.run(PARAMS, x, **flags, state=ld.State(trace.start.h + 0.5, trace.start.c - 0.5))
            carried = differs(other.h, trace.h)
            said = {True: ("carried", "attached"), False: ("reset", "none")}
            assert [entry[:2] for entry in entries] == [said[one] for one in carried]
            back = ld.backward(PARAMS, trace, rng.normal(size=trace.h.shape)).state
            assert differs(ld.backward(PARAMS, before, 0 * before.h, back).h[:, -1], 0 * back.h) == carried
        before = trace


def test_no_argument_is_mutated_none_is_kept_and_what_a_layout_says_is_read_only():
    series, step, n = np.array([[0, _]]), np.array([[0, _]]), np.array([2, 1])
    layout, padded, lane = ld.Layout(series, step), ld.pad_left(n), ld.back_to_back(n, 1)
    assert n.tolist() == [2, 1]
    series[:], step[:], n[:] = 7, 7, 7
    assert layout.series.tolist() == layout.step.tolist() == [[0, _]]
    assert padded.lengths.tolist() == lane.lengths.tolist() == [2, 1]
    ragged, x, mask = [np.ones(2), np.ones(1)], np.ones((1, 2, 1)), np.array([[True, False]])
    grid = padded.lay(ragged)
    back = padded.unlay(grid)
    grid[:] = ld.with_flag(x, mask)[:] = 5
    assert [one.tolist() for one in (*ragged, *back)] == [[1, 1], [1]] * 2
    assert (x.tolist(), mask.tolist()) == ([[[1], [1]]], [[True, False]])
    assert ld.pad_left([1]) != ld.pad_left([1])  # compared by identity
    for one in (padded, padded.windows(1)[0], layout):
        for name in ("series", "step", "mask", "resets", "lengths", "places"):
            assert not getattr(one, name).flags.writeable
        with pytest.raises(FrozenInstanceError):
            one.count = one.count
