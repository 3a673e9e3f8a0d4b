"""Laws of RaggedLSTM: each series of a list gets what plain torch gives it alone, in value and in gradient."""

import warnings
from copy import deepcopy
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import drawn, flat, near, refused, slopes, slopes_near
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.nn.utils.rnn import pack_sequence, unpack_sequence
from torch.utils.data import DataLoader

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, close_gates, collate, kernel, params_of
from lstm_demo.torch_lstm.lanes import grid_of, layout_for

DTYPES = [torch.float32, torch.float64]


def made(features=2, units=3, dtype=torch.float64, seed=0, **kind):
    torch.manual_seed(seed)
    return RaggedLSTM(features, units, **kind).to(dtype)


def series_of(lengths, features=2, dtype=torch.float64, seed=0):
    return [drawn(n, features, seed=seed + k, dtype=dtype) for k, n in enumerate(lengths)]


def state_of(*shape, dtype=torch.float64):
    return ld.State(*(drawn(*shape, seed=k, dtype=dtype) for k in (1001, 1002)))


def alone(net, series, state=None):
    """The judge: plain torch, one series at a time."""
    each = [state and tuple(s.view(-1, *s.shape[-2:])[:, [k]] for s in state) for k in range(len(series))]
    results = [net.lstm(one[None], start) for one, start in zip(series, each, strict=True)]
    return [out[0] for out, _ in results], one_layer(torch.cat([end[k] for _, end in results], 1) for k in (0, 1))


def packed(net, series):
    """The judge of layers that are drawn anew in each call, or read time first: all series in one call."""
    out, ends = net.lstm(pack_sequence(series, enforce_sorted=False))
    return unpack_sequence(out), one_layer(ends)


def one_layer(ends):
    return ld.State(*(end[0] if len(end) == 1 else end for end in ends))


def seeded(call, *args):
    torch.manual_seed(3)  # what is dropped
    return call(*args)


def assert_as_judged(net, series, state=None, lanes=None, judge=alone, parts=(0, 1, 2)):
    """Outputs, h and c, or some of them, and the gradients of weights, inputs and state."""
    said, want = net(series, state, 2 in parts, lanes), judge(net, series, *([] if state is None else [state]))
    assert type(said[0]) is list
    got, right = ([[outs, *final][part] for part in parts] for outs, final in (said, want))
    near(got, right)
    leaves = [*net.parameters(), *(state or ())]
    slopes_near(*(slopes(side, leaves) for side in (got, right)))
    slopes_near(*([torch.cat(slopes(side, series))] for side in (got, right)))


def windows_of(steps, lanes=1, units=3):
    return mock.patch.object(kernel, "WINDOW", steps * lanes * units + lanes * units - 1)


def calls_of(net, *args, **kwargs):
    """What the kernel is given, (steps, lanes, features) each."""
    with mock.patch.object(kernel, "fused", side_effect=kernel.fused) as called:
        net(*args, **kwargs)
    return [call.args[0].detach() for call in called.call_args_list]


# --- as alone --------------------------------------------------------------------------------------------------------

LENGTHS = [3, 1, 4, 1, 5, 2]
STACKS = [{"layers": 2}, {"bidirectional": True}, {"layers": 3, "bidirectional": True}]
lengths = st.lists(st.integers(1, 9), min_size=1, max_size=7)
many = st.lists(st.sampled_from([1, 2, 3, 11]), min_size=17, max_size=30)
sizes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.sampled_from(DTYPES))
parts = st.sampled_from([(0, 1, 2), (0,), (1,), (2,), (0, 1)])
lanes_ = pytest.mark.parametrize("lanes", [1, 2, 6, None])
kinds = st.sampled_from([{}, {}, *STACKS])


@given(lengths | many, sizes, kinds, parts, st.data())
def test_each_series_gets_what_it_gets_alone_on_any_lanes_layers_and_from_any_state(lengths, size, kind, parts, data):
    (features, units, dtype), how = size, data.draw(st.sampled_from(["neither", "lanes", "state"]))
    net, series = made(*size, **kind), series_of(lengths, features, dtype)
    rows = net.lstm.num_layers * (1 + net.lstm.bidirectional)
    state = state_of(*[rows][rows == 1 :], len(lengths), units, dtype=dtype) if how == "state" else None
    lanes = data.draw(st.integers(1, len(lengths))) if how == "lanes" else None
    with windows_of(data.draw(st.integers(0, 4) | st.just(99)), lanes or len(lengths), units):
        assert_as_judged(net, series, state, lanes, parts=parts)


