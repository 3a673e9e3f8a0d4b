"""Laws of RaggedLSTM: each series of a list gets what plain torch gives it alone, in value and in gradient."""

from copy import deepcopy
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import alone, drawn, flat, near, one_layer, refused, slopes, slopes_near
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, close_gates, collate, kernel, params_of
from lstm_demo.torch_lstm.lanes import layout_for

NAN, INF = np.nan, np.inf
LENGTHS = [3, 1, 4, 1, 5, 2]
each_kind = pytest.mark.parametrize("kind", [{}, {"layers": 3, "bidirectional": True}], ids=["plain", "stacked"])


def made(features=2, units=3, dtype=torch.float64, layers=1, bidirectional=False, **exchanged):
    torch.manual_seed(0)
    net = RaggedLSTM(features, units, layers, bidirectional)
    if exchanged:
        net.lstm = nn.LSTM(features, units, layers, bidirectional=bidirectional, **exchanged)
    return net.to(dtype)


def series_of(lengths, features=2, dtype=torch.float64):
    return [drawn(n, features, seed=k, dtype=dtype) for k, n in enumerate(lengths)]


def state_for(net, rows):
    """A State of leaves for so many series."""
    lstm, count = net.lstm, net.lstm.num_layers * (1 + net.lstm.bidirectional)
    shape = (rows, lstm.hidden_size) if count == 1 else (count, rows, lstm.hidden_size)
    return ld.State(*(drawn(*shape, seed=k, dtype=lstm.weight_ih_l0.dtype) for k in (1001, 1002)))


def packed(net, series):
    """The judge of layers that are drawn anew in each call: all series in one call."""
    out, ends = net.lstm(pack_sequence(series, enforce_sorted=False))
    return unpack_sequence(out), one_layer(ends)


def seeded(call, *args):
    torch.manual_seed(3)  # what is dropped
    return call(*args)


def spoilt(one, row, poison):
    """A leaf like `one`, but for this row."""
    one = one.detach().clone()
    one[..., row, :] = torch.tensor(poison, dtype=one.dtype)
    return one.requires_grad_()


def of(said, rows):
    """All that is said of these series: outputs, h, and c if there is one."""
    return [*(said[0][k] for k in rows), *(part[..., rows, :] for part in said[1] if part is not None)]


# --- as alone --------------------------------------------------------------------------------------------------------

few = st.lists(st.integers(1, 9), min_size=1, max_size=7)
many = st.lists(st.sampled_from([1, 2, 3, 11]), min_size=17, max_size=30)
dtypes = st.sampled_from([torch.float32, torch.float64])
sizes = st.tuples(st.integers(1, 4), st.integers(1, 5), dtypes)
kinds = st.fixed_dictionaries(
    {},
    optional={
        "layers": st.sampled_from([2, 3]),
        "bidirectional": st.just(True),
        "bias": st.just(False),
        "batch_first": st.booleans(),
    },
)
parts = st.sampled_from([(0, 1, 2), (0,), (1,), (2,), (0, 1)])


@settings(max_examples=60)
@given(few | many, sizes, kinds, parts, st.data())
def test_each_series_gets_what_it_gets_alone_on_any_lanes_layers_and_from_any_state(lengths, size, kind, parts, data):
    """Outputs, h and c, or some of them, and the gradients of weights, inputs and state that need one."""
    net, series, lanes, state = made(*size, **kind), series_of(lengths, *size[::2]), None, None
    match data.draw(st.sampled_from(["lanes", "state", "neither"])):
        case "lanes":
            lanes = data.draw(st.integers(1, len(lengths)))
        case "state":
            state = state_for(net, len(lengths))
    if data.draw(st.booleans()):
        net.requires_grad_(False)
        series[1:] = [one.detach() for one in series[1:]]
    per_step = (lanes or len(lengths)) * size[1]  # hidden values
    window = per_step * data.draw(st.integers(0, 4) | st.just(99)) + per_step - 1
    with mock.patch.object(kernel, "WINDOW", window):
        said, want = net(series, state, 2 in parts, lanes), alone(net.lstm, series, state)
    assert (type(said[0]), type(said[1]), said[1].c is None) == (list, ld.State, 2 not in parts)
    got, right = ([[outs, *final][part] for part in parts] for outs, final in (said, want))
    near(got, right)
    weights = [one for one in (*net.parameters(), *(state or ())) if one.requires_grad]
    inputs = [one for one in series if one.requires_grad]
    found = [slopes(side, [*weights, *inputs]) for side in (got, right)]
    slopes_near(*([*one[: len(weights)], torch.cat(one[len(weights) :])] for one in found))


