"""What the fuzz knows of each public function: arguments that it takes, and how its answer is judged.

A judge is told what was given, spoilt or not, and the answer; it holds the answer against torch, against the series
alone, or against an invariant, and so against a reading of the arguments that is not the package's own.
"""

import contextlib
import io
import math
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from fuzzing import JUNK
from hypothesis import strategies as st
from problems import problem

import lstm_demo as ld
from lstm_demo import (
    checkpoint,
    checks,
    explore,
    names,
    plots,
    refusal,
    series,
    stamp,
    tables,
    torch_lstm,
    training,
    ways,
)


def anything(_given, _result):
    """Where no cheap judge is at hand, that it came back is all that is asked."""


class Case(NamedTuple):
    """How to call a function, and how to judge what it says.

    good   strategy of a dict of arguments that it takes
    call   call(**arguments)
    judge  judge(arguments, answer): raises where the answer is wrong
    names  by which it may refuse, beside those of the arguments
    share  of the examples: less than 1 for what is slow
    never  whether it never raises
    fixed  arguments that are not spoilt: what a method is called on, or chosen by the judge
    """

    good: st.SearchStrategy
    call: object
    judge: object = anything
    names: tuple = ()
    share: float = 1.0
    never: bool = False
    fixed: tuple = ()


def takes(**strategies):
    return st.fixed_dictionaries(strategies)


def read(value):
    """What a caller meant by it, as plain numbers: by lists, and so not by the package's own reading."""
    if isinstance(value, torch.Tensor):
        value = (value.double() if value.is_floating_point() else value).detach().numpy()
    return np.array(value.tolist() if hasattr(value, "tolist") else value)


def near(got, want, tolerance=1e-9):
    got, want = read(got), read(want)
    assert got.shape == want.shape
    assert np.abs(got - want).max(initial=0) <= tolerance * max(1, np.abs(want).max(initial=0))


# --- layout ----------------------------------------------------------------------------------------------------------

few = st.integers(1, 4)
lengths = st.lists(st.integers(1, 5), min_size=1, max_size=4)
int_arrays = lengths.map(np.array)
layouts = st.one_of(
    lengths.map(ld.pad_left), lengths.map(ld.pad_right), lengths.map(lambda n: ld.back_to_back(n, 1, 1))
)


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
    assert (np.count_nonzero(~layout.mask[:, : layout.mask.any(0).sum()], axis=1) >= 0).all()


def judge_layout(given, layout):
    assert layout.series.tolist() == read(given["series"]).tolist()
    assert layout.step.tolist() == read(given["step"]).tolist()
    places = layout.places
    assert layout.series.ravel()[places].tolist() == sorted(layout.series[layout.mask].tolist())


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
        want = read(ragged[k])[n] if k >= 0 else np.full(grid.shape[2:], read(given["fill"]))
        assert grid[place].tolist() == want.tolist() or (grid[place] != grid[place]).all()
    assert grid.dtype == np.asarray(ragged[0]).dtype


def judge_unlaid(given, ragged):
    layout, grid = given["layout"], read(given["grid"])
    assert [len(one) for one in ragged] == layout.lengths.tolist()
    for place in zip(*np.nonzero(layout.mask), strict=True):
        got, want = ragged[layout.series[place]][layout.step[place]], grid[place]
        assert got.tolist() == want.tolist() or (got != got).any()


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


# --- the cell --------------------------------------------------------------------------------------------------------

problems = st.builds(problem, *(few for _ in range(5)))
keys = ("params", "x", "mask", "resets", "state")


def torch_run(params, x, mask=None, resets=None, state=None):
    """Hidden and cell states (B, T, H) by torch's own LSTM step, and the leaves whose gradients are wanted."""
    leaf = lambda a: torch.tensor(read(a).astype(float), requires_grad=True)  # noqa: E731
    params, x = ld.Params(*map(leaf, params)), read(x).astype(float)
    units = params.weight_hh.shape[1]
    mask = np.ones(x.shape[:2], bool) if mask is None else read(mask)
    resets = np.zeros(x.shape[:2], bool) if resets is None else read(resets)
    x = leaf(np.where(mask[..., None], x, 0))
    h, c = start = [leaf(s) for s in state] if state is not None else [leaf(np.zeros((len(x), units)))] * 2
    hs, cs = [], []
    for t in range(x.shape[1]):
        zero = torch.tensor(resets[:, t, None])
        h, c = torch.where(zero, 0.0, h), torch.where(zero, 0.0, c)
        new = torch._VF.lstm_cell(x[:, t], (h, c), params.weight_ih, params.weight_hh, params.bias, 0 * params.bias)
        real = torch.tensor(mask[:, t, None])
        h, c = torch.where(real, new[0], h), torch.where(real, new[1], c)
        hs.append(h), cs.append(c)
    return torch.stack(hs, 1), torch.stack(cs, 1), (params, x, start)


