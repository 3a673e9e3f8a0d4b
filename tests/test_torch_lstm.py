"""Laws of the nets beside the contract of test_cell.py: only StatefulLSTM remembers; weights go anywhere and back."""

import io
import warnings
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from problems import bits, drawn, near, net_for, problem, sizes, tensors
from torch import nn

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, StatefulLSTM, StatelessLSTM, close_gates, load_params, params_of

every_net = pytest.mark.parametrize("kind", [StatelessLSTM, StatefulLSTM, RaggedLSTM])


# --- StatefulLSTM ----------------------------------------------------------------------------------------------------


@pytest.fixture
def kept():
    """A StatefulLSTM that was called once, and what it reads."""
    p = problem()
    net, x = net_for(p, StatefulLSTM), torch.tensor(p.x)
    net(x)
    return net, x


@pytest.mark.parametrize("width", [1, 3, 100])
def test_over_windows_it_is_one_long_pass_whose_gradients_stop_at_each_call(width):
    p = problem(seed=width, steps=11, left_out=frozenset({"state"}))
    stateful, stateless, state, outs = net_for(p, StatefulLSTM), net_for(p), None, []
    for start in range(0, 11, width):
        (x, *_), flags = tensors(p.window(slice(start, start + width)))
        outs.append(stateful(x, **flags))
        assert not any(s.requires_grad for s in stateful.state)
        outs[-1].sum().backward()  # would fail the second time, were the graph of the first still there
        want, state = stateless(x, **flags, state=state)
        want.sum().backward()
        state = ld.State(*(s.detach() for s in state))
    (x, *_), flags = tensors(p)
    near([torch.cat(outs, 1), stateful.state], net_for(p)(x, **flags))
    near(*([w.grad for w in net.parameters()] for net in (stateful, stateless)))


READ_ONLY = ld.Layout([[-1], [0], [-1]], [[-1], [0], [-1]]).resets[:, 0]  # of which torch would warn


@pytest.mark.parametrize("middle", [[False, True, False], torch.tensor([False, True, False]), READ_ONLY])
def test_reset_states_zeroes_all_lanes_or_some_and_leaves_the_others_bit_for_bit(kept, middle):
    net, x = kept
    before, fresh = net.state, net_for(problem())(x)[0]
    net.reset_states(middle)
    assert not any(s[1].any() for s in net.state)
    assert bits([s[[0, 2]] for s in net.state]) == bits([s[[0, 2]] for s in before])
    near(net(x)[1], fresh[1])
    net.reset_states()
    net.reset_states(middle)  # of nothing there is nothing to reset
    assert net.state is None
    assert torch.equal(net(x), fresh)


@pytest.mark.parametrize("made", [tuple, list, lambda state: ld.State(*(s.float() for s in state))])
def test_a_state_is_handed_out_and_taken_in_as_a_copy_without_its_graph(kept, made):
    net, x = kept
    twin, given_ = net_for(problem(), StatefulLSTM), made([one.requires_grad_() for one in net.state])
    want, final = net_for(problem())(x, state=[one.double() for one in given_])
    twin.state = given_
    last = twin.state
    before = bits(last)
    for mine in (*given_, *twin.state):
        mine.detach().fill_(7)
    assert type(last) is ld.State
    assert not any(one.requires_grad for one in twin.state)
    out = twin(x)
    near(out, want)
    out.detach().fill_(7)
    near(twin.state, final)
    assert bits(last) == before  # nor does the next call change what was handed out
    twin.state = None
    assert twin.state is None


def test_a_process_that_was_restarted_goes_on_from_a_saved_state(kept, tmp_path):
    net, x = kept
    torch.save((net.state, net.state_dict()), tmp_path / "net.pt")
    again = StatefulLSTM(2, 3).double()
    again.state, weights = torch.load(tmp_path / "net.pt")  # as torch loads by default: plain values alone
    again.load_state_dict(weights)
    assert torch.equal(again(x), net(x))
    assert not [*net.buffers()]  # of which distributed training would copy those of its first rank to all


def test_a_refused_call_leaves_the_state_as_it_was(kept):
    net, x = kept
    before = bits(net.state)
    calls = [lambda: net(x[..., :1]), lambda: net(x, mask=x), lambda: net(x[:2]), lambda: net.reset_states([True])]
    for call in [*calls, lambda: setattr(net, "state", (x, None))]:
        with pytest.raises(ValueError, match=r"expected .* got .*; "):
            call()
    assert bits(net.state) == before


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_the_state_moves_with_the_net_and_a_copy_goes_on_from_it_apart_also_without_gradients(kept, mode):
    net, x = kept
    before = net.state
    for dtype in (torch.float32, torch.float64):
        assert net.to(dtype) is net
        near(net.state, [part.float().to(dtype) for part in before])
    twin = deepcopy(nn.Sequential(net))[0].eval()
    want = [net(x) for _ in range(2)]
    with mode():
        got = [twin(x) for _ in range(2)]
    near(got, want)
    assert not got[1].requires_grad
    for one in (deepcopy(twin), twin):
        one(x).sum().backward()  # and trains from there


