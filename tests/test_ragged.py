"""Laws of RaggedLSTM: each series of a list gets what plain torch gives it alone, in value and in gradient."""

from copy import deepcopy
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import assert_near, refused
from torch import nn
from torch.utils.data import DataLoader

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, StatelessLSTM, collate, ragged
from lstm_demo.torch_lstm.lanes import layout_for, padded_cost, time_major
from lstm_demo.torch_lstm.recover import _step_by_step

VALUES = {torch.float32: 1e-6, torch.float64: 1e-12}
GRADS = {torch.float32: 5e-5, torch.float64: 1e-12}
PARTS = ("outputs", "h", "c")


def made(features=2, units=3, dtype=torch.float64, seed=0):
    torch.manual_seed(seed)
    return RaggedLSTM(features, units).to(dtype)


def drawn(*shape, seed=0, dtype=torch.float64):
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return values.to(dtype).requires_grad_()


def series_of(lengths, features=2, dtype=torch.float64, seed=0):
    return [drawn(n, features, seed=seed + k, dtype=dtype) for k, n in enumerate(lengths)]


def state_of(count, units=3, dtype=torch.float64):
    return ld.State(*(drawn(count, units, seed=k, dtype=dtype) for k in (1001, 1002)))


def alone(net, series, state=None):
    """The judge: plain torch, one series at a time."""
    outs, ends = [], []
    for k, one in enumerate(series):
        out, end = net.lstm(one[None], None if state is None else tuple(s[k][None, None] for s in state))
        outs.append(out[0])
        ends.append([e[0, 0] for e in end])
    return outs, ld.State(*(torch.stack(e) for e in zip(*ends, strict=True)))


def values(outputs, final, parts=PARTS):
    return [{"outputs": torch.cat(outputs), "h": final.h, "c": final.c}[part] for part in parts]


def slopes(answer, leaves):
    """Gradients of a sum in which every number counts differently."""
    loss = sum((value * drawn(*value.shape, seed=7, dtype=value.dtype)).sum() for value in answer)
    return torch.autograd.grad(loss, leaves)


def assert_as_alone(net, series, state=None, lanes=None, parts=PARTS):
    """Values and the gradients of weights, inputs and state."""
    outputs, final = net(series, state, "c" in parts, lanes)
    assert [tuple(out.shape) for out in outputs] == [(len(one), net.lstm.hidden_size) for one in series]
    got, want = values(outputs, final, parts), values(*alone(net, series, state), parts)
    dtype = want[0].dtype
    assert {value.dtype for value in got} == {dtype}
    assert_near(*(tuple(v.detach().numpy() for v in side) for side in (got, want)), VALUES[dtype])
    weights, leaves = list(net.parameters()), [*net.parameters(), *series, *(state or ())]
    grads = zip(*(gathered(slopes(side, leaves), len(weights), len(series)) for side in (got, want)), strict=True)
    for a, b in grads:
        assert (a - b).abs().max() <= GRADS[dtype] * b.abs().max()


def gathered(grads, weights, count):
    """The gradients of each weight, of all series in one, and of h and c."""
    return [*grads[:weights], torch.cat(grads[weights : weights + count]), *grads[weights + count :]]


def windows_of(steps, lanes=1, units=3):
    """Windows of so many steps."""
    return mock.patch.object(ragged, "WINDOW", steps * lanes * units + lanes * units - 1)


def calls_of(net, *args, **kwargs):
    """The shapes (steps, lanes) that the kernel is given."""
    with mock.patch.object(ragged, "fused", side_effect=ragged.fused) as kernel:
        net(*args, **kwargs)
    return [tuple(call.args[0].shape[:2]) for call in kernel.call_args_list]


# --- as alone --------------------------------------------------------------------------------------------------------

LENGTHS = [3, 1, 4, 1, 5, 2]


@pytest.mark.parametrize("parts", [PARTS, ("outputs",), ("h",), ("c",)])
@pytest.mark.parametrize("kind", [{}, {"lanes": 1}, {"lanes": 2}, {"lanes": 6}, {"state": state_of(6)}])
@pytest.mark.parametrize("steps", [1, 3, 99])
def test_one_small_set_in_every_way(kind, parts, steps):
    with windows_of(steps, kind.get("lanes", 6)):
        assert_as_alone(made(), series_of(LENGTHS), parts=parts, **kind)


