"""Laws of the torch twin: what `lstm_demo.run` says, what one long pass says; only StatefulLSTM remembers."""

import io
import warnings
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from problems import POISONS, assert_near, drawn, near, plain, problem, same_bits, sizes
from torch import nn

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, StatefulLSTM, StatelessLSTM, load_params, params_of

KINDS = [StatelessLSTM, StatefulLSTM, RaggedLSTM]


def net_for(p, kind=StatelessLSTM, dtype=torch.float64):
    """A net with the weights of a problem."""
    net = kind(p.x.shape[2], p.dh.shape[2]).to(dtype)
    load_params(net.lstm, p.params)
    return net


def tensors(p, dtype=torch.float64):
    """x, and mask, resets and state as keywords where they are not left out; x and state are leaves."""
    x, h, c = (torch.tensor(a, dtype=dtype, requires_grad=True) for a in (p.x, *p.state))
    every = {"mask": torch.tensor(p.mask), "resets": torch.tensor(p.resets), "state": ld.State(h, c)}
    return x, {name: every[name] for name in p.flags}


def everything(net, x, flags, p):
    """Values and gradients of one pass: out, final, weights, x, state."""
    out, final = net(x, **flags)
    terms = zip((out, *final), (p.dh, *p.dstate), strict=True)
    sum((value * torch.tensor(weight).to(value)).sum() for value, weight in terms).backward()
    return plain([out, final, [leaf.grad for leaf in (*net.parameters(), x, *flags.get("state", ()))]])


# --- the contract of run ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "tolerance", "slope"), [(torch.float64, 1e-12, 1e-10), (torch.float32, 1e-6, 5e-5)])
@given(size=sizes)
def test_values_and_gradients_are_those_of_numpy(dtype, tolerance, slope, size):
    p = problem(**size)
    trace = ld.run(p.params, p.x, **p.flags)
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
    got = everything(net_for(p, dtype=dtype), *tensors(p, dtype), p)
    assert {torch.from_numpy(g).dtype for g in got} == {dtype}
    assert_near(got[:3], (trace.h, *trace.final), tolerance)
    assert_near(got[3:], (*grads.params, grads.params.bias, grads.x, *grads.state)[: len(got) - 3], slope)


@pytest.mark.parametrize("poison", POISONS)
def test_poison_in_the_padding_and_a_nan_state_before_a_reset_change_no_bit_of_result_or_gradient(poison):
    p = problem(seed=3)
    p.resets[:, 0] = [True, False, True]
    odd = p._replace(x=np.where(p.mask[..., None], p.x, poison))
    odd = odd._replace(state=ld.State(*(np.where(p.resets[:, :1], np.nan, s) for s in p.state)))
    assert same_bits(*(everything(net_for(p), *tensors(q), p) for q in (p, odd)))


def test_a_stateless_net_remembers_nothing_and_changes_no_argument():
    p = problem()
    net, (x, flags) = net_for(p), tensors(p)
    before = deepcopy(plain([x, *flags.values()]))
    assert same_bits(*(everything(net, x, flags, p)[:3] for _ in range(2)))
    assert same_bits(before, plain([x, *flags.values()]))


# --- StatefulLSTM ----------------------------------------------------------------------------------------------------


@pytest.fixture
def kept():
    """A StatefulLSTM that was called once, and what it reads."""
    p = problem()
    net, x = net_for(p, StatefulLSTM), torch.tensor(p.x)
    net(x)
    return net, x


@pytest.mark.parametrize("width", [1, 2, 3, 100])
def test_over_windows_it_is_one_long_pass_whose_gradients_stop_at_each_call(width):
    p = problem(seed=width, steps=11)
    stateful, stateless, state, outs = net_for(p, StatefulLSTM), net_for(p), None, []
    for s in range(0, 11, width):
        x, flags = tensors(p.window(slice(s, s + width)))
        flags["state"] = state
        want, state = stateless(x, **flags)
        flags.pop("state")
        outs.append(stateful(x, **flags))
        assert not any(s.requires_grad for s in stateful.state)
        outs[-1].sum().backward()  # would fail the second time, were the graph of the first still there
        want.sum().backward()
        state = ld.State(*(s.detach() for s in state))
    x, flags = tensors(p)
    near([torch.cat(outs, 1), stateful.state], net_for(p)(x, **flags | {"state": None}))
    near(*([w.grad for w in net.parameters()] for net in (stateful, stateless)))


def test_without_a_call_and_after_reset_states_there_is_no_state(kept):
    net, x = kept
    fresh = net_for(problem(), StatefulLSTM)
    fresh.reset_states(np.array([True]))
    assert fresh.state is None
    assert not torch.equal(net(x), fresh(x))
    net.reset_states()
    assert net.state is None
    assert torch.equal(net(x), net_for(problem())(x)[0])


