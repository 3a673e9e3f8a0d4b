"""What the fuzz knows of `layout`."""

import numpy as np
from hypothesis import strategies as st

import lstm_demo as ld

from .case import Case, few, layouts, lengths, problems, read, takes

int_arrays = lengths.map(np.array)


def holds_each_step_once(layout, wanted):
    cells = [
        (k, n) for k, n in zip(layout.series.ravel().tolist(), layout.step.ravel().tolist(), strict=True) if k >= 0
    ]
    assert sorted(cells) == [(k, n) for k, count in enumerate(wanted) for n in range(count)]
    assert layout.mask.tolist() == (layout.series >= 0).tolist()
    assert layout.resets.tolist() == (layout.step == 0).tolist()
    assert layout.lengths.tolist() == wanted


def judge_padded(left):
    def judge(given, layout):
        wanted = [*map(int, given["lengths"])]
        assert wanted == [*given["lengths"]]
        holds_each_step_once(layout, wanted)
        width = max(wanted) if given.get("width") is None else int(given["width"])
        assert layout.series.shape == (len(wanted), width)
        assert layout.mask[:, -1 if left else 0].all()

    return judge


def judge_back_to_back(given, layout):
    wanted = [*map(int, given["lengths"])]
    holds_each_step_once(layout, wanted)
    assert len(layout.series) == int(given["lanes"])
    gap = int(given["gap"])
    for lane in layout.series.tolist():  # padding between neighbours only, and behind the last
        own = sorted({k for k in lane if k >= 0})
        laid = []
        for k in own:
            laid += [-1] * (gap * bool(laid)) + [k] * wanted[k]
        assert lane == laid + [-1] * (len(lane) - len(laid))
    assert layout.mask[:, -1].any()


def judge_layout(given, layout):
    assert layout.series.tolist() == read(given["series"]).tolist()
    assert layout.step.tolist() == read(given["step"]).tolist()
    laid = [(layout.series.ravel()[place], layout.step.ravel()[place]) for place in layout.places]
    assert laid == sorted(zip(layout.series[layout.mask], layout.step[layout.mask], strict=True))


def laid_good(draw):
    layout = draw(layouts)
    ragged = [np.arange(2.0 * n).reshape(n, 2) + 10 * k for k, n in enumerate(layout.lengths)]
    return {"layout": layout, "ragged": ragged, "fill": draw(st.sampled_from([0, -1.5]))}


def judge_laid(given, grid):
    if not hasattr(given["ragged"], "__len__"):
        return  # read once, and gone
    layout, ragged = given["layout"], [*given["ragged"]]
    for place in np.ndindex(layout.series.shape):
        k, n = layout.series[place], layout.step[place]
        want = read(ragged[k])[n] if k >= 0 else np.full(grid.shape[2:], read(given["fill"])).astype(grid.dtype)
        assert repr(grid[place].tolist()) == repr(want.tolist())  # of NaN too
    assert grid.dtype == np.asarray(ragged[0]).dtype.newbyteorder("=")  # joined, they are as this machine has them


def judge_unlaid(given, ragged):
    layout, grid = given["layout"], read(given["grid"])
    assert [len(one) for one in ragged] == layout.lengths.tolist()
    for place in zip(*np.nonzero(layout.mask), strict=True):
        got, want = ragged[layout.series[place]][layout.step[place]], grid[place]
        assert repr(got.tolist()) == repr(want.tolist())


def judge_windows(given, windows):
    layout, width = given["layout"], int(given["width"])
    assert np.concatenate([w.series for w in windows], axis=1).tolist() == layout.series.tolist()
    assert np.concatenate([w.step for w in windows], axis=1).tolist() == layout.step.tolist()
    assert all(w.series.shape[1] == width for w in windows[:-1])


def judge_ledger(given, book):
    windows = [*given["windows"]]
    for lane, line in enumerate(book):
        for k, (window, entry) in enumerate(zip(windows, line, strict=True)):
            assert list(entry.resets) == [t for t, n in enumerate(window.step[lane]) if n == 0]
            assert list(entry.held) == [t for t, n in enumerate(window.series[lane]) if n < 0]
            fresh = k == 0 or not given["carry"]
            assert entry.start == ("fresh" if fresh else "reset" if window.step[lane, 0] == 0 else "carried")
            link = "none" if entry.start != "carried" else "detached" if given["detach"] else "attached"
            assert entry.link == link


def judge_flagged(given, flagged):
    x, mask = read(given["x"]), read(given["mask"])
    for place in np.ndindex(mask.shape):
        want = [*x[place], 0] if mask[place] else [0] * x.shape[2] + [1]
        assert flagged[place].tolist() == want or not np.isfinite(x[place].astype(float)).all()


def on(layout_method):
    return lambda layout, **given: getattr(layout, layout_method)(**given)


CASES = {
    "layout.pad_left": Case(
        takes(lengths=st.one_of(lengths, int_arrays), width=st.sampled_from([None, 5, 6])),
        ld.pad_left,
        judge_padded(True),
        share=4,
    ),
    "layout.pad_right": Case(
        takes(lengths=st.one_of(lengths, int_arrays), width=st.sampled_from([None, 5, 6])),
        ld.pad_right,
        judge_padded(False),
        share=4,
    ),
    "layout.back_to_back": Case(
        takes(lengths=st.one_of(lengths, int_arrays), lanes=st.integers(1, 2), gap=st.integers(0, 2)),
        ld.back_to_back,
        judge_back_to_back,
        share=4,
    ),
    "layout.Layout": Case(
        layouts.map(lambda one: {"series": one.series, "step": one.step, "count": None}),
        ld.Layout,
        judge_layout,
        share=4,
    ),
    "layout.Layout.lay": Case(st.composite(laid_good)(), on("lay"), judge_laid, share=4, fixed=("layout",)),
    "layout.Layout.unlay": Case(
        layouts.map(lambda one: {"layout": one, "grid": np.arange(2 * one.series.size).reshape(*one.series.shape, 2)}),
        on("unlay"),
        judge_unlaid,
        share=4,
        fixed=("layout",),
    ),
    "layout.Layout.windows": Case(
        takes(layout=layouts, width=few), on("windows"), judge_windows, share=2, fixed=("layout",)
    ),
    "layout.ledger": Case(
        takes(windows=layouts.map(lambda one: one.windows(2)), carry=st.booleans(), detach=st.booleans()),
        ld.ledger,
        judge_ledger,
        share=3,
    ),
    "layout.with_flag": Case(
        problems.map(lambda one: {"x": one.x, "mask": one.mask}), ld.with_flag, judge_flagged, share=4
    ),
}