@pytest.mark.parametrize(
    "kind", [{"num_layers": 2, "bidirectional": True}, {"bias": False}, {"bias": False, "num_layers": 2}]
)
def test_an_exchanged_layer_of_more_layers_without_biases_or_time_first_runs_too(kind):
    net = made()
    net.lstm = nn.LSTM(2, 3, **kind).double()
    assert_as_judged(net, series_of(LENGTHS), lanes=2, judge=packed, parts=(0, 1))


def test_dropout_between_layers_is_torchs_and_none_in_eval():
    net, series = made(layers=2), [one.detach() for one in series_of(LENGTHS)]
    net.lstm.dropout, weights = 0.5, [*net.parameters()]
    (said, _), (want, _) = seeded(net, series), seeded(packed, net, series)
    near(said, want)
    assert not torch.equal(torch.cat(net(series)[0]), torch.cat(said))
    slopes_near(slopes(said, weights), slopes(want, weights))
    assert_as_judged(net.eval(), series_of(LENGTHS), judge=packed)
    prune.l1_unstructured(net.train().lstm, "weight_hh_l0", amount=0.5).dropout = 1.0  # which drops all each time
    near(net(series)[0], packed(net, series)[0])


@pytest.mark.parametrize("lanes", [None, 2])
def test_in_bfloat16_as_near_as_its_rounding(lanes):
    net, series = made(dtype=torch.bfloat16), series_of(LENGTHS, dtype=torch.bfloat16)
    near(net(series, lanes=lanes)[0], alone(net, series)[0])
    state = state_of(6, 3, dtype=torch.bfloat16)
    near(net(series, state, cells=True), alone(net, series, state))


# --- a series reaches no other ---------------------------------------------------------------------------------------

NAN, INF = np.nan, np.inf
POISONS = [(NAN, 1.0), (INF, -INF), (-INF, -INF), (3e38, -3e38), (-1e30, 0.0)]
each_kind = pytest.mark.parametrize("kind", [{}, STACKS[2]], ids=["plain", "stacked"])


def poisoned(k, poison, dtype, step=0):
    """The small set with one step of series k replaced; all are leaves."""
    series = [one.detach().clone() for one in series_of(LENGTHS, dtype=dtype)]
    series[k][step] = torch.tensor(poison, dtype=dtype)
    return [one.requires_grad_() for one in series]


def rest(said, k):
    """All that is said of other series than k."""
    others = [j for j in range(len(said[0])) if j != k]
    return [*(said[0][j] for j in others), *(s[..., others, :] for s in said[1] if s is not None)]


def assert_rest_alike(said, want, k, weights, series, clean):
    """Values of the others, and gradients of a loss on them alone: nothing of k enters those of the weights either."""
    near(rest(said, k), rest(want, k))
    got, right = (slopes(rest(*one), [*weights, *some]) for one, some in (((said, k), series), ((want, k), clean)))
    slopes_near(got, right, least=1.0)
    assert not got[len(weights) + k].any()


@lanes_
@each_kind
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize("cells", [False, True])
def test_what_is_not_finite_in_one_series_stays_there_in_value_and_in_gradient(poison, cells, dtype, kind, lanes):
    net, clean, k = made(dtype=dtype, **kind), series_of(LENGTHS, dtype=dtype), 4 * cells
    series = poisoned(k, poison, dtype)
    said, want = (net(some, None, cells, lanes) for some in (series, clean))
    assert_rest_alike(said, want, k, list(net.parameters()), series, clean)


@lanes_
@pytest.mark.parametrize("poison", [*POISONS, (0.0, -2e38)])
@pytest.mark.parametrize("step", [0, 2])
def test_the_series_that_holds_it_gets_what_the_layer_gives_it(poison, step, lanes):
    net, series = made(dtype=torch.float32), poisoned(4, poison, torch.float32, step)
    outputs, final = net(series, cells=True, lanes=lanes)
    out, (h, c) = net.lstm(series[4][None])
    leaves = [*net.parameters(), series[4]]
    for got, want in (((outputs[4], final.h[4], final.c[4]), (out[0], h[0, 0], c[0, 0])), (outputs[4][:3], out[0][:3])):
        sides = [flat(got) + list(slopes(got, leaves)), flat(want) + list(slopes(want, leaves))]
        assert all(torch.allclose(a, b, atol=1e-4, equal_nan=True) for a, b in zip(*sides, strict=True))