READ_ONLY = ld.Layout([[-1], [0], [-1]], [[-1], [0], [-1]]).resets[:, 0]  # of which torch would warn


@pytest.mark.parametrize("made", [torch.tensor, list, lambda lanes: np.array(lanes[::-1])[::-1], lambda _: READ_ONLY])
def test_reset_states_of_some_lanes_zeroes_those_and_leaves_the_others_bit_for_bit(kept, made):
    net, x = kept
    before = net.state
    net.reset_states(made([False, True, False]))
    assert not any(s[1].any() for s in net.state)
    assert all(torch.equal(s[[0, 2]], k[[0, 2]]) for s, k in zip(net.state, before, strict=True))
    near(net(x)[1], net_for(problem())(x)[0][1])


def test_the_state_handed_out_is_a_copy_and_so_is_what_came_out(kept):
    net, x = kept
    out, before = net(x), deepcopy(net.state)
    for mine in (*net.state, out.detach()):
        mine.fill_(7)
    last = net.state
    assert type(last) is ld.State
    assert same_bits(last, before)
    near(net(x), net_for(problem())(x, state=before)[0])
    assert same_bits(last, before)  # nor does the next call change what was handed out


@pytest.mark.parametrize("made", [tuple, list, lambda s: s, lambda s: ld.State(*(one.float() for one in s))])
def test_a_state_can_be_set_and_taken_away_and_is_copied_without_its_graph(kept, made):
    net, x = kept
    twin, given_ = net_for(problem(), StatefulLSTM), made(net.state)
    twin.state = [one.requires_grad_() for one in given_]
    [one.detach().fill_(7) for one in given_]
    assert type(twin.state) is ld.State
    assert not any(one.requires_grad for one in twin.state)
    assert_near(plain(twin(x)), plain(net(x)), 1e-12 if given_[0].dtype == torch.float64 else 1e-6)
    twin.state = None
    assert twin.state is None


def test_a_process_that_was_restarted_goes_on_from_a_saved_state(kept, tmp_path):
    net, x = kept
    torch.save((net.state, net.state_dict()), tmp_path / "net.pt")
    again = StatefulLSTM(2, 3).double()
    again.state, weights = torch.load(tmp_path / "net.pt")  # as torch loads by default: plain values alone
    again.load_state_dict(weights)
    assert torch.equal(again(x), net(x))


@pytest.mark.parametrize(
    "bad",
    [
        lambda net, x: net(x[..., :1]),
        lambda net, x: net(x, mask=x),
        lambda net, x: net.reset_states([True]),
        lambda net, x: net(x[:2]),
        lambda net, x: setattr(net, "state", (x, None)),
    ],
)
def test_a_refused_call_leaves_the_state_as_it_was(kept, bad):
    net, x = kept
    before = net.state
    with pytest.raises(ValueError, match=r"expected .* got .*; "):
        bad(net, x)
    assert same_bits(net.state, before)


def test_the_state_is_no_buffer_as_distributed_training_would_copy_that_of_its_first_rank_to_all(kept):
    assert not [*kept[0].buffers()]


def test_the_state_moves_with_the_net_and_a_copy_goes_on_from_it_apart(kept):
    net, x = kept
    before = net.state
    for dtype in (torch.float32, torch.float64):
        assert net.to(dtype) is net
        near(net.state, [part.float().to(dtype) for part in before])
    twin = deepcopy(nn.Sequential(net))[0]
    assert torch.equal(net(x), twin(x))
    twin.reset_states()
    assert net.state is not None


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_eval_without_gradients_carries_the_same_values_and_training_goes_on_from_there(kept, mode):
    net, x = kept
    twin = deepcopy(net).eval()
    want = [net(x) for _ in range(2)]
    with mode():
        got = [twin(x) for _ in range(2)]
        assert not got[1].requires_grad
        near(got, want)
    for one in (deepcopy(twin), twin):
        one(x).sum().backward()


# --- weights come and go ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_a_state_dict_fits_every_net_and_a_plain_lstm_both_ways_also_from_a_file(kind, other):
    one, two, plain_, file = kind(2, 3), other(2, 3), nn.LSTM(2, 3, batch_first=True), io.BytesIO()
    one([torch.ones(1, 2)] if kind is RaggedLSTM else torch.ones(1, 1, 2))
    assert list(one.state_dict()) == [f"lstm.{name}" for name in plain_.state_dict()]
    assert (type(one.lstm), one.lstm.batch_first) == (nn.LSTM, True)
    torch.save(one.state_dict(), file)
    file.seek(0)
    two.load_state_dict(torch.load(file, weights_only=True))
    plain_.load_state_dict(two.lstm.state_dict())
    assert all(map(torch.equal, one.parameters(), plain_.parameters()))
    one.lstm.load_state_dict(nn.LSTM(2, 3).state_dict())