def sane(given):
    """Whether everything is small enough for two ways of adding to agree."""
    return all(np.abs(read(a).astype(float)).max(initial=0) < 1e3 for a in _leaves(given))


def _leaves(value):
    if isinstance(value, dict):
        value = [v for v in value.values() if v is not None]
    if isinstance(value, tuple | list) and not hasattr(value, "dtype") and any(hasattr(v, "dtype") for v in value):
        return [a for v in value for a in _leaves(v)]
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return [a for v in value for a in _leaves(v)]
    return [value]


def judge_run(given, trace):
    held = {k: given[k] for k in ("mask", "resets") if given[k] is not None}
    for name, flag in held.items():
        assert getattr(trace, name).tolist() == read(flag).tolist()
    if not sane(dict(params=given["params"], state=given["state"])):
        return
    h, c, (_, x, _) = torch_run(**given)
    if x.abs().max() < 1e3:
        near(trace.h, h), near(trace.c, c)


def judge_step(given, result):
    if sane(given):
        h, c, _ = torch_run(given["params"], read(given["x"])[:, None], state=given["state"])
        near(result[0].h, h[:, 0]), near(result[0].c, c[:, 0])


@st.composite
def steps_given(draw):
    one = draw(problems)
    return {"params": one.params, "x": one.x[:, 0], "state": one.state}


@st.composite
def runs_given(draw):
    one = draw(problems)
    return {k: getattr(one, k) if k in ("params", "x") or draw(st.booleans()) else None for k in keys}


@st.composite
def backwards_given(draw):
    one = draw(problems)
    trace = ld.run(one.params, one.x, **one.flags)
    return {"params": one.params, "trace": trace, "dh": one.dh, "dstate": draw(st.sampled_from([None, one.dstate]))}


def judge_backward(given, grads):
    trace = given["trace"]
    again = ld.run(given["params"], trace.x, mask=trace.mask, resets=trace.resets, state=trace.start)
    if not sane(given) or any(np.abs(a - b).max() > 0 for a, b in zip(again[:6], map(read, trace[:6]), strict=True)):
        return  # a trace of another run: whose gradients these would be, nobody can say
    h, c, (params, x, start) = torch_run(given["params"], trace.x, trace.mask, trace.resets, trace.start)
    loss = (h * torch.tensor(read(given["dh"]).astype(float))).sum()
    if given["dstate"] is not None:
        loss = loss + sum(
            (s[:, -1] * torch.tensor(read(d))).sum() for s, d in zip((h, c), given["dstate"], strict=True)
        )
    wanted = torch.autograd.grad(loss, [*params, x, *start], allow_unused=True)
    for got, want in zip([*grads.params, grads.x, *grads.state], wanted, strict=True):
        near(got, torch.zeros(got.shape) if want is None else want, 1e-8)


def judge_init(given, params):
    features, units = int(given["features"]), int(given["units"])
    assert [a.shape for a in params] == [(4 * units, features), (4 * units, units), (4 * units,)]
    assert all(np.isfinite(a).all() for a in params)
    assert params.bias.reshape(4, -1).T.tolist() == [[0, float(given["forget_bias"]), 0, 0]] * units
    near(params.weight_hh.T @ params.weight_hh, np.eye(units))


def judge_counting(given, params):
    assert ld.run(params, np.zeros((1, 3, int(given["features"])))).c[0, :, 0].tolist() == [1, 2, 3]


# --- series ----------------------------------------------------------------------------------------------------------


def judge_encoded(given, codes):
    assert [ld.ALPHABET[code] for code in codes] == [*given["name"].upper()]


def judge_one_hot(given, grid):
    codes = read(given["codes"])
    assert grid.shape == (*codes.shape, 38)
    assert (grid.argmax(-1) == codes).all()
    assert (grid.sum(-1) == 1).all()


def judge_ragged(given, result):
    count, shortest, longest = (int(given[k]) for k in ("count", "shortest", "longest"))
    assert len(result[0]) == len(result[1]) == count
    assert all(shortest <= len(one) <= longest for one in result[0])


def judge_echo(given, result):
    for heard, said in zip(*result, strict=True):
        lag = int(given["lag"])
        assert said[lag:].tolist() == heard[: len(heard) - lag].tolist()
        assert len(heard) == int(given["steps"])
        assert not said[:lag].any()


def data_file(name):
    with contextlib.suppress(OSError):  # FileNotFoundError of a name that is not there; the system has more to say
        return series.data_file(name)


# --- torch -----------------------------------------------------------------------------------------------------------


def tensors(value):
    if isinstance(value, ld.State):
        return ld.State(*map(torch.tensor, value))
    return None if value is None else torch.tensor(value)


@st.composite
def net_given(draw, kind, with_state=True):
    one = draw(problems)
    given = {k: tensors(getattr(one, k)) if k == "x" or draw(st.booleans()) else None for k in keys[1:]}
    if not with_state:
        del given["state"]
    return {"net": net_of(kind, one.params), **given}