@pytest.mark.parametrize("poison", [NAN, INF, 3e38])
@pytest.mark.parametrize("part", ["h", "c"])
def test_nor_does_what_is_not_finite_in_the_state_of_one(part, poison):
    net, series, state = made(), series_of(LENGTHS), state_of(6, 3)
    odd = ld.State(*(s.detach().clone() for s in state))
    getattr(odd, part)[2] = poison
    said, want = (net(series, s, True) for s in (odd, state))
    assert_rest_alike(said, want, 2, list(net.parameters()), series, series)
    right = alone(net, series, odd)
    assert torch.allclose(said[0][2], right[0][2], equal_nan=True)
    assert torch.allclose(said[1].c[2], right[1].c[2], equal_nan=True)


@lanes_
@each_kind
@pytest.mark.parametrize("slope", [NAN, INF, 1.7e308])  # the last is too large where weights are
def test_nor_do_gradients_that_are_not_finite_or_grow_so(slope, kind, lanes):
    net, series = made(**kind), series_of(LENGTHS)
    with torch.no_grad():
        [weight.mul_(4) for weight in net.parameters()]
    said = net(series, cells=lanes == 6, lanes=lanes)
    others, odd = sum(v.sum() for v in rest(said, 2)), said[0][2].sum() + said[1].h[..., 2, :].sum()
    for _ in range(2):  # a graph that is kept says the same again
        got, want = (torch.autograd.grad(loss, series, retain_graph=True) for loss in (others + odd * slope, others))
        assert not got[2].isfinite().all()
        slopes_near(got[:2] + got[3:], want[:2] + want[3:])


@lanes_
def test_what_grows_over_all_numbers_within_one_series_stays_there_beside_one_that_holds_nan(lanes):
    net, clean, odd = made(dtype=torch.float32), series_of(LENGTHS, dtype=torch.float32), (3e38, 3e38)
    with torch.no_grad():  # one g is -1 for all, and for too large an x there is infinity beside its bias
        net.lstm.bias_ih_l0[6] = -INF
        net.lstm.weight_ih_l0[6] = 9
    series, want = poisoned(2, odd, torch.float32, 1), net(clean, None, True, lanes)
    said = net(series, None, True, lanes)
    assert_rest_alike(said, want, 2, list(net.parameters()), series, clean)
    assert torch.allclose(said[0][2], net.lstm(series[2][None])[0][0], equal_nan=True)
    both = [*series[:4], poisoned(4, (NAN, 0.0), torch.float32)[4], series[5]]
    near(*([outs[k] for k in (0, 1, 3, 5)] for outs in (net(both, lanes=lanes)[0], want[0])))


def test_several_series_may_hold_it_among_many():
    net, series = made(1), [one.detach() for one in series_of([*range(2, 42)] * 5 + [300], 1)]
    for k in (0, 7, 199, 200):
        series[k][-1] = NAN
    outputs, _ = net(series)
    assert [k for k, out in enumerate(outputs) if not out.isfinite().all()] == [0, 7, 199, 200]
    assert all(out[:-1].isfinite().all() for out in outputs)


def test_dropout_and_nan_in_one_series_leave_the_gradients_of_a_loss_on_the_others_finite():
    net, series = made(layers=2), poisoned(2, (NAN, 0.0), torch.float64)
    net.lstm.dropout = 0.5
    assert all(grad.isfinite().all() for grad in slopes(rest(net(series), 2), [*net.parameters(), *series]))


def test_weights_that_are_not_finite_give_what_the_layer_gives():
    net, series = made(), series_of(LENGTHS)
    with torch.no_grad():
        net.lstm.weight_hh_l0[0, 0] = NAN
    pairs = zip(net(series, lanes=1)[0], alone(net, series)[0], strict=True)
    assert all(torch.allclose(*pair, equal_nan=True) for pair in pairs)


# --- the net as a module ---------------------------------------------------------------------------------------------


def test_gradients_of_gradients_are_those_of_each_series_alone():
    net, series = made(), series_of(LENGTHS)
    steep = [slope_of(judge, net, series) for judge in (RaggedLSTM.forward, alone)]
    slopes_near(*(torch.autograd.grad(one, [*net.parameters()]) for one in steep))