lengths = st.lists(st.integers(1, 9), min_size=1, max_size=7)
many = st.lists(st.sampled_from([1, 2, 3, 11]), min_size=17, max_size=30)
sizes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.sampled_from(list(VALUES)))
parts = st.sampled_from([PARTS, ("outputs",), ("h",), ("c",), ("outputs", "h")])


@given(lengths | many, sizes, parts, st.integers(0, 99))
def test_each_series_gets_what_it_gets_alone(lengths, size, parts, seed):
    features, _units, dtype = size
    assert_as_alone(made(*size, seed), series_of(lengths, features, dtype, seed), parts=parts)


@given(lengths, sizes, parts, st.data())
def test_on_any_number_of_lanes(lengths, size, parts, data):
    features, _units, dtype = size
    lanes = data.draw(st.integers(1, len(lengths)))
    assert_as_alone(made(*size), series_of(lengths, features, dtype), lanes=lanes, parts=parts)


@given(lengths, sizes, parts)
def test_with_a_state_to_begin_from(lengths, size, parts):
    features, units, dtype = size
    state = state_of(len(lengths), units, dtype)
    assert_as_alone(made(*size), series_of(lengths, features, dtype), state, parts=parts)


@given(lengths, st.integers(0, 4), st.sampled_from(["lanes", "state", "neither"]), parts)
def test_in_windows_whose_state_is_carried_with_its_gradient(lengths, steps, kind, parts):
    count, net, series = len(lengths), made(), series_of(lengths)
    state, lanes = state_of(count) if kind == "state" else None, (count + 1) // 2 if kind == "lanes" else None
    with windows_of(steps, lanes or count):
        assert_as_alone(net, series, state, lanes, parts)


HEAVY = [200, 1, 137, *([1, 2, 1, 3, 7] * 59), 80, 1]
UNIFORM = np.random.default_rng(0).integers(1, 200, 300, endpoint=True).tolist()


@pytest.mark.parametrize(
    ("lengths", "dtype"),
    [(UNIFORM, torch.float32), (UNIFORM[:60], torch.float64), (HEAVY, torch.float32), (HEAVY, torch.float64)],
)
def test_large_sets_on_many_lanes_in_several_windows(lengths, dtype):
    net, series = made(5, 16, dtype), series_of(lengths, 5, dtype)
    with mock.patch.object(ragged, "WINDOW", 2**15):
        assert len(calls_of(net, series)) > 1
        assert_as_alone(net, series)


@pytest.mark.parametrize("kind", [{}, {"lanes": 2}, {"cells": True}, {"state": True}])
def test_in_bfloat16_as_near_as_its_rounding(kind):
    net, exact = made(dtype=torch.bfloat16), made()
    exact.load_state_dict(net.state_dict())
    series = series_of([3, 1, 6, 2], dtype=torch.bfloat16)
    state = state_of(4, dtype=torch.bfloat16) if kind.pop("state", None) else None
    outputs, final = net(series, state, **kind)
    outs, end = alone(exact, [one.double() for one in series], state and tuple(s.double() for s in state))
    assert {out.dtype for out in outputs} == {final.h.dtype} == {torch.bfloat16}
    for got, want in zip([*outputs, *(s for s in final if s is not None)], [*outs, *end], strict=False):
        assert (got - want).abs().max() < 0.03


# --- no bleed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lanes", [1, 2, 6, None])
@pytest.mark.parametrize("k", range(6))
def test_an_extreme_series_changes_nothing_of_its_neighbours(k, lanes):
    net, series = made(), series_of(LENGTHS)
    extreme = [(1e3 * one.sign() if j == k else one).detach().requires_grad_() for j, one in enumerate(series)]
    results = [net(some, cells=True, lanes=lanes) for some in (series, extreme)]
    others = [
        torch.cat(
            [out for j, out in enumerate(outs) if j != k] + [s[j : j + 1] for s in end for j in range(6) if j != k]
        )
        for outs, end in results
    ]
    assert_near(*(o.detach().numpy() for o in others), 1e-12)
    grads = torch.autograd.grad(others[1].sum(), extreme)
    assert [bool(g.any()) for g in grads] == [j != k for j in range(6)]


