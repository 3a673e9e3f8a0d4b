"""Laws of RaggedLSTM: each series of a list gets what plain torch gives it alone, in value and in gradient."""

import warnings
from copy import deepcopy
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import assert_near, refused
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.nn.utils.rnn import pack_sequence, unpack_sequence
from torch.utils.data import DataLoader

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, close_gates, collate, kernel, load_params, params_of, ragged
from lstm_demo.torch_lstm.lanes import grid_of, layout_for

VALUES = {torch.float32: 1e-6, torch.float64: 1e-12}
GRADS = {torch.float32: 5e-5, torch.float64: 1e-12}
PARTS = ("outputs", "h", "c")


def made(features=2, units=3, dtype=torch.float64, seed=0, **kind):
    torch.manual_seed(seed)
    return RaggedLSTM(features, units, **kind).to(dtype)


def drawn(*shape, seed=0, dtype=torch.float64):
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return values.to(dtype).requires_grad_()


def series_of(lengths, features=2, dtype=torch.float64, seed=0):
    return [drawn(n, features, seed=seed + k, dtype=dtype) for k, n in enumerate(lengths)]


def state_of(*shape, dtype=torch.float64):
    return ld.State(*(drawn(*shape, seed=k, dtype=dtype) for k in (1001, 1002)))


def alone(net, series, state=None):
    """The judge: plain torch, one series at a time."""
    outs, ends = [], []
    for k, one in enumerate(series):
        out, end = net.lstm(one[None], None if state is None else tuple(s[k][None, None] for s in state))
        outs.append(out[0])
        ends.append([e[0, 0] for e in end])
    return outs, ld.State(*(torch.stack(e) for e in zip(*ends, strict=True)))


def packed(net, series, state=None):
    """The judge of more layers and of layers that make their weights anew: all series in one call of the layer."""
    out, ends = net.lstm(pack_sequence(series, enforce_sorted=False), state and tuple(state))
    return unpack_sequence(out), ld.State(*(e[0] if len(e) == 1 else e for e in ends))


def values(outputs, final, parts=PARTS):
    return [{"outputs": torch.cat(outputs), "h": final.h, "c": final.c}[part] for part in parts]


def slopes(answer, leaves):
    """Gradients of a sum in which every number counts differently."""
    loss = sum((value * drawn(*value.shape, seed=7, dtype=value.dtype)).sum() for value in answer)
    return torch.autograd.grad(loss, leaves)


def assert_as_judged(net, series, state=None, lanes=None, parts=PARTS, judge=alone):
    """Values and the gradients of weights, inputs and state."""
    outputs, final = net(series, state, "c" in parts, lanes)
    assert [len(out) for out in outputs] == [len(one) for one in series]
    got, want = values(outputs, final, parts), values(*judge(net, series, state), parts)
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
    return mock.patch.object(kernel, "WINDOW", steps * lanes * units + lanes * units - 1)


def calls_of(net, *args, **kwargs):
    """The shapes (steps, lanes) that the kernel is given."""
    with mock.patch.object(kernel, "fused", side_effect=kernel.fused) as called:
        net(*args, **kwargs)
    return [tuple(call.args[0].shape[:2]) for call in called.call_args_list]


# --- as alone --------------------------------------------------------------------------------------------------------

LENGTHS = [3, 1, 4, 1, 5, 2]
KINDS = [{}, {"lanes": 1}, {"lanes": 2}, {"lanes": 6}, {"state": state_of(6, 3)}]
lengths = st.lists(st.integers(1, 9), min_size=1, max_size=7)
many = st.lists(st.sampled_from([1, 2, 3, 11]), min_size=17, max_size=30)
sizes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.sampled_from(list(VALUES)))
parts = st.sampled_from([PARTS, ("outputs",), ("h",), ("c",), ("outputs", "h")])


@pytest.mark.parametrize("parts", [PARTS, ("outputs",), ("h",), ("c",)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 3, 99])
def test_one_small_set_in_every_way(kind, parts, steps):
    with windows_of(steps, kind.get("lanes", 6)):
        assert_as_judged(made(), series_of(LENGTHS), parts=parts, **kind)


@given(lengths | many, sizes, parts, st.integers(0, 99), st.data())
def test_each_series_gets_what_it_gets_alone_on_any_lanes_and_from_any_state(lengths, size, parts, seed, data):
    features, units, dtype = size
    kind = data.draw(st.sampled_from(["neither", "lanes", "state"]))
    state = state_of(len(lengths), units, dtype=dtype) if kind == "state" else None
    lanes = data.draw(st.integers(1, len(lengths))) if kind == "lanes" else None
    with windows_of(data.draw(st.integers(0, 4) | st.just(99)), lanes or len(lengths), units):
        assert_as_judged(made(*size, seed), series_of(lengths, features, dtype, seed), state, lanes, parts)