def net_of(kind, params):
    net = kind(params.weight_ih.shape[1], params.weight_hh.shape[1]).double()
    torch_lstm.load_params(net.lstm, params)
    return net


def judge_net(given, result):
    given = dict(given)
    net = given.pop("net")
    out = result[0] if isinstance(result, tuple) else result
    if not np.isfinite(read(torch.where(_mask_of(given)[..., None], given["x"], 0.0))).all():
        return  # the torch twin leaves finiteness to the caller, and says so
    if given.get("state") is not None and not all(torch.isfinite(s).all() for s in given["state"]):
        return
    want, c, _ = torch_run(torch_lstm.params_of(net.lstm), **given)
    near(out, want)
    if isinstance(result, tuple):
        near(result[1].h, want[:, -1]), near(result[1].c, c[:, -1])


def _mask_of(given):
    return torch.ones(given["x"].shape[:2], dtype=torch.bool) if given["mask"] is None else given["mask"]


def call_net(net, x, **flags):
    return net(x, **flags)


def call_stateful(net, x, mask, resets):
    return torch_lstm.StatefulLSTM.forward(_fresh(net), x, mask=mask, resets=resets)


def _fresh(net):
    other = torch_lstm.StatefulLSTM(net.lstm.input_size, net.lstm.hidden_size).double()
    other.lstm.load_state_dict(net.lstm.state_dict())
    return other


def call_reset(lanes):
    net = torch_lstm.StatefulLSTM(1, 2)
    net(torch.ones(2, 3, 1))
    before = net.state
    net.reset_states(lanes)
    return before, net.state


def judge_reset(given, result):
    before, after = result
    if given["lanes"] is None:
        assert after is None
        return
    for lane, zeroed in enumerate(read(given["lanes"]).tolist()):
        for a, b in zip(before, after, strict=True):
            assert torch.equal(b[lane], torch.zeros(2) if zeroed else a[lane])


@st.composite
def ragged_given(draw):
    units = draw(few)
    net = torch_lstm.RaggedLSTM(2, units).double()
    given = [torch.randn(n, 2, dtype=torch.float64) for n in draw(lengths)]
    state = draw(st.sampled_from([None, ld.State(*torch.randn(2, len(given), units, dtype=torch.float64))]))
    return {"net": net, "series": given, "state": state, "cells": draw(st.booleans()), "lanes": None}


def judge_ragged_net(given, result):
    outputs, final = result
    for k, (one, out) in enumerate(zip(given["series"], outputs, strict=True)):
        start = None if given["state"] is None else tuple(s[k][None, None] for s in given["state"])
        if torch.isfinite(one).all():
            want, (h, c) = given["net"].lstm(one[None], start)
            near(out, want[0], 1e-7), near(final.h[k], h[0, 0], 1e-7)
            if final.c is not None and one.abs().max() < 1e3:
                near(final.c[k], c[0, 0], 1e-7)
    if given["cells"] is False:
        assert final.c is None


@st.composite
def closed_given(draw):
    one = draw(problems)
    x = ld.with_flag(one.x, one.mask)
    start = torch.zeros(1, *one.state.h.shape, dtype=torch.float64)
    return {"params": one.params, "x": torch.tensor(x), "hx": draw(st.sampled_from([None, (start, start)]))}


def call_closed(params, x, hx):
    return torch_lstm.close_gates(net_of(torch_lstm.StatelessLSTM, params).lstm)(x, hx)


def judge_closed(given, result):
    """Zero after each padded step: a run that is reset behind each of them, and whose padding counts for nothing."""
    x = read(given["x"])
    padding = x[..., -1] == 1
    if not np.isin(x[..., -1], (0, 1)).all() or not np.isfinite(x).all() or np.abs(x).max() > 1e3:
        return  # finite and far from 1e4, it says
    if given["hx"] is not None and any(read(s).any() for s in given["hx"]):
        return
    resets = np.concatenate([np.zeros_like(padding[:, :1]), padding[:, :-1]], axis=1)
    h, _, _ = torch_run(given["params"], x[..., :-1], resets=resets)
    near(result[0], np.where(padding[..., None], 0, h.detach().numpy()))


@st.composite
def lstms(draw):
    torch.manual_seed(draw(st.integers(0, 9)))
    shape = draw(
        st.sampled_from([{}, {"num_layers": 2}, {"bidirectional": True}, {"bias": False}, {"batch_first": True}])
    )
    return torch.nn.LSTM(draw(few), draw(few), **shape)


def judge_params(given, params):
    lstm = given["lstm"]
    near(params.weight_ih, lstm.weight_ih_l0), near(params.weight_hh, lstm.weight_hh_l0)
    assert (lstm.num_layers, lstm.bidirectional) == (1, False)


def call_load(lstm, params):
    other = lstm if not isinstance(lstm, torch.nn.LSTM) else _copy(lstm)
    before = _weights(other)
    try:
        torch_lstm.load_params(other, params)
    except ValueError:
        assert before == _weights(other)
        raise
    return torch_lstm.params_of(other)


