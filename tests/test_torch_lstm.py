"""Laws of the torch twin: what `lstm_demo.run` says, what one long pass says; only StatefulLSTM remembers."""

import io
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import assert_near, layouts, problem, refused, same_bits, sizes
from torch import nn

import lstm_demo as ld
from lstm_demo.torch_lstm import StatefulLSTM, StatelessLSTM, load_params, params_of

KINDS = [StatelessLSTM, StatefulLSTM]
POISONS = [float("nan"), float("inf"), -float("inf"), 1e300]


def net_for(p, kind=StatelessLSTM, dtype=torch.float64):
    """A net with the weights of a problem."""
    net = kind(p.x.shape[2], p.dh.shape[2]).to(dtype)
    load_params(net.lstm, p.params)
    return net


def tensors(p, dtype=torch.float64):
    """x, and mask, resets and state as keywords; x and state are leaves."""
    x, h, c = (torch.tensor(a, dtype=dtype, requires_grad=True) for a in (p.x, *p.state))
    return x, {"mask": torch.tensor(p.mask), "resets": torch.tensor(p.resets), "state": ld.State(h, c)}


def back(out, final, p):
    terms = zip((out, *final), (p.dh, *p.dstate), strict=True)
    sum((value * torch.tensor(weight).to(value)).sum() for value, weight in terms).backward()


def everything(net, x, flags, p):
    """Values and gradients of one pass: out, final, weights, x, state."""
    out, final = net(x, **flags)
    back(out, final, p)
    weights = [w.grad for w in net.parameters()]
    return tuple(t.detach().numpy() for t in (out, *final, *weights, x.grad, *(s.grad for s in flags["state"])))


# --- the contract of run ---------------------------------------------------------------------------------------------


@given(sizes)
def test_values_and_gradients_are_those_of_numpy(size):
    p = problem(**size)
    trace = ld.run(p.params, p.x, **p.flags)
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
    got = everything(net_for(p), *tensors(p), p)
    assert_near(got[:3], (trace.h, *trace.final), 1e-12)
    assert_near(got[3:], (*grads.params, grads.params.bias, grads.x, *grads.state), 1e-10)


@given(sizes)
def test_single_precision_is_numpys_to_its_own_rounding(size):
    p = problem(**size)
    trace = ld.run(p.params, p.x, **p.flags)
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
    got = everything(net_for(p, dtype=torch.float32), *tensors(p, torch.float32), p)
    assert all(g.dtype == np.float32 for g in got)
    assert_near(got[:3], (trace.h, *trace.final), 1e-6)
    assert_near(got[3:], (*grads.params, grads.params.bias, grads.x, *grads.state), 5e-5)


@pytest.mark.parametrize("name", ["mask", "resets", "state"])
def test_left_out_all_steps_are_real_none_resets_and_the_state_is_zero(name):
    p = problem()
    x, flags = tensors(p)
    said = {
        "mask": torch.ones(3, 8).bool(),
        "resets": torch.zeros(3, 8).bool(),
        "state": ld.State(*torch.zeros(2, 3, 3).double()),
    }
    without = {k: v for k, v in flags.items() if k != name}
    (out, final), (want, last) = net_for(p)(x, **without), net_for(p)(x, **flags | {name: said[name]})
    assert same_bits(tuple(t.detach() for t in (out, *final)), tuple(t.detach() for t in (want, *last)))


@given(layouts)
def test_on_any_layout_each_series_gets_what_plain_torch_gives_it_alone(layout):
    rng, p = np.random.default_rng(0), problem()
    net, ragged = net_for(p), [rng.normal(size=(n, 2)) for n in layout.lengths]
    x = torch.tensor(layout.lay(ragged, fill=np.nan))
    out, _final = net(x, mask=torch.tensor(layout.mask), resets=torch.tensor(layout.resets))
    for got, one in zip(layout.unlay(out.detach()), ragged, strict=True):
        assert_near(got, net.lstm(torch.tensor(one)[None])[0][0].detach(), 1e-12)