HEAVY = [200, 1, 137, *([1, 2, 1, 3, 7] * 59), 80, 1]
UNIFORM = np.random.default_rng(0).integers(1, 200, 300, endpoint=True).tolist()


@pytest.mark.parametrize(("lengths", "dtype"), [(UNIFORM, torch.float32), (HEAVY, torch.float64)])
def test_large_sets_on_many_lanes_in_several_windows(lengths, dtype):
    net, series = made(5, 16, dtype), series_of(lengths, 5, dtype)
    with mock.patch.object(kernel, "WINDOW", 2**15):
        assert len(calls_of(net, series)) > 1
        assert_as_judged(net, series)


@pytest.mark.parametrize("kind", [{}, {"lanes": 2}, {"cells": True}, {"state": True}])
def test_in_bfloat16_as_near_as_its_rounding(kind):
    net, exact = made(dtype=torch.bfloat16), made()
    exact.load_state_dict(net.state_dict())
    series = series_of([3, 1, 6, 2], dtype=torch.bfloat16)
    state = state_of(4, 3, dtype=torch.bfloat16) if kind.pop("state", None) else None
    outputs, final = net(series, state, **kind)
    outs, end = alone(exact, [one.double() for one in series], state and tuple(s.double() for s in state))
    assert {out.dtype for out in outputs} == {final.h.dtype} == {torch.bfloat16}
    for got, want in zip([*outputs, *(s for s in final if s is not None)], [*outs, *end], strict=False):
        assert (got - want).abs().max() < 0.03


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize("dtype", VALUES)
def test_the_cell_state_is_torchs_own_also_when_gates_are_far_open(dtype, size):
    net, series = made(dtype=dtype), [size * one.detach() for one in series_of([40, 1, 7, 7, 200], dtype=dtype)]
    state = ld.State(*(s.detach() for s in state_of(5, 3, dtype=dtype)))
    for start in (None, state):
        got, want = net(series, start, cells=True)[1].c, alone(net, series, start)[1].c
        assert_near(got.detach().numpy(), want.detach().numpy(), VALUES[dtype])


# --- layers and directions -------------------------------------------------------------------------------------------

STACKS = [{"layers": 2}, {"bidirectional": True}, {"layers": 3, "bidirectional": True}]
stacks = pytest.mark.parametrize("kind", STACKS)


@stacks
@pytest.mark.parametrize("lanes", [1, 2, 6, None])
@pytest.mark.parametrize("dtype", VALUES)
def test_layers_and_directions_are_those_of_packed_torch(kind, lanes, dtype):
    assert_as_judged(made(dtype=dtype, **kind), series_of(LENGTHS, dtype=dtype), lanes=lanes, judge=packed)


@stacks
@settings(max_examples=12)
@given(lengths | many)
def test_so_they_are_on_any_lengths_and_from_a_state_in_torchs_order(kind, lengths):
    net = made(**kind)
    state = state_of(net.lstm.num_layers * (1 + net.lstm.bidirectional), len(lengths), 3)
    assert_as_judged(net, series_of(lengths), state, judge=packed)
    assert_as_judged(net, series_of(lengths), judge=packed)


@stacks
def test_the_layers_are_an_nn_lstm_whose_state_dict_fits_one_that_torch_made(kind):
    net, other = made(**kind), made()
    given_ = {"num_layers": kind.get("layers", 1), "bidirectional": kind.get("bidirectional", False)}
    other.lstm = nn.LSTM(2, 3, batch_first=True, **given_).double()
    other.lstm.load_state_dict(net.lstm.state_dict())
    assert type(net.lstm) is nn.LSTM
    assert all(map(torch.equal, net(series_of(LENGTHS))[0], other(series_of(LENGTHS))[0]))
    assert_as_judged(other, series_of(LENGTHS), judge=packed)


@pytest.mark.parametrize("kind", [{"bias": False}, {"bias": False, "num_layers": 2}, {"batch_first": False}])
def test_layers_without_biases_or_time_first_run_too(kind):
    net = made()
    net.lstm = nn.LSTM(2, 3, **kind).double()
    assert_as_judged(net, series_of(LENGTHS), lanes=2, judge=packed)


def test_dropout_between_layers_is_torchs_and_none_in_eval():
    net, series = made(units=50, layers=2), series_of([40] * 20)
    net.lstm.dropout = 0.5
    dropped = net(series)[0]
    assert not torch.equal(torch.cat(dropped), torch.cat(net(series)[0]))
    spread = [torch.cat(run(net, series)[0]).var().item() for run in (lambda n, s: n(s), packed)]
    assert spread[0] == pytest.approx(spread[1], rel=0.1)
    net.lstm.dropout = 1.0
    assert_as_judged(net, series, judge=packed, parts=("outputs",))
    net.lstm.dropout = 0.5
    assert_as_judged(net.eval(), series, judge=packed)