def _copy(module):
    import copy

    return copy.deepcopy(module)


def _weights(module):
    return [p.tolist() for p in module.parameters()] if isinstance(module, torch.nn.Module) else None


def judge_loaded(given, params):
    for got, want in zip(params, given["params"], strict=True):
        wanted = read(want).astype(np.float32)
        assert np.array_equal(got.astype(np.float32), wanted, equal_nan=True)


@st.composite
def load_given(draw):
    features, units = draw(few), draw(few)
    return {"lstm": torch.nn.LSTM(features, units), "params": ld.init_params(features, units)}


def judge_sizes(given, net):
    assert tuple(net.lstm.weight_ih_l0.shape) == (4 * int(given["units"]), int(given["features"]))


# --- ways ------------------------------------------------------------------------------------------------------------


@st.composite
def way_given(draw):
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(2, draw(few), batch_first=True).double()
    return {"lstm": lstm, "series": [torch.randn(n, 2, dtype=torch.float64) for n in draw(lengths)]}


def judge_way(way):
    def judge(given, result):
        outputs, final = result
        for k, (one, out) in enumerate(zip(given["series"], outputs, strict=True)):
            if torch.isfinite(one).all():
                want, (h, _) = given["lstm"](one[None])
                assert tuple(out.shape) == tuple(want[0].shape)
                if way.value:
                    near(out, want[0], 1e-6)
                if way.final:
                    near(final.h[k], h[0, 0], 1e-6)

    return judge


def judge_laps(given, times):
    assert all(ms >= 0 for ms in times.values())
    assert list(times) == list(given.get("names", given.get("works")))


def nothing():
    pass


# --- checks ----------------------------------------------------------------------------------------------------------


def returning(value):
    return lambda *_: value


answers = st.one_of(st.just(None), st.just(np.zeros((3, 3))), st.just(returning(0.5)), st.just(returning((1, 2))))


def judge_check(_given, verdict):
    assert isinstance(verdict, checks.Verdict)
    assert verdict.passed is False
    assert len(verdict.sentence) > 10


def judge_flags(given, verdict):
    layout = ld.pad_left([3, 1, 2])
    try:
        right = isinstance(given["answer"], list | tuple) and all(
            np.array_equal(a, b) for a, b in zip(given["answer"], (layout.mask, layout.resets), strict=True)
        )
    except (TypeError, ValueError, RuntimeError):
        right = False
    assert isinstance(verdict, checks.Verdict)
    assert verdict.passed == right


def check_case(name):
    def call(answer, wrapped):
        return getattr(checks, name)(returning(answer) if wrapped is True else answer)

    return Case(
        takes(answer=answers, wrapped=st.booleans()), call, judge_check, never=True, share=2, fixed=("wrapped",)
    )


# --- explorers and pictures ------------------------------------------------------------------------------------------

marks = st.just(None)


def judge_board(given, board):
    assert board.truth.tolist() == [*map(int, given["lengths"])]
    assert isinstance(plots.describe_board(board), str)


def judge_exact_board(given, board):
    judge_board(given, board)
    way = explore.BOARD_WAYS[given["way"]]
    if (way.mask or way.resets) and (way.mask or given["way"] != "right padding"):
        assert not board.wrong.any()


def judge_shown(_given, explorer):
    assert bytes(explorer.children[1].value).startswith(b"\x89PNG")
    assert "Error" not in explorer.children[2].value


def judge_contaminated(given, apart):
    assert apart.shape == (2, int(given["most"]) + 1)
    near(apart[:, 0], np.zeros(2))


def net_for_names():
    torch.manual_seed(0)
    return names.NameNet(3)


NET, STREAM, WINDOW = net_for_names(), names.NameStream(3), names.WindowNet(4, 5)
texts = st.sampled_from(["LATIN SMALL", "a", "A-1"])
encoded = st.lists(texts.map(lambda t: torch.from_numpy(ld.encode(t))), min_size=1, max_size=3)
codes = st.lists(texts.map(ld.encode), min_size=6, max_size=8)


def judge_predict(given, box):
    assert box.children[1].value in (None, *given["options"])


def judge_one_step(given, one):
    h, c, _ = torch_run(given["params"], [[[float(given["x"])]]], state=ld.State([[given["h"]]], [[given["c"]]]))
    near(one.h, h[0, 0, 0]), near(one.c, c[0, 0, 0])


def judge_gathered(given, found):
    assert sum(len(values) for values in found.values()) == len(given["rows"])