@pytest.mark.parametrize("poison", POISONS)
def test_poison_in_the_padding_changes_no_bit_of_result_or_gradient(poison):
    p = problem(seed=3)
    poisoned = p._replace(x=np.where(p.mask[..., None], p.x, poison))
    assert same_bits(*(everything(net_for(p), *tensors(q), p) for q in (p, poisoned)))


def test_a_reset_zeroes_by_choice_so_that_even_a_nan_state_is_gone():
    p = problem(seed=3)
    p.resets[:, 0] = [True, False, True]
    nan = p._replace(state=ld.State(*(np.where(p.resets[:, :1], np.nan, s) for s in p.state)))
    assert same_bits(*(everything(net_for(p), *tensors(q), p) for q in (p, nan)))


@pytest.mark.parametrize("width", [1, 2, 3, 100])
def test_windows_with_the_state_carried_are_one_pass_and_so_are_their_gradients(width):
    p = problem(seed=width, steps=11)
    x, flags = tensors(p)
    whole = everything(net_for(p), x, flags, p)
    net, (x, flags) = net_for(p), tensors(p)
    outs, state = [], flags["state"]
    for s in range(0, 11, width):
        span = slice(s, s + width)
        out, state = net(x[:, span], mask=flags["mask"][:, span], resets=flags["resets"][:, span], state=state)
        outs.append(out)
    back(torch.cat(outs, dim=1), state, p)
    weights = [w.grad for w in net.parameters()]
    got = (torch.cat(outs, dim=1), *state, *weights, x.grad, *(s.grad for s in flags["state"]))
    assert_near(tuple(t.detach().numpy() for t in got), whole, 1e-12)


def test_a_stateless_net_remembers_nothing():
    p = problem()
    net, (x, flags) = net_for(p), tensors(p)
    once, twice = net(x, **flags), net(x, **flags)
    assert same_bits(*((out.detach(), *(s.detach() for s in final)) for out, final in (once, twice)))
    assert list(net.buffers()) == []


def test_no_argument_is_mutated():
    p = problem()
    x, flags = tensors(p)
    before = deepcopy((x.detach(), flags["mask"], flags["resets"], *(s.detach() for s in flags["state"])))
    everything(net_for(p), x, flags, p)
    assert same_bits(before, (x.detach(), flags["mask"], flags["resets"], *(s.detach() for s in flags["state"])))


# --- StatefulLSTM ----------------------------------------------------------------------------------------------------


def windows_of(p, width):
    for s in range(0, p.x.shape[1], width):
        w = p.window(slice(s, s + width))
        yield torch.tensor(w.x), {"mask": torch.tensor(w.mask), "resets": torch.tensor(w.resets)}


@pytest.mark.parametrize("width", [1, 2, 3, 100])
def test_a_stateful_net_over_windows_is_one_long_stateless_pass(width):
    p = problem(seed=width, steps=11)
    net = net_for(p, StatefulLSTM)
    out = torch.cat([net(x, **flags) for x, flags in windows_of(p, width)], dim=1)
    x, flags = tensors(p)
    want, final = net_for(p)(x, mask=flags["mask"], resets=flags["resets"])
    assert_near((out.detach(), *net.state), tuple(t.detach() for t in (want, *final)), 1e-12)


def test_gradients_stop_at_each_call_as_in_truncated_backpropagation():
    p = problem(seed=6)
    stateful, stateless, state = net_for(p, StatefulLSTM), net_for(p), None
    for x, flags in windows_of(p, 3):
        stateful(x, **flags).sum().backward()  # would fail the second time, were the graph of the first still there
        out, state = stateless(x, **flags, state=state and ld.State(*(s.detach() for s in state)))
        out.sum().backward()
        assert [s.grad_fn for s in stateful.state] == [None, None]
        assert not any(s.requires_grad for s in stateful.state)
    grads = [tuple(w.grad.numpy() for w in net.parameters()) for net in (stateful, stateless)]
    assert_near(*grads, 1e-12)