# --- a series reaches no other ---------------------------------------------------------------------------------------

NAN, INF = float("nan"), float("inf")
POISONS = [(NAN, 1.0), (INF, -INF), (-INF, -INF), (3e38, -3e38), (-1e30, 0.0)]
lanes_ = pytest.mark.parametrize("lanes", [1, 2, 6, None])


def poisoned(k, poison, dtype, step=0):
    """The small set with one step of series k replaced; all are leaves."""
    series = [one.detach().clone() for one in series_of(LENGTHS, dtype=dtype)]
    series[k][step] = torch.tensor(poison, dtype=dtype)
    return [one.requires_grad_() for one in series]


def rest(outputs, final, k):
    """All that is said of other series than k."""
    others = [j for j in range(len(outputs)) if j != k]
    return [*(outputs[j] for j in others), *(s[..., others, :] for s in final if s is not None)]


@lanes_
@pytest.mark.parametrize("kind", [{}, STACKS[2]], ids=["plain", "stacked"])
@pytest.mark.parametrize("dtype", VALUES)
@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize("cells", [False, True])
def test_what_is_not_finite_in_one_series_stays_there_in_value_and_in_gradient(poison, cells, dtype, kind, lanes):
    net, clean = made(dtype=dtype, **kind), series_of(LENGTHS, dtype=dtype)
    for k in (0, 4):
        series = poisoned(k, poison, dtype)
        said, want = net(series, None, cells, lanes), net(clean, None, cells, lanes)
        assert_near(*(tuple(v.detach().numpy() for v in rest(*one, k)) for one in (said, want)), VALUES[dtype])
        leaves = [*net.parameters(), *series]
        # the loss of the others alone: nothing of the series enters the gradients of the weights either
        got, right = (
            slopes(rest(*one, k), [*net.parameters(), *some]) for one, some in ((said, series), (want, clean))
        )
        for j, (a, b) in enumerate(zip(got, right, strict=True)):
            if leaves[j] is not series[k]:
                assert (a - b).abs().max() <= GRADS[dtype] * max(1, b.abs().max())
        assert not got[-len(series) + k].any()


@lanes_
@pytest.mark.parametrize("poison", [*POISONS, (0.0, -2e38)])
@pytest.mark.parametrize("step", [0, 2])
def test_the_series_that_holds_it_gets_what_the_layer_gives_it(poison, step, lanes):
    net, series = made(dtype=torch.float32), poisoned(4, poison, torch.float32, step)
    outputs, final = net(series, cells=True, lanes=lanes)
    out, (h, c) = net.lstm(series[4][None])
    for got, want in ((outputs[4], out[0]), (final.h[4], h[0, 0]), (final.c[4], c[0, 0])):
        assert torch.allclose(got, want, atol=1e-6, equal_nan=True)
    leaves = [*net.parameters(), series[4]]
    asked = [((outputs[4], final.c[4]), (out[0], c[0, 0])), ((outputs[4][: step + 1],), (out[0][: step + 1],))]
    for some, same in asked:
        got, want = (
            torch.autograd.grad(sum(v.sum() for v in side), leaves, retain_graph=True) for side in (some, same)
        )
        assert all(torch.allclose(a, b, atol=1e-4, equal_nan=True) for a, b in zip(got, want, strict=True))


@pytest.mark.parametrize("poison", [NAN, INF, 3e38])
@pytest.mark.parametrize("part", ["h", "c"])
def test_nor_does_what_is_not_finite_in_the_state_of_one(part, poison):
    net, series, state = made(dtype=torch.float32), series_of(LENGTHS, dtype=torch.float32), state_of(6, 3)
    odd = ld.State(*(s.detach().float().clone() for s in state))
    getattr(odd, part)[2] = poison
    said, want = (net(series, s, True) for s in (odd, ld.State(*(s.float() for s in state))))
    assert_near(*(tuple(v.detach().numpy() for v in rest(*one, 2)) for one in (said, want)), 1e-6)
    for got, right in zip(*(slopes(rest(*one, 2), list(net.parameters())) for one in (said, want)), strict=True):
        assert (got - right).abs().max() <= 5e-5 * right.abs().max()
    out, (_, c) = net.lstm(series[2][None], tuple(s[2][None, None] for s in odd))
    assert torch.allclose(said[0][2], out[0], equal_nan=True)
    assert torch.allclose(said[1].c[2], c[0, 0], equal_nan=True)


@lanes_
@pytest.mark.parametrize("part", ["outputs", "h", "c"])
@pytest.mark.parametrize("slope", [NAN, INF])
def test_nor_do_gradients_that_are_not_finite(slope, part, lanes):
    net, series = made(), series_of(LENGTHS)
    outputs, final = net(series, cells=True, lanes=lanes)
    others = sum(v.sum() for v in rest(outputs, final, 2))
    odd = {"outputs": outputs, "h": final.h, "c": final.c}[part][2].sum() * slope
    got, want = (
        torch.autograd.grad(loss, series, retain_graph=True, allow_unused=True) for loss in (others + odd, others)
    )
    assert not got[2].isfinite().all()
    for k in {*range(6)} - {2}:
        assert_near(got[k].numpy(), want[k].numpy(), 1e-12)