# --- weights come and go ---------------------------------------------------------------------------------------------


@every_net
def test_a_state_dict_fits_every_net_and_a_plain_lstm_both_ways_also_from_a_file(kind):
    one, plain, file = kind(2, 3), nn.LSTM(2, 3, batch_first=True), io.BytesIO()
    one([torch.ones(1, 2)] if kind is RaggedLSTM else torch.ones(1, 1, 2))
    assert (type(one.lstm), one.lstm.batch_first) == (nn.LSTM, True)
    assert list(one.state_dict()) == [f"lstm.{name}" for name in plain.state_dict()]
    torch.save(one.state_dict(), file)
    file.seek(0)
    weights = torch.load(file, weights_only=True)
    for other in (StatelessLSTM(2, 3), StatefulLSTM(2, 3), RaggedLSTM(2, 3)):
        other.load_state_dict(weights)
        plain.load_state_dict(other.lstm.state_dict())
    assert all(map(torch.equal, one.parameters(), plain.parameters()))
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
    before = bits(params)
    for weights in params:
        weights.flags.writeable = False  # of which torch would warn, and a warning is an error
    load_params(lstm, params)
    params.weight_ih.flags.writeable = True
    params.weight_ih[:] = 7
    again = params_of(lstm)
    assert bits(again) == before
    assert not lstm.bias_hh_l0.any()
    with torch.no_grad():
        [weight.zero_() for weight in lstm.parameters()]
    assert bits(again) == before


def test_a_refused_load_changes_no_weight_and_the_largest_number_is_none_too_large():
    lstm, good = nn.LSTM(2, 3), ld.init_params(2, 3)
    before = bits(lstm.state_dict())
    for odd in (np.ones(1), None, [[1], [2, 3]], np.full(12, 1e300), np.full(12, np.nan)):
        with pytest.raises(ValueError, match=r"^params\.bias: "):
            load_params(lstm, good._replace(bias=odd))
    assert bits(lstm.state_dict()) == before
    load_params(lstm, good._replace(bias=np.full(12, float(np.finfo(np.float32).max))))


# --- where people run it ---------------------------------------------------------------------------------------------


def test_under_autocast_nets_take_what_a_linear_gives_and_their_own_state_as_nn_lstm_does():
    stateless, stateful, linear = StatelessLSTM(2, 3), StatefulLSTM(2, 3), nn.Linear(2, 2)
    stateful.load_state_dict(stateless.state_dict())
    x, mask = drawn(2, 4, 2, dtype=torch.float32), torch.tensor([[True, False, True, True]] * 2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for seen in (x, linear(x)):
            out, (h, c) = stateless.lstm(seen)
            again, _ = stateless.lstm(seen, (h, c))
            said, final = stateless(seen)
            assert all(map(torch.equal, (said, *final), (out, h[0], c[0])))
            assert all(map(torch.equal, (stateful(seen), stateful(seen)), (out, again)))
            assert torch.equal(stateless(seen, state=final)[0], again)
            stateful.reset_states()
            closed, flagged = close_gates(stateless.lstm), nn.functional.pad(seen, (0, 1))
            near([closed(flagged), closed(flagged, (h, c))[0]], [out, h, c, again])
        held, _ = stateless(seen, mask=mask, resets=mask, state=ld.State(*(s.float() for s in final)))
        assert held.dtype == torch.bfloat16
        assert torch.equal(held[:, 0], held[:, 1])
        half = deepcopy(stateless).bfloat16()
        assert torch.equal(half(x)[0], half.lstm(x)[0])
        assert net_for(problem())(drawn(3, 8, 2))[0].dtype == torch.float64  # autocast casts no doubles
        stateful(x).sum().backward()
    stateful(x)  # and back in single precision


@every_net
@pytest.mark.filterwarnings("ignore")  # torch's own, of Python 3.13.0, and of leaves
def test_compiled_nets_are_equal_to_eager_ones(kind):
    net, ((x, *_), flags) = net_for(problem(), kind), tensors(problem(left_out=frozenset({"state"})))
    twin = torch.compile(deepcopy(net), backend="eager")
    for given_ in ({}, flags, {}):
        near(*(one([*x]) if kind is RaggedLSTM else one(x, **given_) for one in (twin, net)))


def test_a_stateless_net_without_flags_is_exported_with_its_state_in_and_out():
    net, ((x, *state), _) = net_for(problem()).eval(), tensors(problem())
    for keywords in ({}, {"state": ld.State(*state)}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's own, of attributes of nn.LSTM
            exported = torch.export.export(net, (x,), keywords, strict=False).module()
        other = {name: ld.State(*(2 * s for s in state)) for name in keywords}
        near(exported(x + 1, **other), net(x + 1, **other))