def slope_of(judge, net, series):
    slope = torch.autograd.grad(torch.cat(judge(net, series)[0]).square().sum(), series, create_graph=True)
    return torch.cat(slope).square().sum()


def test_frozen_weights_and_series_that_need_no_gradient():
    net, series = made(), series_of(LENGTHS)
    want = slopes(alone(net, series)[0], series[:1])
    some = [series[0], *(one.detach() for one in series[1:])]
    outputs, final = net.requires_grad_(False)(some)
    slopes_near(slopes(outputs, series[:1]), want)
    assert not net([one.detach() for one in series])[0][0].requires_grad
    final.h.mul_(2)  # what is handed out may be written into, and a pass goes back all the same
    outputs[0].sum().backward()


@pytest.mark.parametrize("how", [{}, {"lanes": 2}, {"cells": np.True_}, {"state": tuple(state_of(6, 3))}])
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_copy_without_gradients_says_the_same_and_nothing_is_changed_or_remembered(mode, how):
    net, series = made(), [one.detach() for one in series_of(LENGTHS)]
    twin, want = deepcopy(net), net(series, **how)
    with mode():
        got = twin(tuple(series), **how)
        near(got, want)
        assert not any(one.requires_grad for one in flat(got))
        [one.fill_(7) for one in (*flat(got), *twin.parameters())]
    near(net(series, **how), want)
    assert (type(got[1]), got[1].c is None) == (ld.State, "cells" not in how)


@each_kind
def test_under_autocast_it_takes_its_own_state_back_and_says_what_it_says_in_bfloat16(kind):
    net, series = made(dtype=torch.float32, **kind), series_of(LENGTHS, dtype=torch.float32)
    half, rounded = deepcopy(net).bfloat16(), [one.bfloat16() for one in series]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs, final = net(series, cells=True)
        again, mixed = net(rounded, state=final)[0], net([*series[:3], *rounded[3:]])[0]
        assert all(map(torch.equal, half(series)[0], mixed))
    want, end = half(rounded, cells=True)
    assert all(map(torch.equal, [*outputs, *final], [*want, *end]))
    assert all(map(torch.equal, again, half(rounded, end)[0]))
    torch.cat(outputs).sum().backward()
    assert {weight.grad.dtype for weight in net.parameters()} == {torch.float32}


def test_compiled_it_is_equal_to_eager():
    net, series = made(), series_of(LENGTHS)
    near(torch.compile(net, backend="eager")(series), net(series))


# --- the layer is asked ----------------------------------------------------------------------------------------------


class WeightDrop(nn.LSTM):
    """Drops recurrent weights anew in each call, by a forward of its own (S. Merity et al., 2017)."""

    def __init__(self, *sizes, **kind):
        super().__init__(*sizes, **kind)
        self.raw = nn.Parameter(self.weight_hh_l0.detach())
        del self._parameters["weight_hh_l0"]

    def forward(self, x, hx=None):
        self.weight_hh_l0 = nn.functional.dropout(self.raw, 0.5, self.training)
        return super().forward(x, hx)


def old_weight_norm(lstm):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and still in use
        return nn.utils.weight_norm(lstm, "weight_hh_l0")


MADE_ANEW = {
    "pruned weight": lambda lstm: prune.l1_unstructured(lstm, "weight_hh_l0", amount=0.5),
    "pruned bias": lambda lstm: prune.l1_unstructured(lstm, "bias_hh_l0", amount=0.9),
    "weight norm": lambda lstm: parametrizations.weight_norm(lstm, "weight_ih_l0"),
    "old weight norm": old_weight_norm,
    "weight drop": lambda lstm: WeightDrop(2, 3, batch_first=True),
}