def test_without_a_call_and_after_reset_states_there_is_no_state():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    assert net.state is None
    first = net(x)
    assert isinstance(net.state, ld.State)
    assert not torch.equal(net(x), first)
    net.reset_states()
    assert net.state is None
    assert torch.equal(net(x), first)


def test_reset_states_of_some_lanes_zeroes_those_and_leaves_the_others_bit_for_bit():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    first = net(x)
    kept = net.state
    going_on = deepcopy(net)(x)
    net.reset_states(torch.tensor([False, True, False]))
    assert not any(s[1].any() for s in net.state)
    assert all(torch.equal(s[[0, 2]], k[[0, 2]]) for s, k in zip(net.state, kept, strict=True))
    out = net(x)
    assert_near(out[1].detach(), first[1].detach(), 1e-14)
    assert_near(out[[0, 2]].detach(), going_on[[0, 2]].detach(), 1e-14)


def test_lanes_may_come_from_numpy_and_before_the_first_call_there_is_nothing_to_reset():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    net.reset_states(np.array([True]))
    assert net.state is None
    net(x)
    net.reset_states(np.array([True, True, True]))
    assert not any(s.any() for s in net.state)


def test_lanes_may_be_the_read_only_flags_of_a_layout():
    net = StatefulLSTM(2, 3)
    net(torch.ones(2, 1, 2))
    net.reset_states(ld.Layout([[0], [1]], [[0], [1]]).resets[:, 0])  # a warning would be an error
    assert [s.any(dim=1).tolist() for s in net.state] == [[False, True]] * 2


def test_the_state_handed_out_is_a_copy_and_so_is_what_came_out():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    out, before = net(x), deepcopy(net.state)
    for mine in (*net.state, out.detach()):
        mine.fill_(7)
    assert same_bits(net.state, before)
    last = net.state
    want = net_for(p)(x, state=before)[0]
    assert same_bits(net(x).detach(), want.detach())
    assert same_bits(last, before)  # nor does the next call change what was handed out


def test_another_number_of_rows_is_refused_and_nothing_is_changed():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    net(x)
    before = deepcopy(net.state)
    cure = "carry the state of the same lanes, or reset_states() first"
    refused(f"state.h: expected shape (2, 3), lanes by units, got (3, 3); {cure}", lambda: net(x[:2]))
    refused(f"state.h: expected shape (4, 3), lanes by units, got (3, 3); {cure}", lambda: net(torch.cat([x, x[:1]])))
    assert same_bits(net.state, before)
    net.reset_states()
    assert net(x[:2]).shape == (2, 8, 3)


@pytest.mark.parametrize(
    "bad", [lambda net, x: net(x[..., :1]), lambda net, x: net(x, mask=x), lambda net, x: net.reset_states([True])]
)
def test_a_refused_call_leaves_the_state_as_it_was(bad):
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    net(x)
    before = deepcopy(net.state)
    with pytest.raises(ValueError, match=r"expected .* got .*; "):
        bad(net, x)
    assert same_bits(net.state, before)


def test_the_state_moves_with_the_net():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM, torch.float32), tensors(p)
    net(x.float())
    before = net.state
    net.to(torch.float64)
    assert [s.dtype for s in net.state] == [torch.float64] * 2
    assert all(torch.equal(a, b.double()) for a, b in zip(net.state, before, strict=True))
    assert net(x).dtype == torch.float64


def test_eval_and_no_grad_carry_the_same_values():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    twin = deepcopy(net).eval()
    want = [net(x).detach() for _ in range(2)]
    with torch.no_grad():
        got = [twin(x) for _ in range(2)]
    assert same_bits(tuple(got), tuple(want))
    assert not got[1].requires_grad
    twin(x).sum().backward()