def test_several_series_may_hold_it_among_many():
    net, series = made(), [one.detach() for one in series_of([*range(2, 42)] * 5 + [300])]
    for k in (0, 7, 199, 200):
        series[k][-1] = NAN
    outputs, _ = net(series)
    assert [k for k, out in enumerate(outputs) if not out.isfinite().all()] == [0, 7, 199, 200]
    assert [out[:-1].isfinite().all().item() for out in outputs] == [True] * 201


@lanes_
def test_what_grows_over_all_numbers_within_one_series_stays_there_too(lanes):
    net, clean = made(dtype=torch.float32), series_of(LENGTHS, dtype=torch.float32)
    with torch.no_grad():  # one g is -1 for all, and for too large an x there is infinity beside its bias
        net.lstm.bias_ih_l0[6] = -INF
        net.lstm.weight_ih_l0[6] = 9
    series = poisoned(2, (3e38, 3e38), torch.float32, 1)
    said, want = net(series, None, True, lanes), net(clean, None, True, lanes)
    assert_near(*(tuple(v.detach().numpy() for v in rest(*one, 2)) for one in (said, want)), 1e-6)
    beside = [*poisoned(4, (NAN, 0.0), torch.float32)[4:5], *series[1:]]  # and one that holds NaN
    assert_near(
        *(tuple(v.detach().numpy() for v in (o[1], o[3], o[5])) for o in (net(beside, lanes=lanes)[0], want[0])), 1e-6
    )
    assert torch.allclose(said[0][2], net.lstm(series[2][None])[0][0], equal_nan=True)
    assert not said[0][2][2:].isfinite().any()
    for got, right in zip(*(slopes(rest(*one, 2), list(net.parameters())) for one in (said, want)), strict=True):
        assert (got - right).abs().max() <= 5e-5 * right.abs().max()


def test_weights_that_are_not_finite_give_what_the_layer_gives():
    net, series = made(), series_of(LENGTHS)
    with torch.no_grad():
        net.lstm.weight_hh_l0[0, 0] = NAN
    for got, want in zip(net(series, lanes=1)[0], alone(net, series)[0], strict=True):
        assert torch.allclose(got, want, equal_nan=True)


@lanes_
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
    got, want = [*turned, *last], [*(outs[k] for k in order), *(s[order] for s in end)]
    assert_near(*(tuple(v.detach().numpy() for v in side) for side in (got, want)), 1e-14)


# --- what comes out --------------------------------------------------------------------------------------------------


def test_outputs_are_one_split_of_one_flat_tensor_and_the_last_of_each_is_its_final_h():
    outputs, final = made()(series_of(LENGTHS))
    assert type(outputs) is list
    assert len({out.untyped_storage().data_ptr() for out in outputs}) == 1
    assert torch.equal(final.h, torch.stack([out[-1] for out in outputs]))


@pytest.mark.parametrize("state", [None, state_of(6, 3)])
def test_the_final_state_has_c_only_when_asked(state):
    net, series = made(), series_of(LENGTHS)
    (_, without), (_, with_c) = net(series, state), net(series, state, cells=True)
    assert type(without) is type(with_c) is ld.State
    assert without.c is None
    assert with_c.c.shape == (6, 3)
    assert ragged.run_ragged(net.lstm, series, state)[1].c is None


def test_tuples_and_plain_pairs_do_as_well_and_nothing_read_is_changed_or_remembered():
    net, series, state = made(), series_of(LENGTHS), state_of(6, 3)
    given_ = [t.detach() for t in (*series, *state)]
    before, (want, _) = deepcopy(given_), net(series, state)
    with torch.no_grad():
        for kind in ({"state": ld.State(*given_[6:])}, {"lanes": 2}, {"lanes": 6}):
            outputs, final = net(given_[:6], cells=True, **kind)
            for mine in (*outputs, *final):
                mine.fill_(7)
    assert all(torch.equal(a, b) for a, b in zip(given_, before, strict=True))
    assert all(map(torch.equal, net(tuple(series), tuple(state))[0], want))


# --- the net as a module ---------------------------------------------------------------------------------------------


def test_training_moves_the_weights_and_leaves_the_gates_shut():
    net, series = made(dtype=torch.float32), series_of(LENGTHS, dtype=torch.float32)
    before = deepcopy(net.state_dict())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    for _ in range(30):
        optimizer.zero_grad()
        net(series, lanes=2)[1].h.square().sum().backward()
        optimizer.step()
    assert all((w - before[name]).abs().max() > 1e-2 for name, w in net.state_dict().items())
    assert_as_judged(net, series, lanes=2)