def data_of_each_kind():
    board = explore.board_of("left padding", [2, 3])
    typed = explore.typed(NET, "AB")
    layout = ld.pad_left([2, 3])
    confusion = plots.Confusion("all", ("a", "b"), np.array([[3, 1], [0, 2]]))
    apart = explore.contamination(ld.init_params(1, 2), ld.four_labels()[0], 3)
    states = plots.States("one", np.array([0.1, 0.2]), np.array([0.1, 2.0]))
    step = explore.one_step(explore.HAND_PARAMS, 1.0, 0.0, 0.0)
    return {
        "board": board,
        "confusion": confusion,
        "contamination": plots.Contamination("zeros", *apart, 2),
        "ledger": explore.book_of(layout, 2),
        "price": plots.Price("two", layout, ld.back_to_back([2, 3], 1)),
        "race": explore.stored_race("names"),
        "states": states,
        "step": step,
        "typed": typed,
    }


KINDS = data_of_each_kind()


def on_paper(plot, data):
    from matplotlib.figure import Figure

    return plot(data, ax=Figure(figsize=(9, 4)).add_subplot())


def judge_axes(_given, ax):
    assert ax.get_title(loc="left") or ax.get_title(loc="right")


def judge_sentence(_given, sentence):
    assert isinstance(sentence, str)
    assert sentence.endswith(".")


def judge_kind(kind, judge):
    def judged(given, result):
        assert type(given["data"]) is kind
        judge(given, result)

    return judged


def plot_cases():
    good = takes(data=st.sampled_from([*KINDS.values(), *JUNK]))
    for name, data in KINDS.items():
        named, kind = ({"board": "board", "ledger": "book", "step": "one"}.get(name, "data"),), type(data)
        plot, describe = getattr(plots, f"plot_{name}"), getattr(plots, f"describe_{name}")
        drawn = partial(on_paper, plot)
        yield f"plots.plot_{name}", Case(good, drawn, judge_kind(kind, judge_axes), named, 0.4, fixed=("data",))
        yield (
            f"plots.describe_{name}",
            Case(good, spoken(describe), judge_kind(kind, judge_sentence), named, fixed=("data",)),
        )


def spoken(describe):
    return lambda data: describe(data)  # whatever its argument is called


def quietly(call):
    def quiet(**given):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            call(**given)
        return out.getvalue()

    return quiet


def judge_stamp(given, told):
    assert ("no seed" in told) == (given["seed"] is None)
    assert f"seed {given['seed']}" in told or given["seed"] is None