@pytest.mark.parametrize("lanes", [1, 2, 6, None])
@pytest.mark.parametrize("k", range(6))
def test_a_loss_on_one_series_reaches_that_series_alone(k, lanes):
    net, series = made(), series_of(LENGTHS)
    outputs, final = net(series, cells=True, lanes=lanes)
    for loss in (outputs[k].sum(), final.h[k].sum(), final.c[k].sum()):
        grads = torch.autograd.grad(loss, series, retain_graph=True)
        assert [bool(g.any()) for g in grads] == [j == k for j in range(6)]
        assert grads[k].all()


@pytest.mark.parametrize("lanes", [1, 3, None])
def test_the_callers_order_is_kept(lanes):
    net, series, order = made(), series_of(LENGTHS), [4, 2, 0, 5, 1, 3]
    (outs, end), (turned, last) = net(series, None, True, lanes), net([series[k] for k in order], None, True, lanes)
    for k, out in zip(order, turned, strict=True):
        assert_near(out.detach().numpy(), outs[k].detach().numpy(), 1e-14)
    for a, b in zip(last, end, strict=True):
        assert_near(a.detach().numpy(), b[order].detach().numpy(), 1e-14)


# --- what comes out --------------------------------------------------------------------------------------------------


def test_outputs_are_one_split_of_one_flat_tensor_and_the_last_of_each_is_its_final_h():
    outputs, final = made()(series_of(LENGTHS))
    assert type(outputs) is list
    base = outputs[0]._base
    assert base.shape == (sum(LENGTHS), 3)
    assert all(out._base is base for out in outputs)
    assert torch.equal(final.h, torch.stack([out[-1] for out in outputs]))


@pytest.mark.parametrize("state", [None, state_of(6)])
def test_the_final_state_has_c_only_when_asked(state):
    net, series = made(), series_of(LENGTHS)
    (_, without), (_, with_c) = net(series, state), net(series, state, cells=True)
    assert type(without) is type(with_c) is ld.State
    assert without.c is None
    assert with_c.c.shape == (6, 3)
    assert ragged.run_ragged(net.lstm, series, state)[1].c is None


def test_a_tuple_of_series_is_as_good_as_a_list_and_so_are_plain_pairs_as_state():
    net, series, state = made(), series_of(LENGTHS), state_of(6)
    (one, _), (two, _) = net(series, state), net(tuple(series), tuple(state))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


def test_what_is_read_is_not_changed():
    net, series, state = made(), series_of(LENGTHS), state_of(6)
    given_ = [t.detach() for t in (*series, *state)]
    before = deepcopy(given_)
    with torch.no_grad():
        for kind in ({"state": ld.State(*given_[6:])}, {"lanes": 2}, {"lanes": 6}):
            outputs, final = net(given_[:6], cells=True, **kind)
            for mine in (*outputs, *final):
                mine.fill_(7)
    assert all(torch.equal(a, b) for a, b in zip(given_, before, strict=True))


def test_nothing_is_remembered_between_calls():
    net, series = made(), series_of(LENGTHS)
    first = net(series)[0]
    net([1e3 * one for one in series], state_of(6))
    assert all(torch.equal(a, b) for a, b in zip(net(series)[0], first, strict=True))


@pytest.mark.parametrize("kind", [{}, {"lanes": 2}, {"state": state_of(6)}])
def test_eval_and_no_grad_say_the_same(kind):
    net, series = made(), series_of(LENGTHS)
    want = values(*net(series, cells=True, **kind))
    with torch.no_grad():
        got = values(*deepcopy(net).eval()(series, cells=True, **kind))
    assert_near(*(tuple(v.detach().numpy() for v in side) for side in (got, want)), 1e-14)
    assert not any(v.requires_grad for v in got)


# --- the net as a module ---------------------------------------------------------------------------------------------