def test_a_copy_in_eval_without_gradients_says_the_same_and_goes_its_own_way():
    net, series = made(), series_of(LENGTHS)
    for kind in KINDS:
        twin, want = deepcopy(net).eval(), values(*net(series, cells=True, **kind))
        with torch.no_grad():
            got = values(*twin(series, cells=True, **kind))
            [weight.zero_() for weight in twin.parameters()]
        assert_near(*(tuple(v.detach().numpy() for v in side) for side in (got, want)), 1e-14)
        assert not any(v.requires_grad for v in got)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("part", ["net", "lstm"])
def test_it_moves_as_a_whole_and_when_its_lstm_is_moved_alone(part, dtype):
    net = made(dtype=torch.float32)
    (net if part == "net" else net.lstm).to(dtype)
    outputs, final = net(series_of(LENGTHS, dtype=dtype), lanes=2, cells=True)
    assert {t.dtype for t in (*outputs, *final)} == {dtype}


@pytest.mark.parametrize("kind", [{}, STACKS[2]], ids=["plain", "stacked"])
def test_under_autocast_it_takes_its_own_state_back_and_says_what_it_says_in_bfloat16(kind):
    net, series = made(dtype=torch.float32, **kind), series_of(LENGTHS, dtype=torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs, final = net(series, cells=True)
        again, _ = net([one.bfloat16() for one in series], state=final)
    half = deepcopy(net).bfloat16()
    want, end = half([one.bfloat16() for one in series], cells=True)
    assert all(map(torch.equal, [*outputs, *final], [*want, *end]))
    assert all(map(torch.equal, again, half([one.bfloat16() for one in series], end)[0]))
    torch.cat(outputs).sum().backward()
    assert {weight.grad.dtype for weight in net.parameters()} == {torch.float32}


def test_compiled_it_is_equal_to_eager():
    net, series = made(), series_of(LENGTHS)
    assert_near(*(torch.cat(n(series)[0]).detach().numpy() for n in (torch.compile(net, backend="eager"), net)), 1e-14)


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


def weight_drop(lstm):
    return WeightDrop(2, 3, batch_first=True)


def old_weight_norm(lstm):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and still in use
        return nn.utils.weight_norm(lstm, "weight_hh_l0")


MADE_ANEW = {
    "pruned weight": lambda lstm: prune.l1_unstructured(lstm, "weight_hh_l0", amount=0.5),
    "pruned bias": lambda lstm: prune.l1_unstructured(lstm, "bias_hh_l0", amount=0.9),
    "pruned twice": lambda lstm: prune.random_unstructured(MADE_ANEW["pruned weight"](lstm), "weight_ih_l0", amount=2),
    "weight norm": lambda lstm: parametrizations.weight_norm(lstm, "weight_ih_l0"),
    "old weight norm": old_weight_norm,
    "weight drop": weight_drop,
}
anew = pytest.mark.parametrize("remade", MADE_ANEW.values(), ids=MADE_ANEW)


@anew
@pytest.mark.parametrize("layers", [1, 2])
def test_a_layer_that_makes_its_weights_anew_gives_what_it_gives_itself_while_it_trains(remade, layers):
    net, series = made(layers=layers), series_of(LENGTHS)
    net.lstm = remade(net.lstm).double()
    optimizer = torch.optim.SGD(net.parameters(), 0.5)
    for step in range(3):
        got, want = [], []
        for judge, into in ((lambda n, s: n(s, None, True), got), (packed, want)):
            torch.manual_seed(step)  # what is dropped
            into += values(*judge(net, series))
        assert_near(*(tuple(v.detach().numpy() for v in side) for side in (got, want)), 1e-12)
        grads = [slopes(side, [*net.parameters()]) for side in (got, want)]
        assert all(torch.allclose(a, b, rtol=0, atol=1e-11) for a, b in zip(*grads, strict=True))
        assert all(g.any() for g in grads[0])
        for weight, grad in zip(net.parameters(), grads[0], strict=True):
            weight.grad = grad
        optimizer.step()


@anew
def test_so_it_does_with_its_gates_closed_and_as_params(remade):
    lstm = remade(made().lstm).double().eval()
    closed, x = close_gates(lstm), drawn(3, 4, 2)
    for _ in range(2):
        out = closed(nn.functional.pad(x, (0, 1)))[0]
        assert_near(out.detach().numpy(), lstm(x)[0].detach().numpy(), 1e-12)
        assert all(g.any() for g in torch.autograd.grad(out.sum(), [*closed.parameters()]))
        assert list(closed.state_dict()) == list(lstm.state_dict())
        torch.optim.SGD(closed.parameters(), 0.5).step()
        with torch.no_grad():
            [weight.mul_(1.5) for weight in lstm.parameters()]
        assert_near(ld.run(params_of(lstm), x.detach().numpy()).h, lstm(x)[0].detach().numpy(), 1e-12)


def test_closed_gates_train_and_rest_with_the_layer():
    lstm = weight_drop(None)
    closed = close_gates(lstm)
    assert not closed.eval().lstm.training
    assert not lstm.training
    closed.train()
    assert lstm.training
    assert closed.training


LAYER = "lstm: expected an nn.LSTM that answers as its weights say"
CHANGED = "got one whose hooks or forward change what it reads or returns; put that beside the layer"


class Residual(nn.LSTM):
    def forward(self, x, hx=None):
        out, end = super().forward(x, hx)
        return out + 1, end


def hooked(*changes):
    lstm = nn.LSTM(2, 3, batch_first=True)
    lstm.register_forward_hook(lambda *_: None)
    for change in changes:
        lstm.register_forward_hook(change)
    return lstm


def shifted(lstm):
    lstm.register_forward_pre_hook(lambda layer, given_: (given_[0] + 1, *given_[1:]))
    return lstm


@pytest.mark.parametrize("lstm", [Residual(2, 3), hooked(lambda layer, x, y: (2 * y[0], y[1])), shifted(hooked())])
def test_a_layer_that_does_more_than_its_weights_say_is_refused_and_one_that_only_looks_is_not(lstm):
    net = RaggedLSTM(2, 3)
    for call in (lambda: net([A]), lambda: close_gates(lstm)(torch.ones(1, 1, 3)), lambda: params_of(lstm)):
        net.lstm = lstm
        refused(f"{LAYER}, {CHANGED}", call)
    net.lstm = hooked()
    assert torch.allclose(net([A])[0][0], net.lstm(A[None])[0][0])


def test_weights_made_from_others_are_not_loaded_over():
    lstm = MADE_ANEW["pruned weight"](nn.LSTM(2, 3))
    cure = "load before you prune"
    refused(
        f"lstm: expected weights of its own, got weight_hh_l0 made from others; {cure}",
        lambda: load_params(lstm, ld.init_params(2, 3)),
    )


# --- lanes and windows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lengths", "lanes", "want"),
    [
        ([5] * 100, None, (5, 100)),  # equal lengths: plain padding wastes nothing
        ([3], None, (3, 1)),
        ([9, 1, 1], None, (9, 3)),
        ([200] + [1] * 300, None, (200, 16)),  # one long series: the fewest lanes
        ([5] * 100, 50, (11, 50)),
        ([9, 1, 1], 1, (13, 1)),
        ([4, 1, 2], 2, (4, 2)),
        ([4, 1, 2], 3, (4, 3)),
    ],
)
def test_the_kernel_is_given_as_many_lanes_as_the_rule_says(lengths, lanes, want):
    assert calls_of(made(), series_of(lengths), lanes=lanes) == [want]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=150), st.integers(1, 300))