def test_dropout_between_layers_is_torchs_and_none_in_eval_and_keeps_nan_in_its_series():
    net, series = made(layers=2), series_of(LENGTHS)
    net.lstm.dropout, weights = 0.5, [*net.parameters()]
    (said, _), (want, _) = seeded(net, series), seeded(packed, net, series)
    near(said, want)
    assert not torch.equal(torch.cat(net(series)[0]), torch.cat(said))
    slopes_near(slopes(said, weights), slopes(want, weights))
    spoil = [spoilt(series[0], 0, (NAN, 0.0)), *series[1:]]
    assert all(grad.isfinite().all() for grad in slopes(of(net(spoil), [1, 2, 3, 4, 5]), [*net.parameters(), *spoil]))
    near(net.eval()(series, cells=True), alone(net.lstm, series))
    prune.l1_unstructured(net.train().lstm, "weight_hh_l0", amount=0.5).dropout = 1.0  # which drops all each time
    near(net(series)[0], packed(net, series)[0])


# --- a series reaches no other ---------------------------------------------------------------------------------------

POISONS = [(NAN, 1.0), (INF, -INF), (-INF, -INF), (3e38, -3e38), (-1e30, 0.0), (0.0, -2e38)]
STEEP = [(NAN, 0.0), (3e38, 3e38)]


def assert_apart(net, clean, series, odd, state=None, start=None, cells=True, lanes=None):
    """Whatever is in the odd series, the rest gets what it gets alone beside clean ones; they, what the layer gives."""
    said, want, own = net(series, start, cells, lanes), alone(net.lstm, clean, state), alone(net.lstm, series, start)
    want, own = ((outs, final if cells else final[:1]) for outs, final in (want, own))
    rest, weights = [k for k in range(len(series)) if k not in odd], [*net.parameters()]
    if rest:
        near(of(said, rest), of(want, rest))
    got = slopes(of(said, rest), [*weights, *series])
    slopes_near(got, slopes(of(want, rest), [*weights, *clean]), least=1.0)
    assert not any(got[len(weights) + k].any() for k in odd)
    sides = [of(one, odd) for one in (said, own)]
    if len(odd) == 1:
        leaves, finite = [*weights, series[odd[0]]], own[0][odd[0]].isfinite().all(dim=1)
        steps = [one[0][finite] if finite.any() else one for one in sides]  # those before it, if any
        sides = [[*one, *slopes(one, leaves), *slopes(some, leaves)] for one, some in zip(sides, steps, strict=True)]
    assert all(torch.allclose(a, b, atol=1e-4, equal_nan=True) for a, b in zip(*sides, strict=True))


@settings(max_examples=100)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=7), dtypes, kinds, st.booleans(), st.booleans(), st.data())
def test_what_is_not_finite_or_grows_so_in_some_series_stays_there(lengths, dtype, kind, steep, cells, data):
    net, clean, count = made(dtype=dtype, **kind), series_of(lengths, dtype=dtype), len(lengths)
    if steep and net.lstm.bias:  # one g is -1 for all, and for too large an x there is infinity beside its bias
        with torch.no_grad():
            net.lstm.bias_ih_l0[6] = -INF
            net.lstm.weight_ih_l0[6] = 9
    odd = data.draw(st.lists(st.integers(0, count - 1), min_size=1, unique=True))
    series, poisons = [*clean], st.sampled_from(STEEP if steep else POISONS)
    for k in odd:
        series[k] = spoilt(clean[k], data.draw(st.integers(0, lengths[k] - 1)), data.draw(poisons))
    assert_apart(net, clean, series, odd, cells=cells, lanes=data.draw(st.none() | st.integers(1, count)))