def saved_there(module, path):
    """Written into a folder of its own whatever the path, and read back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / path if isinstance(path, str) and path == "net.npz" else path
        try:
            checkpoint.save(module, path)
        except OSError:  # a name too long, a folder that is not there: the system's own words
            return module
        return checkpoint.load(_copy(module), path)


def judge_saved(given, module):
    assert _weights(module) == _weights(given["module"])


def load_there(module, path):
    with tempfile.TemporaryDirectory() as folder:
        checkpoint.save(torch.nn.Linear(1, 2), Path(folder) / "net.npz")
        path = Path(folder) / path if isinstance(path, str) and path == "net.npz" else path
        with contextlib.suppress(OSError):
            return checkpoint.load(_copy(module), path)


@st.composite
def fit_given(draw):
    torch.manual_seed(0)
    net = torch.nn.Linear(1, 1)
    return {"count": draw(few), "steps": draw(few), "batch": draw(few), "rate": 0.01, "net": net}


def call_fit(net, **given):
    other = _copy(net)
    return training.fit([other], lambda k: other(k[:, None].float()).square().mean(), **given)


def judge_fit(given, losses):
    assert len(losses) == int(given["steps"])
    assert all(math.isfinite(loss) for loss in losses)


def copied(call):
    """A call that trains: on a copy, as a change of the net is what it is for."""

    def of_a_copy(net, **given):
        return call(_copy(net), **given)

    return of_a_copy


@st.composite
def train_given(draw):
    given = draw(encoded)
    return {
        "net": NET,
        "names": given,
        "targets": torch.tensor([k % 8 for k in range(len(given))]),
        "epochs": 1,
        "batch": draw(few),
        "words": 0.2,
        "rate": 0.01,
    }


def judge_progress(given, told):
    assert [one.epoch for one in told] == list(range(1, int(given["epochs"]) + 1))
    assert all(math.isfinite(one.loss) for one in told)


def judge_kinds(given, said):
    assert len(said) == len(given["names"])
    assert ((said >= 0) & (said < 8)).all()


def judge_unfolded(given, result):
    near(result.posterior.sum(dim=1), np.ones(len(given["name"])), 1e-5)
    near(result.posterior[-1], NET.eval()([given["name"]]).logits.softmax(1)[0], 1e-4)


def judge_split(given, split):
    train, test = split
    assert sorted([*train, *test]) == list(range(int(given["count"])))


def judge_dropped(given, short):
    assert len(short) >= 1
    assert {*short.tolist()} <= {*given["name"].tolist()}


# --- all of them -----------------------------------------------------------------------------------------------------

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
        takes(lengths=st.one_of(lengths, int_arrays), lanes=st.just(1), gap=st.integers(0, 2)),
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
    "cell.run": Case(runs_given(), ld.run, judge_run, share=6),
    "cell.step": Case(steps_given(), ld.step, judge_step, share=4),
    "cell.backward": Case(backwards_given(), ld.backward, judge_backward, share=5),
    "cell.init_params": Case(
        takes(features=few, units=few, seed=few, forget_bias=st.just(1.0)), ld.init_params, judge_init, share=3
    ),
    "cell.counting_params": Case(takes(features=few), ld.counting_params, judge_counting),
    "series.encode": Case(takes(name=texts), ld.encode, judge_encoded, share=3),
    "series.one_hot": Case(takes(codes=texts.map(ld.encode)), ld.one_hot, judge_one_hot, share=3),
    "series.recall_first": Case(
        takes(count=few, shortest=few, longest=st.just(5), seed=few), ld.recall_first, judge_ragged, share=2
    ),
    "series.running_parity": Case(
        takes(count=few, shortest=few, longest=st.just(5), seed=few), ld.running_parity, judge_ragged, share=2
    ),
    "series.delayed_echo": Case(
        takes(count=few, steps=st.just(5), lag=few, seed=few), ld.delayed_echo, judge_echo, share=2
    ),
    "series.data_file": Case(takes(name=st.just("race.csv")), data_file),
    "series.rows": Case(takes(name=st.just("race.csv")), series.rows),
    "torch_lstm.StatelessLSTM": Case(takes(features=few, units=few), torch_lstm.StatelessLSTM, judge_sizes),
    "torch_lstm.StatefulLSTM": Case(takes(features=few, units=few), torch_lstm.StatefulLSTM, judge_sizes),
    "torch_lstm.RaggedLSTM": Case(takes(features=few, units=few), torch_lstm.RaggedLSTM, judge_sizes),
    "torch_lstm.StatelessLSTM.forward": Case(
        net_given(torch_lstm.StatelessLSTM), call_net, judge_net, share=6, fixed=("net",)
    ),
    "torch_lstm.StatefulLSTM.forward": Case(
        net_given(torch_lstm.StatefulLSTM, with_state=False), call_stateful, judge_net, share=4, fixed=("net",)
    ),
    "torch_lstm.StatefulLSTM.reset_states": Case(
        takes(lanes=st.sampled_from([None, np.array([True, False]), torch.tensor([False, True])])),
        call_reset,
        judge_reset,
        share=3,
    ),
    "torch_lstm.RaggedLSTM.forward": Case(
        ragged_given(),
        (lambda net, series, state, cells, lanes: net(series, state, cells, lanes)),
        judge_ragged_net,
        share=5,
        fixed=("net",),
    ),
    "torch_lstm.close_gates": Case(takes(lstm=lstms()), torch_lstm.close_gates),
    "torch_lstm.ClosedGates": Case(takes(lstm=lstms()), torch_lstm.ClosedGates),
    "torch_lstm.ClosedGates.forward": Case(closed_given(), call_closed, judge_closed, share=5, fixed=("params",)),
    "torch_lstm.collate": Case(
        takes(examples=st.just([(torch.zeros(2, 1), 0), (torch.ones(3, 1), 1)])), torch_lstm.collate, share=2
    ),
    "torch_lstm.params_of": Case(takes(lstm=lstms()), torch_lstm.params_of, judge_params),
    "torch_lstm.load_params": Case(load_given(), call_load, judge_loaded, share=3),
    **{f"ways.WAYS {name}": Case(way_given(), way.run, judge_way(way)) for name, way in ways.WAYS.items()},
    "ways.race": Case(
        way_given().map(lambda g: {**g, "names": ("packed", "exact mask"), "rounds": 1}), ways.race, judge_laps
    ),
    "ways.laps": Case(takes(works=st.just({"nothing": nothing}), rounds=few), ways.laps, judge_laps),
    "checks.check_flags": Case(
        takes(answer=st.just((ld.pad_left([3, 1, 2]).mask, ld.pad_left([3, 1, 2]).resets))),
        checks.check_flags,
        judge_flags,
        never=True,
        share=3,
    ),
    **{
        f"checks.{name}": check_case(name)
        for name in ("check_decided", "check_empty_share", "check_last_step", "check_step")
    },
    "explore.board_of": Case(
        takes(way=st.sampled_from([*explore.BOARD_WAYS]), lengths=lengths, marks=marks),
        explore.board_of,
        judge_exact_board,
    ),
    "explore.board_read": Case(
        takes(
            side=st.sampled_from([*explore.SIDES]), read=st.sampled_from(explore.READS), lengths=lengths, marks=marks
        ),
        explore.board_read,
        judge_board,
    ),
    "explore.board_free": Case(
        takes(
            lengths=lengths,
            layout=st.sampled_from(explore.LAYOUTS),
            lanes=st.just(1),
            gap=few,
            mask=st.booleans(),
            resets=st.booleans(),
            marks=marks,
        ),
        explore.board_free,
        judge_board,
    ),
    "explore.book_of": Case(
        takes(layout=layouts, width=few, carry=st.booleans(), detach=st.booleans()), explore.book_of
    ),
    "explore.contamination": Case(
        takes(
            params=st.just(ld.init_params(1, 2, seed=1)),
            series=st.just(ld.four_labels()[0]),
            most=few,
            cure=st.sampled_from([*explore.CURES]),
        ),
        explore.contamination,
        judge_contaminated,
    ),
    "explore.gaps_to_alone": Case(
        takes(layout=st.just(ld.pad_left([2, 3, 4, 2])), series=st.just(ld.four_labels()[0]), seeds=st.just(2)),
        explore.gaps_to_alone,
        share=0.7,
    ),
    "explore.start_params": Case(
        takes(start=st.sampled_from(explore.STARTS), features=few, units=few, seed=few), explore.start_params
    ),
    "explore.one_step": Case(
        takes(params=st.just(explore.HAND_PARAMS), x=st.just(1.0), h=st.just(0.5), c=st.just(1.0)),
        explore.one_step,
        judge_one_step,
    ),
    "explore.price_of": Case(takes(spread=st.sampled_from([*explore.SPREADS]), lanes=few), explore.price_of),
    "explore.stored_race": Case(
        takes(lengths=st.sampled_from([*explore.RACED]), mode=st.sampled_from([*explore.MODES])),
        explore.stored_race,
        share=0.5,
    ),
    "explore.typed": Case(takes(net=st.just(NET), text=texts), explore.typed),
    "explore.predict": Case(
        takes(question=texts, options=st.just(["a", "b"]), answer=st.just("a"), why=texts),
        explore.predict,
        judge_predict,
    ),
    "explore.explore_board": Case(takes(lengths=lengths, marks=marks), explore.explore_board, judge_shown, share=0.3),
    "explore.explore_reading": Case(
        takes(lengths=lengths, marks=marks), explore.explore_reading, judge_shown, share=0.3
    ),
    "explore.explore_layout": Case(takes(lengths=lengths, marks=marks), explore.explore_layout, judge_shown, share=0.3),
    "explore.explore_ledger": Case(
        takes(lengths=st.just([3, 2]), lanes=st.just(1), narrowest=st.just(2)),
        explore.explore_ledger,
        judge_shown,
        share=0.5,
    ),
    "explore.explore_contamination": Case(
        takes(series=st.just(ld.four_labels()[0]), what=texts, most=few),
        explore.explore_contamination,
        judge_shown,
        share=0.3,
    ),
    "explore.explore_price": Case(takes(), explore.explore_price, judge_shown, share=0.1),
    "explore.explore_race": Case(takes(), explore.explore_race, judge_shown, share=0.1),
    "explore.explore_step": Case(
        takes(params=st.just(explore.HAND_PARAMS)), explore.explore_step, judge_shown, share=0.5
    ),
    "explore.explore_typing": Case(takes(net=st.just(NET), text=texts), explore.explore_typing, judge_shown, share=0.3),
    **dict(plot_cases()),
    "plots.look": Case(takes(data=st.just(None)), plots.look),
    "plots.empty_share": Case(
        takes(layout=layouts), plots.empty_share, lambda g, r: near(r, 1 - g["layout"].mask.mean())
    ),
    "names.NameNet": Case(takes(units=few, drop=st.just(0.2)), names.NameNet),
    "names.NameNet.forward": Case(
        takes(net=st.just(NET), names=encoded), lambda net, names: net(names), share=2, fixed=("net",)
    ),
    "names.NameNet.loss": Case(
        encoded.map(lambda n: {"net": NET, "names": n, "targets": torch.zeros(len(n), dtype=torch.long)}),
        lambda net, names, targets: net.loss(names, targets),
        share=2,
        fixed=("net",),
    ),
    "names.WindowNet": Case(takes(width=few, hidden=few, drop=st.just(0.3)), names.WindowNet),
    "names.WindowNet.forward": Case(
        takes(net=st.just(WINDOW), names=encoded), lambda net, names: net(names), share=2, fixed=("net",)
    ),
    "names.WindowNet.windows": Case(
        takes(net=st.just(WINDOW), names=encoded), lambda net, names: net.windows(names), share=2, fixed=("net",)
    ),
    "names.WindowNet.loss": Case(
        encoded.map(lambda n: {"net": WINDOW, "names": n, "targets": torch.zeros(len(n), dtype=torch.long)}),
        lambda net, names, targets: net.loss(names, targets),
        share=2,
        fixed=("net",),
    ),
    "names.NameStream": Case(takes(units=few), names.NameStream),
    "names.NameReader": Case(takes(net=st.just(NET)), names.NameReader),
    "names.NameReader.read": Case(
        takes(code=st.sampled_from([0, 37, np.int64(3), torch.tensor(4)])),
        lambda code: names.NameReader(NET).read(code),
        share=2,
    ),
    "names.train": Case(
        train_given(),
        copied(lambda net, **given: list(names.train(net, **given))),
        judge_progress,
        share=2,
        fixed=("net",),
    ),
    "names.predicted": Case(
        takes(net=st.just(NET), names=encoded, at_once=few), names.predicted, judge_kinds, share=2, fixed=("net",)
    ),
    "names.unfold": Case(
        takes(net=st.just(NET), name=texts.map(lambda t: torch.from_numpy(ld.encode(t)))),
        names.unfold,
        judge_unfolded,
        share=2,
    ),
    "names.drop_words": Case(
        takes(name=texts.map(lambda t: torch.from_numpy(ld.encode(t))), likely=st.just(0.5)),
        names.drop_words,
        judge_dropped,
        share=2,
    ),
    "names.random_split": Case(takes(count=st.just(9_100)), names.random_split, judge_split),
    "names.block_split": Case(takes(count=st.just(400)), names.block_split, judge_split),
    "tables.gathered": Case(
        takes(
            rows=st.just([tables.Streamed("reset", "in order", k, 16, 1.5) for k in (0, 1)]),
            by=st.just("state"),
            value=st.just("bits"),
        ),
        lambda rows, by, value: tables.gathered(rows, by, value=value),
        judge_gathered,
        share=2,
    ),
    "checkpoint.save": Case(
        takes(module=st.just(torch.nn.Linear(2, 1)), path=st.just("net.npz")), saved_there, judge_saved
    ),
    "checkpoint.load": Case(takes(module=st.just(torch.nn.Linear(1, 2)), path=st.just("net.npz")), load_there),
    "training.fit": Case(fit_given(), call_fit, judge_fit, share=2, fixed=("net",)),
    "stamp.stamp": Case(takes(seed=few, apart=st.just(1e-16)), quietly(stamp.stamp), judge_stamp, share=0.5),
    "refusal.whole": Case(
        takes(argument=st.just("count"), value=few, at_least=st.just(1)),
        refusal.whole,
        names=("count",),
        fixed=("argument", "at_least"),
    ),
    "refusal.kind": Case(
        takes(argument=st.just("count"), value=few, wanted=st.just(int), cure=st.just("cure")),
        refusal.kind,
        names=("count",),
        fixed=("argument", "wanted", "cure"),
    ),
    "refusal.choice": Case(
        takes(argument=st.just("count"), value=st.just("a"), options=st.just(["a", "b"]), cure=st.just("cure")),
        refusal.choice,
        names=("count",),
        fixed=("argument", "options", "cure"),
    ),
    "refusal.number": Case(
        takes(argument=st.just("count"), value=few), refusal.number, names=("count",), fixed=("argument",)
    ),
    "refusal.array": Case(
        takes(argument=st.just("count"), value=lengths), refusal.array, names=("count",), fixed=("argument",)
    ),
}

VALUES = "a plain value: it holds what it is given, and whoever reads it looks"
SWEEPS = (
    "of lesson 09 and `make sweeps`, whose arguments our own functions make; it refuses counts, and trusts the rest"
)
SENTENCE = "the inside of refusals and sentences of ours"
EXEMPT = {
    "plots.counted": SENTENCE,
    "refusal.refusal": SENTENCE,
    "refusal.short": SENTENCE,
    **{f"cell.{name}": VALUES for name in ("Gates", "Grads", "Params", "State", "Trace")},
    "cell.read": "the inside of step and run, on arrays that they have looked at",
    "layout.Entry": VALUES,
    **{f"names.{name}": VALUES for name in ("Passed", "Progress", "Read", "Unfolded")},
    "names.NameNet.categorise": "the inside of forward and of NameReader.read, on tensors that they made",
    "names.NameReader.forget": "takes nothing",
    **{f"names.{name}": SWEEPS for name in ("NameStream.forward", "train_stream", "bits", "invent")},
    **{f"names.{name}": SWEEPS for name in ("ngrams", "tuned", "kept_back", "majority", "accuracy", "parameters")},
    "checks.Verdict": VALUES,
    **{f"tables.{name}": VALUES for name in ("Raced", "Scored", "Streamed")},
    **{f"tables.{name}": "takes nothing" for name in ("race_table", "name_scores", "name_streams")},
    **{f"series.{name}": "takes nothing" for name in ("four_labels", "unicode_names")},
    "stamp.self_check": "takes nothing",
    "ways.Way": VALUES,
    **{f"plots.{type(data).__name__}": VALUES for data in KINDS.values()},
    **{
        f"plots.draw_{name}": "the inside of plot_x and of explorers: returns the function that draws" for name in KINDS
    },
    "plots.Picture": "the frame of an explorer, given a function of ours",
    "plots.Picture.png": "the inside of an explorer",
    "plots.Picture.drawn": "the inside of an explorer",
    "explore.Explorer": "the frame of every explorer, given functions of ours",
    "explore.Explorer.shown": "its controls refuse what they do not offer",
    "torch_lstm.ClosedGates.extra_repr": "takes nothing",
}