# --- weights come and go ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_state_is_no_part_of_the_state_dict(kind):
    net = kind(2, 3)
    net(torch.ones(1, 1, 2))
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    assert set(net.state_dict()) == {f"lstm.{name}" for name in names}
    assert set(net.lstm.state_dict()) == set(names)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_a_state_dict_fits_every_net_and_a_plain_lstm_both_ways(kind, other):
    one, two, plain = kind(2, 3), other(2, 3), nn.LSTM(2, 3, batch_first=True)
    two.load_state_dict(one.state_dict())
    plain.load_state_dict(two.lstm.state_dict())
    one.lstm.load_state_dict(plain.state_dict())
    x = torch.rand(2, 4, 2)
    first = [net(x)[0] if isinstance(net, StatelessLSTM | nn.LSTM) else net(x) for net in (one, two, plain)]
    assert all(torch.equal(out, first[0]) for out in first)


@pytest.mark.parametrize("kind", KINDS)
def test_a_net_holds_one_plain_lstm(kind):
    net = kind(2, 3)
    assert type(net.lstm) is nn.LSTM
    assert net.lstm.batch_first
    assert (net.lstm.input_size, net.lstm.hidden_size) == (2, 3)


def test_a_copy_goes_on_from_the_same_state_and_apart():
    p = problem()
    net, (x, _flags) = net_for(p, StatefulLSTM), tensors(p)
    net(x)
    twin = deepcopy(net)
    assert same_bits(net(x).detach(), twin(x).detach())
    twin.reset_states()
    assert net.state is not None


@pytest.mark.parametrize("kind", KINDS)
def test_saved_weights_are_loaded_as_weights_only(kind):
    net, twin, file = kind(2, 3), kind(2, 3), io.BytesIO()
    net(torch.ones(1, 1, 2))
    torch.save(net.state_dict(), file)
    file.seek(0)
    twin.load_state_dict(torch.load(file, weights_only=True))
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), twin.parameters(), strict=True))


@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 99))
def test_params_come_back_bit_for_bit(features, units, seed):
    params = ld.init_params(features, units, seed=seed)
    lstm = nn.LSTM(features, units, dtype=torch.float64)
    load_params(lstm, params)
    assert same_bits(params_of(lstm), params)
    assert not lstm.bias_hh_l0.any()


@pytest.mark.parametrize("kind", [{}, {"batch_first": True}, {"bias": False}, {"dtype": torch.float64}])
def test_params_of_are_the_weights_of_the_lstm(kind):
    lstm = nn.LSTM(2, 3, **kind)
    params = params_of(lstm)
    assert [w.dtype for w in params] == [np.float64] * 3
    x = torch.rand(4, 5, 2, dtype=lstm.weight_ih_l0.dtype)
    out = lstm(x)[0] if lstm.batch_first else lstm(x.swapaxes(0, 1))[0].swapaxes(0, 1)
    assert_near(ld.run(params, x.numpy()).h, out.detach(), 1e-6 if lstm.weight_ih_l0.dtype == torch.float32 else 1e-12)


def test_params_share_no_memory_with_the_net_either_way():
    lstm = nn.LSTM(2, 3, dtype=torch.float64)
    params = params_of(lstm)
    kept = deepcopy(params)
    with torch.no_grad():
        for weight in lstm.parameters():
            weight.zero_()
    assert same_bits(params, kept)
    load_params(lstm, params)
    params.weight_ih[:] = 7
    assert same_bits(params_of(lstm).weight_ih, kept.weight_ih)


def test_read_only_params_are_loaded_without_a_warning():
    lstm, params = nn.LSTM(2, 3, dtype=torch.float64), ld.init_params(2, 3)
    for weights in params:
        weights.flags.writeable = False
    load_params(lstm, params)
    assert same_bits(params_of(lstm), params)


def test_a_refused_load_changes_no_weight():
    lstm = nn.LSTM(2, 3)
    before = deepcopy(lstm.state_dict())
    good = ld.init_params(2, 3)
    for name, value in (("weight_hh", np.ones((12, 4))), ("bias", np.full(12, "a")), ("bias", None)):
        with pytest.raises(ValueError, match=rf"^params\.{name}: "):
            load_params(lstm, good._replace(**{name: value}))
    assert all(torch.equal(w, before[name]) for name, w in lstm.state_dict().items())


# --- refusals --------------------------------------------------------------------------------------------------------