def test_the_layout_is_the_cheapest_by_the_stated_rule(lengths, longest):
    lengths = np.array([longest, *lengths])
    count, cells = len(lengths), lengths.sum() + len(lengths)
    choices = [n for n in (16, 24, 32, 48, 64, 96, 128) if n < count]
    costs = {n: max(lengths.max(), -(-cells // n)) * (n + 16) for n in choices}
    padded = lengths.max() * (count + 16)
    layout = layout_for(lengths)
    if count <= 16 or padded <= 1.1 * min(costs.values()):
        want = ld.pad_right(lengths)
    else:
        want = ld.back_to_back(lengths, min(costs, key=costs.get), gap=1)
    assert np.array_equal(layout.series, want.series)


@pytest.mark.parametrize(
    ("lengths", "lanes"),
    [
        ([7] * 64, 64),
        ([1, 100] * 100, 96),
        (range(1, 40), 24),
        (range(1, 61), 32),
        (range(1, 101), 48),
        (range(1, 201), 96),
        (range(1, 301), 128),
        ([400, *[13] * 700], 24),  # 10,900 cells with their gaps are 454 steps of 24 lanes
        ([2, *[1] * 19], 20),  # 41 cells with their gaps want 3 steps of 16 lanes; 2 of 20 are cheaper
        ([30, *[1] * 299], 24),
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


def test_long_lanes_are_cut_into_windows_of_so_many_hidden_values():
    net, series = made(), series_of([10, 4, 4])
    for window, want in ((60, [10]), (59, [9, 1]), (24, [4, 4, 2]), (6, [1] * 10), (5, [1] * 10), (1, [1] * 10)):
        with mock.patch.object(kernel, "WINDOW", window):
            assert calls_of(net, series, lanes=2) == [(steps, 2) for steps in want]


def test_padding_in_the_lanes_is_zero_but_for_the_column():
    net, series = made(), series_of([1, 2])
    with mock.patch.object(kernel, "fused", side_effect=kernel.fused) as called:
        net(series, lanes=1)
    x = called.call_args.args[0].detach()
    (a,), (b, c) = (one.detach().tolist() for one in series)
    assert x[:, 0].tolist() == [[*a, 0], [0, 0, 1], [*b, 0], [*c, 0]]


# --- batches from a DataLoader ---------------------------------------------------------------------------------------

ONE, TWO, THREE = (torch.full((n, 2), float(n)) for n in (1, 2, 3))


def test_a_loader_of_pairs_gives_lists_of_series_and_one_tensor_of_targets():
    data = list(zip([one.detach() for one in series_of(LENGTHS)], range(6), strict=True))
    batches = list(DataLoader(data, batch_size=4, collate_fn=collate))
    assert [type(some) for some, _ in batches] == [list, list]
    assert [target.tolist() for _, target in batches] == [[0, 1, 2, 3], [4, 5]]
    assert all(a is b for a, (b, _) in zip([one for some, _ in batches for one in some], data, strict=True))
    assert [type(batch) for batch in DataLoader([ONE, TWO], batch_size=1, collate_fn=collate)] == [list, list]
    assert type(collate((ONE, TWO))) is list


STEPS = [torch.arange(n) for n in (3, 2)]
SAME = [torch.arange(2), torch.arange(2)]


@pytest.mark.parametrize(
    ("series", "targets", "want"),
    [
        ([TWO, ONE], [torch.ones(2), torch.zeros(2)], torch.tensor([[1.0, 1.0], [0.0, 0.0]])),
        ([TWO, ONE], [1.5, 2.5], torch.tensor([1.5, 2.5]).double()),
        ([TWO, ONE], [np.float32(1), np.float32(2)], torch.tensor([1.0, 2.0])),
        ([TWO, ONE], ["a", "b"], ["a", "b"]),
        # one for each step, also where all lengths are equal by chance
        ([THREE, TWO], STEPS, STEPS),
        ([TWO, TWO], SAME, SAME),
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
    some, got = collate(list(zip(series, targets, strict=True)))
    assert all(a is b for a, b in zip(some, series, strict=True))
    assert same(got, want)
    more = collate([{"x": one, "y": target} for one, target in zip(series, targets, strict=True)])
    assert list(more) == ["x", "y"]
    assert all(a is b for a, b in zip(more["x"], series, strict=True))
    assert same(more["y"], want)
    label, _, third = collate([(one, target, k) for k, (one, target) in enumerate(zip(series, targets, strict=True))])
    assert (len(label), third.tolist()) == (len(series), [*range(len(series))])


def same(got, want):
    if isinstance(want, dict):
        return got.keys() == want.keys() and all(same(got[key], want[key]) for key in want)
    if isinstance(want, list):
        return isinstance(got, list) and all(map(same, got, want))
    if isinstance(want, torch.Tensor):
        return got.dtype == want.dtype and torch.equal(got, want)
    return np.array_equal(got, want)


# --- refusals --------------------------------------------------------------------------------------------------------

NET = RaggedLSTM(2, 3)
A, B, C = torch.ones(4, 2), torch.ones(1, 2), torch.ones(3, 2)
START = ld.State(torch.zeros(3, 3), torch.zeros(3, 3))
FLOATS = "torch.float32 on cpu like the weights"
CONVERT = "convert it with .to(), or the net"
FEATURES = "check the axes, and the features the net was made for"
CARRY = "give one row for each series"
LIST = "series: expected a list of one tensor (n, D) or more, got {}; give one tensor for each series"
STEP = "expected one step or more, got length 0; leave out series without steps"
TENSOR = "convert it with torch.as_tensor"
BESIDE = "lanes: expected None beside a state, got {}; a carried state runs one series a lane"
TARGETS = "examples: expected targets that torch can make one tensor of, got {}; give numbers, or tensors of one shape"
LOADER = "examples: expected a list of one example or more, got {}; let a DataLoader call it"
ALIKE = "examples: expected series alone, or all with as many targets, got {}; see what the data set returns"
REFUSALS = [
    # series
    (LIST.format("an empty one"), lambda: NET([])),
    (LIST.format("an empty one"), lambda: NET(())),
    (LIST.format("Tensor"), lambda: NET(torch.ones(2, 4, 2))),
    (LIST.format("ndarray"), lambda: NET(np.ones((2, 4, 2), np.float32))),
    (LIST.format("generator"), lambda: NET(one for one in (A, B))),
    (LIST.format("NoneType"), lambda: NET(None)),
    (
        "series: expected a list of one tensor (n, D) or more, got a PackedSequence, which holds the steps of all "
        "series by time; take it apart with torch.nn.utils.rnn.unpack_sequence",
        lambda: NET(pack_sequence([A, C])),
    ),
    (f"series[1]: {STEP}", lambda: NET([A, A[:0], B])),
    (f"series[0]: {STEP}", lambda: NET([A[:0]])),
    (f"series[1]: expected shape (n, 2), got (0,); {FEATURES}", lambda: NET([A, torch.ones(0)])),
    (f"series[1]: expected shape (n, 2), got (4, 1); {FEATURES}", lambda: NET([A, A[:, :1], B])),
    (f"series[0]: expected shape (n, 2), got (4, 3); {FEATURES}", lambda: NET([torch.ones(4, 3)] * 2)),
    (f"series[0]: expected shape (n, 2), got (2,); {FEATURES}", lambda: NET([A[0], A[1]])),
    (f"series[1]: expected shape (n, 2), got (2,); {FEATURES}", lambda: NET([A, A[0]])),
    (f"series[0]: expected shape (n, 2), got (1, 4, 2); {FEATURES}", lambda: NET([A[None], A[None]])),
    (f"series[0]: expected shape (n, 2), got (); {FEATURES}", lambda: NET([A[0, 0]])),
    (f"series[1]: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET([A, B.double(), C])),
    (f"series[0]: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET([A.double(), B])),
    (f"series[0]: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET([A.double(), B.double()])),
    (f"series[2]: expected {FLOATS}, got torch.bfloat16 on cpu; {CONVERT}", lambda: NET([A, B, C.bfloat16()])),
    (f"series[0]: expected {FLOATS}, got torch.int64 on cpu; {CONVERT}", lambda: NET([A.long(), B.long()])),
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
    ("cells: expected True or False, got 1; True for a final State with c", lambda: NET([A], cells=1)),
    # state
    (f"state.h: expected shape (2, 3), lanes by units, got (3, 3); {CARRY}", lambda: NET([A, B], START)),
    (
        f"state.c: expected shape (3, 3), lanes by units, got (3, 2); {CARRY}",
        lambda: NET([A, B, C], START._replace(c=START.c[:, :2])),
    ),
    (
        f"state.h: expected shape (3, 3), lanes by units, got (1, 3, 3); {CARRY}",
        lambda: NET([A, B, C], START._replace(h=START.h[None])),
    ),
    (
        f"state.h: expected shape (2, 3, 3), layers by lanes by units, got (3, 3); {CARRY}",
        lambda: RaggedLSTM(2, 3, 2)([A, B, C], START),
    ),
    (
        f"state.h: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}",
        lambda: NET([A, B, C], START._replace(h=START.h.double())),
    ),
    (f"state.c: expected a tensor, got NoneType; {TENSOR}", lambda: NET([A, B, C], (START.h, None))),
    ("state: expected State(h, c), got Tensor; give both, or leave it out for zeros", lambda: NET([A, B, C], START.h)),
    # making
    ("features: expected a whole number of at least 1, got 0; give an int", lambda: RaggedLSTM(0, 3)),
    ("units: expected a whole number of at least 1, got 2.5; give an int", lambda: RaggedLSTM(2, 2.5)),
    ("layers: expected a whole number of at least 1, got True; give an int", lambda: RaggedLSTM(2, 3, True)),
    ("bidirectional: expected True or False, got 1; give True or False", lambda: RaggedLSTM(2, 3, 1, 1)),
    # collate
    (LOADER.format("[]"), lambda: collate([])),
    (LOADER.format("None"), lambda: collate(None)),
    (ALIKE.format("a mixture"), lambda: collate([(A, 1), A])),
    (ALIKE.format("a mixture"), lambda: collate([A, (A, 1)])),
    (ALIKE.format("a mixture"), lambda: collate([1, 2])),
    (ALIKE.format("a mixture"), lambda: collate([{"x": A}, {"y": A}])),
    (ALIKE.format("some shorter or longer, of [1, 2] parts"), lambda: collate([(A, 1), (A,)])),
    (TARGETS.format("[1, 'a']"), lambda: collate([(A, 1), (A, "a")])),
    (
        "examples: expected a tensor (n, D) in each dict, got ['y']; give the series a key",
        lambda: collate([{"y": 1}, {"y": 2}]),
    ),
]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_with_argument_expected_got_and_cure(message, call):
    refused(message, call)


@pytest.mark.parametrize("lstm", [nn.GRU(2, 3), nn.LSTM(2, 3, proj_size=2), nn.Linear(2, 3)])
def test_what_is_no_lstm_is_refused_by_name(lstm):
    net = RaggedLSTM(2, 3)
    net.lstm = lstm
    with pytest.raises(
        ValueError, match=r"^lstm: expected (an nn.LSTM, got (GRU|Linear)|no projection, got proj_size=2); "
    ):
        net([A])


def test_a_quantized_layer_is_refused_by_its_full_name():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of its future
        net = torch.ao.quantization.quantize_dynamic(RaggedLSTM(2, 3))
    with pytest.raises(ValueError, match=r"^lstm: expected an nn.LSTM, got torch\.ao\.nn\.quantized\..*LSTM; "):
        net([A])