@pytest.mark.parametrize("poison", [NAN, INF, 3e38])
@pytest.mark.parametrize("part", ["h", "c"])
@each_kind
def test_nor_does_what_is_not_finite_in_the_state_of_one(kind, part, poison):
    net, series = made(**kind), series_of(LENGTHS)
    state = state_for(net, 6)
    start = state._replace(**{part: spoilt(getattr(state, part), 2, poison)})
    assert_apart(net, series, series, [2], state, start)


@pytest.mark.parametrize("lanes", [1, 2, 6, None])
@each_kind
@pytest.mark.parametrize("slope", [NAN, INF, 1.7e308])  # the last is too large where weights are
def test_nor_do_gradients_that_are_not_finite_or_grow_so(slope, kind, lanes):
    net, series = made(**kind), series_of(LENGTHS)
    with torch.no_grad():
        [weight.mul_(4) for weight in net.parameters()]
    said = net(series, cells=lanes == 6, lanes=lanes)
    others, odd = (sum(v.sum() for v in of(said, rows)) for rows in ([0, 1, 3, 4, 5], [2]))
    for times in (1, 2):  # a graph that is kept answers each question anew
        losses = (times * others + odd * slope, times * others)
        got, want = (torch.autograd.grad(loss, series, retain_graph=True) for loss in losses)
        assert not got[2].isfinite().all()
        slopes_near(got[:2] + got[3:], want[:2] + want[3:])


# --- the net as a module ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{}, {"lanes": 2}, {"cells": np.True_}, {"state": tuple(state_for(made(), 6))}])
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
    outputs, final = net(series_of(LENGTHS), **how)
    final.h.mul_(2)
    outputs[0].sum().backward()  # what was handed out may be written into
    assert not net.requires_grad_(False)(series)[0][0].requires_grad


@each_kind
def test_under_autocast_it_takes_its_own_state_back_and_says_what_it_says_in_bfloat16(kind):
    net, series = made(dtype=torch.float32, **kind), series_of(LENGTHS, dtype=torch.float32)
    half, rounded = deepcopy(net).bfloat16(), [one.bfloat16() for one in series]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs, final = net(series, cells=True)
        again, mixed = net(rounded, state=final)[0], net([*series[:3], *rounded[3:]])[0]
        assert all(map(torch.equal, half(series)[0], mixed))
    want, end = half(rounded, cells=True)
    near([want, end, mixed], [*alone(half.lstm, rounded), want])
    assert all(map(torch.equal, [*outputs, *final, *again], [*want, *end, *half(rounded, end)[0]]))
    torch.cat(outputs).sum().backward()
    assert {weight.grad.dtype for weight in net.parameters()} == {torch.float32}


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