def test_it_holds_one_plain_lstm_and_its_state_dict_is_that_of_a_stateless_net():
    net, other = made(), StatelessLSTM(2, 3).double()
    assert type(net.lstm) is nn.LSTM
    assert net.lstm.batch_first
    assert list(net.state_dict()) == list(other.state_dict())
    assert [name for name, _ in net.named_parameters()] == [name for name, _ in other.named_parameters()]
    other.load_state_dict(net.state_dict())
    x = drawn(1, 5, 2)
    assert_near(net([x[0]])[0][0].detach().numpy(), other(x)[0][0].detach().numpy(), 1e-12)
    twin = made(seed=9)
    twin.load_state_dict(other.state_dict())
    assert torch.equal(net([x[0]])[0][0], twin([x[0]])[0][0])


def test_training_moves_the_weights_and_leaves_the_gates_shut():
    net, series = made(dtype=torch.float32), series_of(LENGTHS, dtype=torch.float32)
    before = deepcopy(net.state_dict())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    for _ in range(30):
        optimizer.zero_grad()
        net(series, lanes=2)[1].h.square().sum().backward()
        optimizer.step()
    assert list(net.buffers()) == []
    assert all((w - before[name]).abs().max() > 1e-2 for name, w in net.state_dict().items())
    assert_as_alone(net, series, lanes=2)


def test_a_copy_says_the_same_and_goes_its_own_way():
    net, series = made(), series_of(LENGTHS)
    twin, before = deepcopy(net), torch.cat(net(series, lanes=2)[0]).detach()
    assert torch.equal(torch.cat(twin(series, lanes=2)[0]), before)
    with torch.no_grad():
        for weight in twin.parameters():
            weight.zero_()
    assert torch.equal(torch.cat(net(series, lanes=2)[0]), before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("part", ["net", "lstm"])
def test_it_moves_as_a_whole_and_when_its_lstm_is_moved_alone(part, dtype):
    net = made(dtype=torch.float32)
    (net if part == "net" else net.lstm).to(dtype)
    outputs, final = net(series_of(LENGTHS, dtype=dtype), lanes=2, cells=True)
    assert {t.dtype for t in (*outputs, *final)} == {dtype}


def test_keeping_pages_is_harmless_and_done_when_a_net_is_called():
    ragged.keep_pages.cache_clear()
    net, series = made(), series_of(LENGTHS)
    before = torch.cat(net(series)[0])
    assert ragged.keep_pages.cache_info().currsize == 1
    assert [ragged.keep_pages(), ragged.keep_pages.__wrapped__()] == [None, None]
    assert torch.equal(torch.cat(net(series)[0]), before)


# --- lanes and windows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lengths", "lanes", "want"),
    [
        ([5] * 100, None, (5, 100)),  # equal lengths: plain padding wastes nothing
        ([3], None, (3, 1)),
        ([9, 1, 1], None, (9, 3)),
        ([200] + [1] * 300, None, (200, 16)),  # one long series: the fewest lanes
        ([1, 2, 3, 4] * 200, None, None),
        ([5] * 100, 50, (11, 50)),
        ([9, 1, 1], 1, (13, 1)),
        ([4, 1, 2], 2, (4, 2)),
        ([4, 1, 2], 3, (4, 3)),
    ],
)
def test_the_kernel_is_given_as_many_lanes_as_the_rule_says(lengths, lanes, want):
    want = want or ((lay := layout_for(np.array(lengths))[0]).series.shape[1], lay.series.shape[0])
    assert calls_of(made(), series_of(lengths), lanes=lanes) == [want]


def test_with_a_state_each_series_has_a_lane():
    assert calls_of(made(), series_of(LENGTHS), state_of(6)) == [(5, 6)]
    assert calls_of(made(), series_of([200] + [1] * 20), state_of(21)) == [(200, 21)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=150), st.integers(1, 300))