@pytest.mark.parametrize("remade", MADE_ANEW.values(), ids=MADE_ANEW)
@pytest.mark.parametrize("layers", [1, 2])
def test_a_layer_that_makes_its_weights_anew_gives_what_it_gives_itself_while_it_trains(remade, layers):
    net, series = made(layers=layers), series_of(LENGTHS)
    net.lstm = remade(net.lstm).double()
    weights = [*net.parameters()]
    for _ in range(2):
        got, want = seeded(net, series, None, True), seeded(packed, net, series)
        near(got, want)
        grads = [slopes(side, weights) for side in (got, want)]
        slopes_near(*grads, least=0.1)
        assert all(grad.any() for grad in grads[0])
        with torch.no_grad():
            [weight.sub_(grad) for weight, grad in zip(weights, grads[0], strict=True)]
    if layers == 1:  # so it does with its gates closed, and as params
        x = drawn(3, 4, 2)
        closed, want = close_gates(net.lstm.eval()), net.lstm(x)[0]
        near(closed(nn.functional.pad(x, (0, 1)))[0], want)
        near(torch.from_numpy(ld.run(params_of(net.lstm), x.detach().numpy()).h), want)
        assert [*closed.state_dict()] == [*net.lstm.state_dict()]


def hooked(hook=None, before=None, own=None):
    lstm = nn.LSTM(2, 3, batch_first=True)
    for change in (hook, lambda *_: None):
        change and lstm.register_forward_hook(change)
    before and lstm.register_forward_pre_hook(before)
    if own:
        lstm.forward = own(lstm.forward)
    return lstm


CHANGING = [
    hooked(lambda layer, x, y: (2 * y[0], y[1])),
    hooked(lambda layer, x, y: (y[0], (y[1][0], 0 * y[1][1]))),
    hooked(lambda layer, x, y: y[0]),
    hooked(before=lambda layer, x: (x[0] + 1, *x[1:])),
    hooked(before=lambda layer, x: (x[0].flip(1), *x[1:])),
    hooked(own=lambda forward: lambda x, hx=None: forward(x.clamp(-2, 2), hx)),
]


@pytest.mark.parametrize("lstm", CHANGING)
def test_a_layer_that_does_more_than_its_weights_say_is_refused_and_one_that_only_looks_is_not(lstm):
    net, one = RaggedLSTM(2, 3), torch.ones(4, 2)
    net.lstm = lstm
    got = "one whose hooks or forward change what it reads or returns; put that beside the layer"
    for call in (lambda: net([one]), lambda: close_gates(lstm)(torch.ones(1, 1, 3)), lambda: params_of(lstm)):
        refused(f"lstm: expected an nn.LSTM that answers as its weights say, got {got}", call)
    net.lstm = hooked()
    near(net([one])[0], alone(net, [one])[0])


# --- lanes and windows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lengths", "lanes"),
    [
        ([7] * 64, 64),  # equal lengths: plain padding wastes nothing
        ([1, 100] * 100, 96),
        (range(1, 40), 24),
        (range(1, 61), 32),
        (range(1, 101), 48),
        (range(1, 131), 64),
        (range(1, 301), 128),
        ([200, *[1] * 300], 16),  # one long series: the fewest lanes
        ([400, *[13] * 700], 24),  # 10,501 cells with their gaps are 438 steps of 24 lanes
        ([2, *[1] * 19], 20),  # 41 cells with their gaps want 3 steps of 16 lanes; 2 of 20 are cheaper
        ([30, *[1] * 32], 16),  # plain padding costs more than a tenth more
        # up to 19 series, plain padding is within a tenth of 16 lanes as wide as the longest one
        ([25, *[1] * 15], 16),
        ([25, *[1] * 18], 19),
        ([25, *[1] * 19], 16),
        ([300, *[1] * 9], 10),
    ],
)
def test_how_many_lanes_some_sets_are_laid_on(lengths, lanes):
    assert len(layout_for(np.array(lengths)).series) == lanes


def test_pages_are_kept_once_a_net_was_called_and_its_answer_stays():
    kernel.keep_pages.cache_clear()
    net, series = RaggedLSTM(2, 3), [torch.ones(4, 2), torch.ones(1, 2)]
    before = torch.cat(net(series)[0])
    assert kernel.keep_pages.cache_info().currsize == 1
    assert torch.equal(torch.cat(net(series)[0]), before)


def test_places_on_the_grid_of_the_kernel_and_series_turned_round_counted_by_hand():
    grid = grid_of(np.array([3, 1, 2]), "cpu", lanes=2)
    #   time 0: 0 2    cells 0 1
    #        1: 0 2          2 3
    #        2: 0 -          4 5
    #        3:   1            7      the longest first, each into the shorter lane; the order of the caller within
    assert grid.shape == (4, 2)
    assert grid.places.tolist() == [0, 2, 4, 1, 5, 7]
    assert grid.last.tolist() == [2, 3, 5]
    assert grid.turned.tolist() == [2, 1, 0, 3, 5, 4]