@pytest.mark.parametrize("kind", [{}, {"batch_first": True}, {"bias": False}, {"dtype": torch.float64}])
def test_params_of_are_the_weights_of_the_lstm(kind):
    lstm = nn.LSTM(2, 3, **kind)
    params, x = params_of(lstm), torch.rand(4, 5, 2, dtype=lstm.weight_ih_l0.dtype)
    assert [w.dtype for w in params] == [np.float64] * 3
    out = lstm(x)[0] if lstm.batch_first else lstm(x.swapaxes(0, 1))[0].swapaxes(0, 1)
    near(torch.from_numpy(ld.run(params, x.numpy()).h).to(x), out)


@given(sizes)
def test_params_come_back_bit_for_bit_and_share_no_memory_either_way(size):
    params, lstm = problem(**size).params, nn.LSTM(size["features"], size["units"], dtype=torch.float64)
    before = deepcopy(params)
    for weights in params:
        weights.flags.writeable = False  # of which torch would warn, and a warning is an error
    load_params(lstm, params)
    params.weight_ih.flags.writeable = True
    params.weight_ih[:] = 7
    again = params_of(lstm)
    assert same_bits(again, before)
    assert not lstm.bias_hh_l0.any()
    with torch.no_grad():
        [weight.zero_() for weight in lstm.parameters()]
    assert same_bits(again, before)


def test_a_refused_load_changes_no_weight_and_the_largest_number_is_none_too_large():
    lstm, good = nn.LSTM(2, 3), ld.init_params(2, 3)
    before = deepcopy(lstm.state_dict())
    for odd in (np.ones(1), None, [[1], [2, 3]], np.full(12, 1e300), np.full(12, np.nan)):
        with pytest.raises(ValueError, match=r"^params\.bias: "):
            load_params(lstm, good._replace(bias=odd))
    assert all(torch.equal(w, before[name]) for name, w in lstm.state_dict().items())
    load_params(lstm, good._replace(bias=np.full(12, float(np.finfo(np.float32).max))))


# --- where people run it ---------------------------------------------------------------------------------------------


def test_under_autocast_nets_take_what_a_linear_gives_and_their_own_state_as_nn_lstm_does():
    stateful, stateless, before = StatefulLSTM(2, 3), StatelessLSTM(2, 3), nn.Linear(2, 2)
    stateful.load_state_dict(stateless.state_dict())
    x, mask = drawn(2, 4, 2, dtype=torch.float32), torch.tensor([[True, False, True, True]] * 2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = before(x)
        want, (h, c) = stateless.lstm(seen)
        out, final = stateless(seen)
        assert all(map(torch.equal, (out, *final, stateful(seen)), (want, h[0], c[0], want)))
        assert torch.equal(stateless(x)[0], stateless.lstm(x)[0])
        again, _ = stateless(seen, state=final)
        assert all(torch.equal(one, stateless.lstm(seen, (h, c))[0]) for one in (again, stateful(seen)))
        held, _ = stateless(seen, mask=mask, resets=mask, state=ld.State(*(s.float() for s in final)))
        assert held.dtype == torch.bfloat16
        assert torch.equal(held[:, 0], held[:, 1])
        half = deepcopy(stateless).bfloat16()
        assert torch.equal(half(x)[0], half.lstm(x)[0])
        assert net_for(problem())(drawn(3, 8, 2))[0].dtype == torch.float64  # autocast casts no doubles
        want.sum().backward()
    stateful(x)  # and back in single precision


@pytest.mark.parametrize("kind", KINDS)
def test_compiled_nets_are_equal_to_eager_ones(kind):
    net, (x, flags) = net_for(problem(), kind), tensors(problem())
    del flags["state"]
    twin = torch.compile(deepcopy(net), backend="eager")
    for given_ in ({}, flags, {}):
        near(*(one([*x]) if kind is RaggedLSTM else one(x, **given_) for one in (twin, net)))


def test_a_stateless_net_without_flags_is_exported_with_its_state_in_and_out():
    net, (x, flags) = net_for(problem()).eval(), tensors(problem())
    state, other = flags["state"], ld.State(*(2 * s for s in flags["state"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of attributes of nn.LSTM
        without, with_state = (
            torch.export.export(net, (x,), given_, strict=False).module() for given_ in ({}, {"state": state})
        )
    near(without(x + 1), net(x + 1))
    near(with_state(x + 1, state=other), net(x + 1, state=other))