MADE_ANEW = {
    "pruning": lambda lstm: prune.l1_unstructured(lstm, "weight_hh_l0", amount=0.5),
    "weight norm": lambda lstm: parametrizations.weight_norm(lstm, "weight_ih_l0"),
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


CHANGES = [
    lambda lstm: lstm.register_forward_hook(lambda layer, x, y: (2 * y[0], y[1])),
    lambda lstm: lstm.register_forward_hook(lambda layer, x, y: (y[0], (y[1][0], 0 * y[1][1]))),
    lambda lstm: lstm.register_forward_hook(lambda layer, x, y: y[0]),
    lambda lstm: lstm.register_forward_pre_hook(lambda layer, x: (x[0].flip(1), *x[1:])),
    lambda lstm: setattr(lstm, "forward", lambda x, hx=None: nn.LSTM.forward(lstm, x.clamp(-2, 2), hx)),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_layer_that_does_more_than_its_weights_say_is_refused_and_one_that_only_looks_is_not(change):
    net, looked_at, series = RaggedLSTM(2, 3), RaggedLSTM(2, 3), [torch.ones(4, 2)]
    lstm = net.lstm
    change(lstm)
    got = "one whose hooks or forward change what it reads or returns; put that beside the layer"
    for call in (lambda: net(series), lambda: close_gates(lstm)(torch.ones(1, 1, 3)), lambda: params_of(lstm)):
        refused(f"lstm: expected an nn.LSTM that answers as its weights say, got {got}", call)
    looked_at.lstm.register_forward_hook(lambda *_: None)
    looked_at.lstm.register_forward_pre_hook(lambda *_: None)
    near(looked_at(series)[0], alone(looked_at.lstm, series)[0])


# --- lanes and windows -----------------------------------------------------------------------------------------------


# T steps of B lanes cost T * (B + 16): the cheapest of 16 to 128 lanes, or plain padding if a tenth more or less
ON_LANES = [
    ([7] * 64, 64),  # equal lengths: plain padding wastes nothing
    ([1, 100] * 100, 96),
    ([200, *[1] * 300], 16),  # one long series: the fewest lanes
    ([400, *[13] * 700], 24),  # 10,501 cells with their gaps are 438 steps of 24 lanes
    ([2, *[1] * 19], 20),  # 41 cells with their gaps want 3 steps of 16 lanes; 2 of 20 are cheaper
    ([25, *[1] * 18], 19),  # plain padding is within a tenth of 16 lanes as wide as the longest one,
    ([25, *[1] * 19], 16),  # and no longer
]


def test_how_many_lanes_some_sets_are_laid_on():
    assert [len(layout_for(np.array(lengths)).series) for lengths, _ in ON_LANES] == [lanes for _, lanes in ON_LANES]


def test_the_kernel_is_called_in_windows_of_so_many_hidden_values_once_it_has_kept_its_pages():
    fused = mock.patch.object(kernel, "fused", side_effect=kernel.fused)
    with fused as called, mock.patch.object(kernel, "WINDOW", 24):
        made()(series_of([10, 4, 4]), lanes=2)
    assert [call.args[0].shape[:2] for call in called.call_args_list] == [(4, 2), (4, 2), (2, 2)]
    assert kernel.keep_pages.cache_info().currsize == 1


# --- batches from a DataLoader ---------------------------------------------------------------------------------------

THREE, TWO = (torch.full((n, 2), float(n)) for n in (3, 2))
STEPS, OTHERS = [torch.arange(3), torch.arange(2)], [torch.ones(1), torch.ones(4)]
TARGETS = {  # of a series of three steps and of one of two, and what a batch has
    "a vector": ([torch.ones(2), torch.zeros(2)], torch.tensor([[1.0, 1.0], [0.0, 0.0]])),
    "a class": ([1, 2], torch.tensor([1, 2])),
    "a name": (["a", "b"], ["a", "b"]),
    "one a step": (STEPS, STEPS),
    "one a step, listed": ([[0, 1, 1], [1, 0]], [[0, 1, 1], [1, 0]]),
    "of any shape": (OTHERS, OTHERS),
    "nothing": ([None, None], None),
    "something": ([None, 1], [None, 1]),
}


def test_a_batch_has_one_tensor_of_targets_where_there_is_one_a_series_and_lists_where_it_cannot():
    """Compared by what is printed, which tells types, and dtypes and entries of tensors."""
    one, two = ({name: targets[k] for name, (targets, _) in TARGETS.items()} for k in (0, 1))
    want = {name: batch for name, (_, batch) in TARGETS.items()}
    series, fives = [THREE, TWO], torch.tensor([5, 5])
    assert repr(collate([(THREE, one, 5), (TWO, two, 5)])) == repr((series, want, fives))
    assert repr(collate([one | {"x": THREE}, two | {"x": TWO}])) == repr(want | {"x": series})
    for steps in (STEPS[1], [1, 0]):  # also where all lengths are equal by chance
        for count in (1, 2):
            assert repr(collate([(TWO, steps)] * count)) == repr(([TWO] * count, [steps] * count))
    assert repr(collate((THREE, TWO))) == repr(series)