def test_the_kernel_is_given_windows_of_so_many_hidden_values_and_padding_zero_but_for_the_column():
    net, series = made(), series_of([10, 4, 4])
    for window, want in ((60, [10]), (59, [9, 1]), (24, [4, 4, 2]), (6, [1] * 10), (5, [1] * 10), (1, [1] * 10)):
        with mock.patch.object(kernel, "WINDOW", window):
            assert [x.shape[:2] for x in calls_of(net, series, lanes=2)] == [(steps, 2) for steps in want]
    ((a,), (b, c)), (x,) = (one.tolist() for one in series_of([1, 2])), calls_of(net, series_of([1, 2]), lanes=1)
    assert x[:, 0].tolist() == [[*a, 0], [0, 0, 1], [*b, 0], [*c, 0]]


# --- batches from a DataLoader ---------------------------------------------------------------------------------------

ONE, TWO, THREE = (torch.full((n, 2), float(n)) for n in (1, 2, 3))
STEPS = [torch.arange(n) for n in (3, 2)]


def test_a_loader_of_pairs_gives_lists_of_series_and_one_tensor_of_targets():
    data = [(one.detach(), k) for k, one in enumerate(series_of(LENGTHS))]
    batches = list(DataLoader(data, batch_size=4, collate_fn=collate))
    assert [(type(some), target.tolist()) for some, target in batches] == [(list, [0, 1, 2, 3]), (list, [4, 5])]
    assert all(a is b for a, (b, _) in zip([one for some, _ in batches for one in some], data, strict=True))
    assert collate((ONE, TWO)) == [ONE, TWO]


@pytest.mark.parametrize(
    ("series", "targets", "want"),
    [
        ([TWO, ONE], [torch.ones(2), torch.zeros(2)], torch.tensor([[1.0, 1.0], [0.0, 0.0]])),
        ([TWO, ONE], [1.5, 2.5], torch.tensor([1.5, 2.5]).double()),
        ([TWO, ONE], [np.float32(1), np.float32(2)], torch.tensor([1.0, 2.0])),
        ([TWO, ONE], ["a", "b"], ["a", "b"]),
        # one for each step, also where all lengths are equal by chance
        ([THREE, TWO], STEPS, STEPS),
        ([TWO, TWO], [STEPS[1], STEPS[1]], [STEPS[1], STEPS[1]]),
        ([THREE, TWO], [[0, 1, 1], [1, 0]], [[0, 1, 1], [1, 0]]),
        ([TWO], [[1, 0]], [[1, 0]]),
        ([THREE, TWO], [np.arange(3), np.arange(2)], [np.arange(3), np.arange(2)]),
        # of different shapes, or some missing
        ([THREE, TWO], [torch.ones(1), torch.ones(4)], [torch.ones(1), torch.ones(4)]),
        ([THREE, TWO], [None, None], None),
        ([THREE, TWO], [None, 1], [None, 1]),
        ([THREE, TWO], [STEPS[0], None], [STEPS[0], None]),
        ([THREE, TWO], [{"a": 1, "b": STEPS[0]}, {"a": 2, "b": STEPS[1]}], {"a": torch.tensor([1, 2]), "b": STEPS}),
        ([THREE, TWO], [{"a": {"b": None}}] * 2, {"a": {"b": None}}),
    ],
)
def test_targets_are_stacked_where_there_is_one_a_series_and_stay_a_list_where_there_is_one_a_step(
    series, targets, want
):
    pairs = list(zip(series, targets, strict=True))
    assert same(collate(pairs), (series, want))
    assert same(collate([{"x": one, "y": target} for one, target in pairs]), {"x": series, "y": want})
    assert same(collate([{"y": 3, "x": one} for one in series])["y"], torch.tensor([3] * len(series)))
    assert same(collate([(*pair, 5) for pair in pairs])[1:], (want, torch.tensor([5] * len(series))))


def same(got, want):
    if isinstance(want, dict):
        return list(got) == list(want) and all(same(got[key], want[key]) for key in want)
    if isinstance(want, list | tuple):
        return type(got) is type(want) and all(map(same, got, want))
    if isinstance(want, torch.Tensor):
        return got.dtype == want.dtype and torch.equal(got, want)
    return np.array_equal(got, want)