def test_the_layout_is_the_cheapest_by_the_stated_rule(lengths, longest):
    lengths = np.array([longest, *lengths])
    count, cells = len(lengths), lengths.sum() + len(lengths)
    costs = {n: max(lengths.max(), -(-cells // n)) * (n + 4) for n in (16, 32, 64) if n < count}
    padded = lengths.max() * (count + 4)
    layout, closed = layout_for(lengths)
    assert padded_cost(lengths) == padded
    assert layout.lengths.tolist() == lengths.tolist()
    if count <= 16 or padded <= 1.1 * min(costs.values()):
        want = ld.pad_right(lengths)
    else:
        want = ld.back_to_back(lengths, min(costs, key=costs.get), gap=1)
    assert closed == (want.series.shape[0] < count)
    assert np.array_equal(layout.series, want.series)


@pytest.mark.parametrize(
    ("lengths", "lanes"),
    [
        ([7] * 64, 64),
        ([1, 100] * 100, 64),
        (range(1, 40), 16),
        (range(1, 61), 32),
        (range(1, 101), 32),
        ([*[2] * 8, *[1] * 11], 19),  # 46 cells with their gaps want 3 steps of 16 lanes; 2 of 19 are cheaper
        ([30, *[1] * 299], 16),
        ([30, *[1] * 32], 16),  # plain padding costs little more than 32 lanes, and much more than 16
        # up to 18 series, plain padding is within a tenth of 16 lanes as wide as the longest one
        ([25, *[1] * 15], 16),
        ([25, *[1] * 16], 17),
        ([25, *[1] * 17], 18),
        ([25, *[1] * 18], 16),
    ],
)
def test_how_many_lanes_some_sets_are_laid_on(lengths, lanes):
    layout, closed = layout_for(np.array(lengths))
    assert len(layout.series) == lanes
    assert closed == (lanes < len(lengths))


@given(st.integers(1, 6), st.integers(1, 9))
def test_a_number_of_lanes_that_is_asked_for_is_had(lanes, longest):
    lengths = np.array([longest] * 6)
    layout, closed = layout_for(lengths, lanes)
    assert closed
    assert np.array_equal(layout.series, ld.back_to_back(lengths, lanes, gap=1).series)


def test_places_on_the_grid_of_the_kernel_counted_by_hand():
    layout = ld.Layout([[0, 0, 0, -1], [1, -1, 2, 2]], [[0, 1, 2, -1], [0, -1, 0, 1]])
    #   time 0: 0 1    cells 0 1
    #        1: 0 -          2 3
    #        2: 0 2          4 5
    #        3: - 2          6 7
    before = layout.places.copy()
    assert time_major(layout).tolist() == [0, 2, 4, 1, 5, 7]
    assert np.array_equal(layout.places, before)


def test_long_lanes_are_cut_into_windows_of_so_many_hidden_values():
    net, series = made(), series_of([10, 4, 4])
    for window, want in ((60, [10]), (59, [9, 1]), (24, [4, 4, 2]), (6, [1] * 10), (5, [1] * 10), (1, [1] * 10)):
        with mock.patch.object(ragged, "WINDOW", window):
            assert calls_of(net, series, lanes=2) == [(steps, 2) for steps in want]
            assert calls_of(net, series[:2], state_of(2)) == [(steps, 2) for steps in want]


def test_padding_in_the_lanes_is_zero_but_for_the_column():
    net, series = made(), series_of([1, 2])
    with mock.patch.object(ragged, "fused", side_effect=ragged.fused) as kernel:
        net(series, lanes=1)
    x = kernel.call_args.args[0].detach()
    (a,), (b, c) = (one.detach().tolist() for one in series)
    assert x[:, 0].tolist() == [[*a, 0], [0, 0, 1], [*b, 0], [*c, 0]]


# --- the cell state --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 7), min_size=1, max_size=9))
def test_steps_of_all_series_are_taken_in_turn_the_longest_first(lengths):
    lengths = np.array(lengths)
    order = sorted(range(len(lengths)), key=lambda k: -lengths[k])
    first = np.cumsum(lengths) - lengths
    turns = [[first[k] + t for k in order if t < lengths[k]] for t in range(lengths.max())]
    rows, alive = _step_by_step(lengths, np.array(order))
    assert rows.tolist() == [row for turn in turns for row in turn]
    assert alive == [len(turn) for turn in turns]


def test_steps_in_turn_counted_by_hand():
    rows, alive = _step_by_step(np.array([1, 3, 2]), np.array([1, 2, 0]))
    assert rows.tolist() == [1, 4, 0, 2, 5, 3]
    assert alive == [3, 2, 1]


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize("dtype", VALUES)
def test_the_cell_state_is_torchs_own_also_when_gates_are_far_open(dtype, size):
    net, series = made(dtype=dtype), [size * one.detach() for one in series_of([40, 1, 7, 7, 200], dtype=dtype)]
    state = ld.State(*(s.detach() for s in state_of(5, dtype=dtype)))
    for start in (None, state):
        got, want = net(series, start, cells=True)[1].c, alone(net, series, start)[1].c
        assert_near(got.detach().numpy(), want.detach().numpy(), VALUES[dtype])


# --- batches from a DataLoader ---------------------------------------------------------------------------------------


def test_a_loader_of_pairs_gives_lists_of_series_and_one_tensor_of_targets():
    series = series_of(LENGTHS)
    data = [(one.detach(), k) for k, one in enumerate(series)]
    batches = list(DataLoader(data, batch_size=4, collate_fn=collate))
    assert [type(some) for some, _ in batches] == [list, list]
    assert [target.tolist() for _, target in batches] == [[0, 1, 2, 3], [4, 5]]
    got = [one for some, _ in batches for one in some]
    assert all(torch.equal(a, b) for a, b in zip(got, series, strict=True))
    assert_as_alone(made(), [one.requires_grad_() for one in batches[0][0]])


def test_triples_and_series_alone_are_collated_too():
    series = [one.detach() for one in series_of([2, 1])]
    some, label, weight = collate([(series[0], 1, torch.ones(2)), (series[1], 0, torch.zeros(2))])
    assert all(a is b for a, b in zip(some, series, strict=True))
    assert label.tolist() == [1, 0]
    assert weight.tolist() == [[1, 1], [0, 0]]
    alone_ = collate(series)
    assert type(alone_) is list
    assert all(a is b for a, b in zip(alone_, series, strict=True))
    assert all(type(batch) is list for batch in DataLoader(series, batch_size=2, collate_fn=collate))


def test_examples_of_unequal_size_are_not_collated():
    one = torch.ones(2, 1)
    with pytest.raises(ValueError, match=r"^examples: expected series alone, .* shorter or longer"):
        collate([(one, 1), (one,)])


def test_weights_without_biases_run_too():
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 3, bias=False, batch_first=True).double()
    series = [torch.randn(n, 2).double() for n in (4, 1, 9, 3)]
    outputs, final = ragged.run_ragged(lstm, series, cells=True, lanes=2)
    for k, one in enumerate(series):
        out, (h, c) = lstm(one[None])
        for got, want in ((outputs[k], out[0]), (final.h[k], h[0, 0]), (final.c[k], c[0, 0])):
            assert (got - want).abs().max() < 1e-12


# --- refusals --------------------------------------------------------------------------------------------------------

NET = RaggedLSTM(2, 3)
A, B, C = torch.ones(4, 2), torch.ones(1, 2), torch.ones(3, 2)
START = ld.State(torch.zeros(3, 3), torch.zeros(3, 3))
FLOATS = "torch.float32 on cpu like the weights"
CONVERT = "convert it with .to(), or the net"
FEATURES = "check the axes, and the features the net was made for"
CARRY = "give one row for each series"
LIST = "series: expected a list of one tensor (n, D) or more, got {}; give one tensor for each series"
STEPS = "expected one step or more, got length 0; leave out series without steps"
TENSOR = "convert it with torch.as_tensor"
BESIDE = "lanes: expected None beside a state, got {}; a carried state runs one series a lane"
REFUSALS = [
    # series
    (LIST.format("an empty one"), lambda: NET([])),
    (LIST.format("an empty one"), lambda: NET(())),
    (LIST.format("Tensor"), lambda: NET(A)),
    (LIST.format("Tensor"), lambda: NET(torch.ones(2, 4, 2))),
    (LIST.format("ndarray"), lambda: NET(np.ones((2, 4, 2), np.float32))),
    (LIST.format("generator"), lambda: NET(one for one in (A, B))),
    (LIST.format("NoneType"), lambda: NET(None)),
    (f"series[1]: {STEPS}", lambda: NET([A, A[:0], B])),
    (f"series[0]: {STEPS}", lambda: NET([A[:0]])),
    (f"series[2]: {STEPS}", lambda: NET((A, B, A[:0]))),
    (f"series[1]: expected shape (n, 2), got (0,); {FEATURES}", lambda: NET([A, torch.ones(0)])),
    (f"series[1]: expected shape (n, 2), got (4, 1); {FEATURES}", lambda: NET([A, A[:, :1], B])),
    (f"series[0]: expected shape (n, 2), got (4, 3); {FEATURES}", lambda: NET([torch.ones(4, 3)] * 2)),
    (f"series[0]: expected shape (n, 2), got (2,); {FEATURES}", lambda: NET([A[0]])),
    (f"series[0]: expected shape (n, 2), got (2,); {FEATURES}", lambda: NET([A[0], A[1]])),
    (f"series[1]: expected shape (n, 2), got (2,); {FEATURES}", lambda: NET([A, A[0]])),
    (f"series[0]: expected shape (n, 2), got (1, 4, 2); {FEATURES}", lambda: NET([A[None], A[None]])),
    (f"series[0]: expected shape (n, 2), got (); {FEATURES}", lambda: NET([A[0, 0]])),
    (f"series[1]: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET([A, B.double(), C])),
    (f"series[0]: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET([A.double(), B])),
    (f"series[0]: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET([A.double(), B.double()])),
    (f"series[2]: expected {FLOATS}, got torch.bfloat16 on cpu; {CONVERT}", lambda: NET([A, B, C.bfloat16()])),
    (f"series[0]: expected {FLOATS}, got torch.int64 on cpu; {CONVERT}", lambda: NET([A.long(), B.long()])),
    (f"series[1]: expected {FLOATS}, got torch.int64 on cpu; {CONVERT}", lambda: NET([A, B.long()])),
    (f"series[1]: expected {FLOATS}, got torch.bool on cpu; {CONVERT}", lambda: NET([A, B.bool()])),
    (f"series[1]: expected {FLOATS}, got torch.float32 on meta; {CONVERT}", lambda: NET([A, B.to("meta")])),
    (f"series[0]: expected {FLOATS}, got torch.float32 on meta; {CONVERT}", lambda: NET([A.to("meta")])),
    (f"series[1]: expected a tensor, got ndarray; {TENSOR}", lambda: NET([A, B.numpy()])),
    (f"series[0]: expected a tensor, got list; {TENSOR}", lambda: NET([[[1.0, 2.0]], B])),
    (f"series[1]: expected a tensor, got NoneType; {TENSOR}", lambda: NET([A, None])),
    # lanes
    *(
        (f"lanes: expected a whole number of at least 1, got {bad}; give an int", lambda n=bad: NET([A, B], lanes=n))
        for bad in (0, -1, 2.5, True)
    ),
    (
        "lanes: expected at most 2, one for each series, got 3; ask for fewer, or no lane has work",
        lambda: NET([A, B], lanes=3),
    ),
    (BESIDE.format(3), lambda: NET([A, B, C], START, lanes=3)),
    (BESIDE.format(0), lambda: NET([A, B, C], START, lanes=0)),
    # state
    (
        f"state.h: expected shape (2, 3), lanes by units, got (3, 3); {CARRY}",
        lambda: NET([A, B], START),
    ),
    (
        f"state.c: expected shape (3, 3), lanes by units, got (3, 2); {CARRY}",
        lambda: NET([A, B, C], START._replace(c=START.c[:, :2])),
    ),
    (
        f"state.c: expected shape (3, 3), lanes by units, got (1, 3); {CARRY}",
        lambda: NET([A, B, C], START._replace(c=START.c[:1])),
    ),
    (
        f"state.h: expected shape (3, 3), lanes by units, got (1, 3, 3); {CARRY}",
        lambda: NET([A, B, C], START._replace(h=START.h[None])),
    ),
    (
        f"state.h: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}",
        lambda: NET([A, B, C], START._replace(h=START.h.double())),
    ),
    (
        "state.c: expected a tensor, got NoneType; convert it with torch.as_tensor",
        lambda: NET([A, B, C], (START.h, None)),
    ),
    ("state: expected State(h, c), got Tensor; give both, or leave it out for zeros", lambda: NET([A, B, C], START.h)),
    # making
    ("features: expected a whole number of at least 1, got 0; give an int", lambda: RaggedLSTM(0, 3)),
    ("units: expected a whole number of at least 1, got 2.5; give an int", lambda: RaggedLSTM(2, 2.5)),
]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_with_argument_expected_got_and_cure(message, call):
    refused(message, call)