NET, STATEFUL = StatelessLSTM(2, 3), StatefulLSTM(2, 3)
STATEFUL(torch.ones(4, 1, 2))
X, MASK = torch.ones(4, 5, 2), torch.ones(4, 5).bool()
STATE = ld.State(torch.zeros(4, 3), torch.zeros(4, 3))
FLOATS = "torch.float32 on cpu like the weights"
CONVERT = "convert it with .to(), or the net"
FEATURES = "check the axes, and the features the net was made for"
CARRY = "carry the state of the same lanes, or reset_states() first"
LAY = "lay flags and x with one layout"
ALL = "leave it out to reset all"
BY_ONE = "take the layers one by one"
ONE = "lstm: expected one layer, one direction, no projection, got"
PARAMS = ld.init_params(2, 3)
SHAPE = "; check the axes"
RAGGED = (
    "{}: expected what NumPy can make one array of, got a ragged list; "
    "lay ragged series with a layout, or pass one at a time"
)
REFUSALS = [
    # x
    ("x: expected a tensor, got ndarray; convert it with torch.as_tensor", lambda: NET(X.numpy())),
    (f"x: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET(X.double())),
    (f"x: expected {FLOATS}, got torch.int64 on cpu; {CONVERT}", lambda: NET(X.long())),
    (f"x: expected {FLOATS}, got torch.float32 on meta; {CONVERT}", lambda: NET(X.to("meta"))),
    (f"x: expected shape (B, T, 2), got (5, 2); {FEATURES}", lambda: NET(X[0])),
    (f"x: expected shape (B, T, 2), got (4, 5, 1); {FEATURES}", lambda: NET(X[..., :1])),
    (
        "x: expected at least one lane and one step, got (4, 0, 2); leave empty series out",
        lambda: NET(X[:, :0]),
    ),
    ("x: expected at least one lane and one step, got (0, 5, 2); leave empty series out", lambda: NET(X[:0])),
    # flags
    *(
        item
        for name in ("mask", "resets")
        for item in (
            (
                f"{name}: expected a bool tensor, got bool; compare first, as in {name} == 1",
                lambda n=name: NET(X, **{n: MASK.numpy()}),
            ),
            (
                f"{name}: expected a bool tensor, got torch.float32; compare first, as in {name} == 1",
                lambda n=name: NET(X, **{n: MASK.float()}),
            ),
            (
                f"{name}: expected a bool tensor, got list; compare first, as in {name} == 1",
                lambda n=name: NET(X, **{n: MASK.tolist()}),
            ),
            (f"{name}: expected shape (4, 5) on cpu, got (5,) on cpu; {LAY}", lambda n=name: NET(X, **{n: MASK[0]})),
            (
                f"{name}: expected shape (4, 5) on cpu, got (4, 4) on cpu; {LAY}",
                lambda n=name: NET(X, **{n: MASK[:, :4]}),
            ),
            (
                f"{name}: expected shape (4, 5) on cpu, got (4, 5) on meta; {LAY}",
                lambda n=name: STATEFUL(X, **{n: MASK.to("meta")}),
            ),
        )
    ),
    # state
    (
        "state: expected State(h, c), got Tensor; give both, or leave it out for zeros",
        lambda: NET(X, state=STATE.h),
    ),
    (
        "state: expected State(h, c), got tuple; give both, or leave it out for zeros",
        lambda: NET(X, state=(*STATE, STATE.h)),
    ),
    (
        "state.h: expected a tensor, got ndarray; convert it with torch.as_tensor",
        lambda: NET(X, state=STATE._replace(h=STATE.h.numpy())),
    ),
    (
        f"state.c: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}",
        lambda: NET(X, state=STATE._replace(c=STATE.c.double())),
    ),
    (
        f"state.c: expected shape (4, 3), lanes by units, got (1, 3); {CARRY}",
        lambda: NET(X, state=STATE._replace(c=STATE.c[:1])),
    ),
    (
        f"state.h: expected shape (4, 3), lanes by units, got (1, 4, 3); {CARRY}",
        lambda: NET(X, state=STATE._replace(h=STATE.h[None])),
    ),
    # lanes
    (
        f"lanes: expected (4,) bool, one for each lane, got int64 of shape (4,); {ALL}",
        lambda: STATEFUL.reset_states([0, 1, 0, 0]),
    ),
    (
        f"lanes: expected (4,) bool, one for each lane, got bool of shape (1,); {ALL}",
        lambda: STATEFUL.reset_states([True]),
    ),
    (
        f"lanes: expected (4,) bool, one for each lane, got torch.bool of shape (4, 5); {ALL}",
        lambda: STATEFUL.reset_states(MASK),
    ),
    (
        f"lanes: expected (B,) bool, got int64 of shape (); {ALL}",
        lambda: StatefulLSTM(2, 3).reset_states(2),
    ),
    (
        f"lanes: expected (4,) bool, one for each lane, got torch.int64 of shape (4,); {ALL}",
        lambda: STATEFUL.reset_states(torch.ones(4).long()),
    ),
    (f"lanes: expected (B,) bool, got <U2 of shape (); {ALL}", lambda: StatefulLSTM(2, 3).reset_states("no")),
    *(
        (RAGGED.format("lanes"), lambda net=net: net.reset_states([[True], [True, False]]))
        for net in (STATEFUL, StatefulLSTM(2, 3))
    ),
    # making, params
    ("features: expected a whole number of at least 1, got 0; give an int", lambda: StatelessLSTM(0, 3)),
    ("units: expected a whole number of at least 1, got 2.5; give an int", lambda: StatefulLSTM(2, 2.5)),
    *(
        item
        for call in (params_of, lambda lstm: load_params(lstm, PARAMS))
        for item in (
            (
                "lstm: expected an nn.LSTM, got StatelessLSTM; nets of this module hold one in .lstm",
                lambda f=call: f(NET),
            ),
            (
                "lstm: expected an nn.LSTM, got GRU; nets of this module hold one in .lstm",
                lambda f=call: f(nn.GRU(2, 3)),
            ),
            (f"{ONE} 2 layers, bidirectional=False, proj_size=0; {BY_ONE}", lambda f=call: f(nn.LSTM(2, 3, 2))),
            (
                f"{ONE} 1 layers, bidirectional=True, proj_size=0; {BY_ONE}",
                lambda f=call: f(nn.LSTM(2, 3, bidirectional=True)),
            ),
            (
                f"{ONE} 1 layers, bidirectional=False, proj_size=2; {BY_ONE}",
                lambda f=call: f(nn.LSTM(2, 3, proj_size=2)),
            ),
        )
    ),
    (
        "lstm: expected an nn.LSTM with bias, got bias=False; make it with bias=True",
        lambda: load_params(nn.LSTM(2, 3, bias=False), PARAMS),
    ),
    (
        "params: expected Params(weight_ih, weight_hh, bias), got tuple; see init_params",
        lambda: load_params(NET.lstm, tuple(PARAMS)),
    ),
    (
        f"params.weight_ih: expected shape (12, 2), got (12, 1){SHAPE}",
        lambda: load_params(NET.lstm, ld.init_params(1, 3)),
    ),
    (
        f"params.bias: expected shape (12,), got (1,){SHAPE}",
        lambda: load_params(NET.lstm, PARAMS._replace(bias=np.ones(1))),
    ),
    *(
        item
        for name in PARAMS._fields
        for item in (
            (
                f"params.{name}: expected real numbers, got <U1; give floats",
                lambda n=name: load_params(NET.lstm, PARAMS._replace(**{n: np.full(getattr(PARAMS, n).shape, "a")})),
            ),
            (
                RAGGED.format(f"params.{name}"),
                lambda n=name: load_params(NET.lstm, PARAMS._replace(**{n: [[1], [2, 3]]})),
            ),
        )
    ),
]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_with_argument_expected_got_and_cure(message, call):
    refused(message, call)


def test_values_that_are_not_finite_are_left_to_the_caller():
    out, _final = NET(X * float("nan"))
    assert out.isnan().all()
