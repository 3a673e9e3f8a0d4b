"""Laws of the torch twin: what `lstm_demo.run` says, what one long pass says; only StatefulLSTM remembers."""

import io
import multiprocessing
import warnings
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import POISONS, assert_near, layouts, problem, refused, same_bits, sizes
from torch import nn

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, StatefulLSTM, StatelessLSTM, load_params, params_of

KINDS = [StatelessLSTM, StatefulLSTM, RaggedLSTM]
kinds = pytest.mark.parametrize("kind", KINDS)


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
    return plain(out, *final, *weights, x.grad, *(s.grad for s in flags["state"]))


def plain(*values):
    return tuple(value.detach().numpy() for value in values)


# --- the contract of run ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "near", "slope"), [(torch.float64, 1e-12, 1e-10), (torch.float32, 1e-6, 5e-5)], ids=["double", "single"]
)
@given(size=sizes)
def test_values_and_gradients_are_those_of_numpy(dtype, near, slope, size):
    p = problem(**size)
    trace = ld.run(p.params, p.x, **p.flags)
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
    got = everything(net_for(p, dtype=dtype), *tensors(p, dtype), p)
    assert {torch.from_numpy(g).dtype for g in got} == {dtype}
    assert_near(got[:3], (trace.h, *trace.final), near)
    assert_near(got[3:], (*grads.params, grads.params.bias, grads.x, *grads.state), slope)


@pytest.mark.parametrize("names", [["mask"], ["resets"], ["state"], ["mask", "resets"], ["mask", "resets", "state"]])
def test_left_out_all_steps_are_real_none_resets_and_the_state_is_zero(names):
    p = problem()
    x, flags = tensors(p)
    zeros = ld.State(*torch.zeros(2, 3, 3).double())
    said = {"mask": torch.ones(3, 8).bool(), "resets": torch.zeros(3, 8).bool(), "state": zeros}
    (out, final) = net_for(p)(x, **{k: v for k, v in flags.items() if k not in names})
    (want, last) = net_for(p)(x, **flags | {name: said[name] for name in names})
    assert same_bits(plain(out, *final), plain(want, *last))


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
    whole = everything(net_for(p), *tensors(p), p)
    net, (x, flags) = net_for(p), tensors(p)
    outs, state = [], flags["state"]
    for s in range(0, 11, width):
        span = slice(s, s + width)
        out, state = net(x[:, span], mask=flags["mask"][:, span], resets=flags["resets"][:, span], state=state)
        outs.append(out)
    out = torch.cat(outs, dim=1)
    back(out, state, p)
    weights = [w.grad for w in net.parameters()]
    assert_near(plain(out, *state, *weights, x.grad, *(s.grad for s in flags["state"])), whole, 1e-12)


def test_a_stateless_net_remembers_nothing_and_changes_no_argument():
    p = problem()
    net, (x, flags) = net_for(p), tensors(p)
    before = deepcopy(plain(x, flags["mask"], flags["resets"], *flags["state"]))
    once, twice = net(x, **flags), net(x, **flags)
    assert same_bits(*(plain(out, *final) for out, final in (once, twice)))
    everything(net, x, flags, p)
    assert same_bits(before, plain(x, flags["mask"], flags["resets"], *flags["state"]))
    assert list(net.buffers()) == []


# --- StatefulLSTM ----------------------------------------------------------------------------------------------------


@pytest.fixture
def kept():
    """A StatefulLSTM, and what it reads."""
    p = problem()
    return net_for(p, StatefulLSTM), torch.tensor(p.x)


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
    assert_near(plain(out, *net.state), plain(want, *final), 1e-12)


def test_gradients_stop_at_each_call_as_in_truncated_backpropagation():
    p = problem(seed=6)
    stateful, stateless, state = net_for(p, StatefulLSTM), net_for(p), None
    for x, flags in windows_of(p, 3):
        stateful(x, **flags).sum().backward()  # would fail the second time, were the graph of the first still there
        out, state = stateless(x, **flags, state=state and ld.State(*(s.detach() for s in state)))
        out.sum().backward()
        assert not any(s.requires_grad or s.grad_fn for s in stateful.state)
    assert_near(*(plain(*(w.grad for w in net.parameters())) for net in (stateful, stateless)), 1e-12)


def test_without_a_call_and_after_reset_states_there_is_no_state(kept):
    net, x = kept
    net.reset_states(np.array([True]))
    assert net.state is None
    first = net(x)
    assert type(net.state) is ld.State
    assert not torch.equal(net(x), first)
    net.reset_states()
    assert net.state is None
    assert torch.equal(net(x), first)


@pytest.mark.parametrize("made", [torch.tensor, np.array, list, lambda lanes: np.array(lanes[::-1])[::-1]])
def test_reset_states_of_some_lanes_zeroes_those_and_leaves_the_others_bit_for_bit(kept, made):
    net, x = kept
    first, before = net(x), net.state
    going_on = deepcopy(net)(x)
    net.reset_states(made([False, True, False]))
    assert not any(s[1].any() for s in net.state)
    assert all(torch.equal(s[[0, 2]], k[[0, 2]]) for s, k in zip(net.state, before, strict=True))
    out = net(x)
    assert_near(plain(out[1], out[[0, 2]]), plain(first[1], going_on[[0, 2]]), 1e-14)


def test_lanes_may_be_the_read_only_flags_of_a_layout():
    net = StatefulLSTM(2, 3)
    net(torch.ones(2, 1, 2))
    net.reset_states(ld.Layout([[0], [1]], [[0], [1]]).resets[:, 0])  # a warning would be an error
    assert [s.any(dim=1).tolist() for s in net.state] == [[False, True]] * 2


def test_the_state_handed_out_is_a_copy_and_so_is_what_came_out(kept):
    net, x = kept
    out, before = net(x), deepcopy(net.state)
    for mine in (*net.state, out.detach()):
        mine.fill_(7)
    assert same_bits(net.state, before)
    last = net.state
    assert same_bits(net(x).detach(), net_for(problem())(x, state=before)[0].detach())
    assert same_bits(last, before)  # nor does the next call change what was handed out


@pytest.mark.parametrize(
    "pair", [tuple, list, lambda state: state, lambda state: ld.State(*(s.float() for s in state))]
)
def test_a_state_can_be_set_and_taken_away_and_is_copied(kept, pair):
    net, x = kept
    net(x)
    state, twin = net.state, net_for(problem(), StatefulLSTM)
    given_ = pair(net.state)
    twin.state = given_
    assert type(twin.state) is ld.State
    assert_near(plain(twin(x)), plain(net(x)), 1e-12 if given_[0].dtype == torch.float64 else 1e-6)
    given_[0].fill_(7)
    twin.state = given_ = pair(deepcopy(state))
    given_[0].fill_(7)
    assert_near(plain(twin.state.h), plain(state.h), 1e-7)
    twin.state = pair(ld.State(*(s.clone().requires_grad_() for s in state)))
    assert not any(s.requires_grad for s in twin.state)
    twin.state = None
    assert twin.state is None


def test_a_saved_state_is_loaded_by_default_and_a_process_that_was_restarted_goes_on_from_it(kept, tmp_path):
    net, x = kept
    net(x)
    torch.save(net.state, tmp_path / "state.pt")
    torch.save(net.state_dict(), tmp_path / "net.pt")
    again = StatefulLSTM(2, 3).double()
    again.load_state_dict(torch.load(tmp_path / "net.pt"))
    again.state = torch.load(tmp_path / "state.pt")
    assert same_bits(again(x).detach(), net(x).detach())


SET = "give what .state was, or None for zeros"
FLOAT = "expected a tensor of floats (B, 3), h and c alike, got"
Z = torch.zeros(4, 3)


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("state: expected State(h, c), got Tensor; give both, or leave it out for zeros", Z),
        ("state: expected State(h, c), got int; give both, or leave it out for zeros", 3),
        ("state: expected State(h, c), got tuple; give both, or leave it out for zeros", (Z, Z, Z)),
        (f"state.c: {FLOAT} NoneType; {SET}", (Z, None)),
        (f"state.h: {FLOAT} ndarray; {SET}", (Z.numpy(), Z)),
        (f"state.h: {FLOAT} Tensor; {SET}", (Z.long(), Z)),
        (f"state.c: {FLOAT} (2, 3); {SET}", (Z, Z[:2])),
        (f"state.h: {FLOAT} (4, 2); {SET}", (Z[:, :2], Z[:, :2])),
        (f"state.h: {FLOAT} Tensor; {SET}", (Z[None], Z[None])),
    ],
)
def test_what_is_no_state_is_refused_and_the_old_one_stays(kept, message, state):
    net, x = kept
    net(x)
    before = net.state
    refused(message, lambda: setattr(net, "state", state))
    assert same_bits(net.state, before)


def test_another_number_of_rows_is_refused(kept):
    net, x = kept
    net(x)
    cure = "carry the state of the same lanes, or reset_states() first"
    refused(f"state.h: expected shape (2, 3), lanes by units, got (3, 3); {cure}", lambda: net(x[:2]))
    refused(f"state.h: expected shape (4, 3), lanes by units, got (3, 3); {cure}", lambda: net(torch.cat([x, x[:1]])))
    net.reset_states()
    assert net(x[:2]).shape == (2, 8, 3)


@pytest.mark.parametrize(
    "bad",
    [
        lambda net, x: net(x[..., :1]),
        lambda net, x: net(x, mask=x),
        lambda net, x: net.reset_states([True]),
        lambda net, x: net(x[:2]),
    ],
)
def test_a_refused_call_leaves_the_state_as_it_was(kept, bad):
    net, x = kept
    net(x)
    before = deepcopy(net.state)
    with pytest.raises(ValueError, match=r"expected .* got .*; "):
        bad(net, x)
    assert same_bits(net.state, before)


def test_the_state_moves_with_the_net(kept):
    net, x = kept
    net.float()(x.float())
    before = net.state
    assert net.to(torch.float64) is net
    assert all(torch.equal(a, b.double()) for a, b in zip(net.state, before, strict=True))
    assert net(x).dtype == torch.float64
    assert {s.device.type for s in nn.Sequential(net).to("meta")[0].state} == {"meta"}


def test_a_copy_goes_on_from_the_same_state_and_apart(kept):
    net, x = kept
    net(x)
    twin = deepcopy(net)
    assert same_bits(net(x).detach(), twin(x).detach())
    twin.reset_states()
    assert net.state is not None


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_eval_without_gradients_carries_the_same_values_and_training_goes_on_from_there(kept, mode):
    net, x = kept
    twin = deepcopy(net).eval()
    want = [net(x).detach() for _ in range(2)]
    with mode():
        got = [twin(x) for _ in range(2)]
        assert not got[1].requires_grad
        assert_near(plain(*got), plain(*want), 1e-14)
    twin(x).sum().backward()


# --- weights come and go ---------------------------------------------------------------------------------------------

NAMES = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]


@kinds
def test_a_net_holds_one_plain_lstm_and_nothing_else_in_its_state_dict(kind):
    net = kind(2, 3)
    net([torch.ones(1, 2)] if kind is RaggedLSTM else torch.ones(1, 1, 2))
    assert type(net.lstm) is nn.LSTM
    assert (net.lstm.input_size, net.lstm.hidden_size, net.lstm.batch_first, net.lstm.bias) == (2, 3, True, True)
    assert list(net.state_dict()) == [f"lstm.{name}" for name in NAMES]
    assert list(net.buffers()) == []


@kinds
@pytest.mark.parametrize("other", KINDS)
def test_a_state_dict_fits_every_net_and_a_plain_lstm_both_ways_also_from_a_file(kind, other):
    one, two, plain_, file = kind(2, 3), other(2, 3), nn.LSTM(2, 3, batch_first=True), io.BytesIO()
    torch.save(one.state_dict(), file)
    file.seek(0)
    two.load_state_dict(torch.load(file, weights_only=True))
    plain_.load_state_dict(two.lstm.state_dict())
    one.lstm.load_state_dict(plain_.state_dict())
    for a, b, c in zip(one.parameters(), two.parameters(), plain_.parameters(), strict=True):
        assert torch.equal(a, b)
        assert torch.equal(b, c)


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


def test_params_share_no_memory_with_the_net_either_way_and_may_be_read_only():
    lstm = nn.LSTM(2, 3, dtype=torch.float64)
    params = params_of(lstm)
    before = deepcopy(params)
    with torch.no_grad():
        for weight in lstm.parameters():
            weight.zero_()
    assert same_bits(params, before)
    for weights in params:
        weights.flags.writeable = False
    load_params(lstm, params)  # a warning would be an error
    loaded = params_of(lstm)
    params.weight_ih.flags.writeable = True
    params.weight_ih[:] = 7
    assert same_bits(loaded, before)
    assert same_bits(params_of(lstm), before)


def test_a_refused_load_changes_no_weight():
    lstm, good = nn.LSTM(2, 3), ld.init_params(2, 3)
    before = deepcopy(lstm.state_dict())
    for name, value in (("weight_hh", np.ones((12, 4))), ("bias", np.full(12, "a")), ("bias", None)):
        with pytest.raises(ValueError, match=rf"^params\.{name}: "):
            load_params(lstm, good._replace(**{name: value}))
    for odd, said in (
        (1e300, r"values that torch.float32 can hold, got 1e\+300"),
        (np.nan, "finite values"),
        (np.inf, ""),
    ):
        with pytest.raises(ValueError, match=f"^params.bias: expected {said}"):
            load_params(lstm, good._replace(bias=good.bias + odd))
    assert all(torch.equal(w, before[name]) for name, w in lstm.state_dict().items())
    load_params(lstm, good._replace(bias=np.full(12, float(np.finfo(np.float32).max))))


# --- where people run it ---------------------------------------------------------------------------------------------

BF16 = {"device_type": "cpu", "dtype": torch.bfloat16}


def test_under_autocast_nets_take_what_a_linear_gives_and_their_own_state_as_nn_lstm_does():
    torch.manual_seed(0)
    stateful, stateless, before = StatefulLSTM(2, 3), StatelessLSTM(2, 3), nn.Linear(2, 2)
    stateful.load_state_dict(stateless.state_dict())
    x, mask = torch.randn(2, 4, 2), torch.tensor([[True, False, True, True]] * 2)
    with torch.autocast(**BF16):
        seen = before(x)
        want, (h, c) = stateless.lstm(seen)
        assert (seen.dtype, want.dtype) == (torch.bfloat16,) * 2
        out, final = stateless(seen)
        assert all(
            torch.equal(a, b) for a, b in zip((out, *final, stateful(seen)), (want, h[0], c[0], want), strict=True)
        )
        assert torch.equal(stateless(x)[0], stateless.lstm(x)[0])
        again, _ = stateless(seen, state=final)
        assert torch.equal(again, stateless.lstm(seen, (h, c))[0])
        assert torch.equal(stateful(seen), again)
        held, _ = stateless(seen, mask=mask, resets=mask, state=ld.State(*(s.float() for s in final)))
        assert held.dtype == torch.bfloat16
        assert torch.equal(held[:, 0], held[:, 1])
        want.sum().backward()
    stateful(x)  # and back in single precision
    refused(f"x: expected {FLOATS}, got torch.bfloat16 on cpu; {CONVERT}", lambda: stateless(seen))
    with torch.autocast(**BF16):
        assert net_for(problem())(torch.tensor(problem().x))[0].dtype == torch.float64  # autocast casts no doubles
        with pytest.raises(ValueError, match=r"^x: expected torch.float32 .*, got torch.float64"):
            stateless(x.double())


@pytest.mark.parametrize("flags", [[], ["mask", "resets"]])
def test_compiled_nets_are_equal_to_eager_ones(flags):
    p = problem()
    x, told = tensors(p)
    told = {name: told[name] for name in flags}
    for kind in (StatelessLSTM, StatefulLSTM):
        net = net_for(p, kind)
        twin = torch.compile(deepcopy(net), backend="eager")
        for _ in range(2):
            want, got = net(x, **told), twin(x, **told)
            want, got = (one[0] if isinstance(one, tuple) else one for one in (want, got))
            assert_near(*plain(got, want), 1e-14)


def test_a_stateless_net_without_flags_is_exported_with_its_state_in_and_out():
    p = problem()
    net, (x, flags) = net_for(p).eval(), tensors(p)
    state, other = flags["state"], ld.State(*(2 * s for s in flags["state"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of attributes of nn.LSTM
        programs = [torch.export.export(net, (x,), given_, strict=False).module() for given_ in ({}, {"state": state})]
    for got, want in ((programs[0](x + 1), net(x + 1)), (programs[1](x + 1, state=other), net(x + 1, state=other))):
        assert_near(plain(got[0], *got[1]), plain(want[0], *want[1]), 1e-14)


class Normed(nn.Module):
    """A net with buffers beside its state: DistributedDataParallel copies those of rank 0 to all ranks."""

    def __init__(self):
        super().__init__()
        self.lstm, self.norm = StatefulLSTM(2, 3), nn.BatchNorm1d(3)

    def forward(self, x):
        return self.norm(self.lstm(x)[:, -1])


def one_rank(rank, met):
    """Fails by its exit code where the state of this rank is not that of a net of its own."""
    torch.distributed.init_process_group("gloo", init_method=f"file://{met}", rank=rank, world_size=2)
    torch.manual_seed(0)
    net, twin = Normed(), StatefulLSTM(2, 3)
    twin.load_state_dict(net.lstm.state_dict())
    both = nn.parallel.DistributedDataParallel(net)
    for x in torch.randn(3, 2, 4, 5, 2)[:, rank]:
        both(x).sum()
        twin(x)
    assert same_bits(net.lstm.state, twin.state)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="two processes that need no import")
def test_each_rank_of_distributed_training_keeps_its_own_state(tmp_path):
    context = multiprocessing.get_context("fork")
    ranks = [context.Process(target=one_rank, args=(rank, tmp_path / "met")) for rank in range(2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's, of forks beside threads
        [rank.start() for rank in ranks]
    [rank.join(60) for rank in ranks]
    assert [rank.exitcode for rank in ranks] == [0, 0]


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
BOTH = "give both, or leave it out for zeros"
LAYERS = "RaggedLSTM runs such a layer, each series as a whole"
PARAMS = ld.init_params(2, 3)
RAGGED = (
    "expected what NumPy can make one array of, got a ragged list; "
    "lay ragged series with a layout, or pass one at a time"
)


def holding(lstm, kind=StatelessLSTM):
    """A net whose layer was exchanged."""
    net = kind(2, 3)
    net.lstm = lstm
    return net


REFUSALS = [
    # x
    ("x: expected a tensor, got ndarray; convert it with torch.as_tensor", lambda: NET(X.numpy())),
    (f"x: expected {FLOATS}, got torch.float64 on cpu; {CONVERT}", lambda: NET(X.double())),
    (f"x: expected {FLOATS}, got torch.int64 on cpu; {CONVERT}", lambda: NET(X.long())),
    (f"x: expected {FLOATS}, got torch.float32 on meta; {CONVERT}", lambda: NET(X.to("meta"))),
    (f"x: expected shape (B, T, 2), got (5, 2); {FEATURES}", lambda: NET(X[0])),
    (f"x: expected shape (B, T, 2), got (4, 5, 1); {FEATURES}", lambda: NET(X[..., :1])),
    ("x: expected at least one lane and one step, got (4, 0, 2); leave empty series out", lambda: NET(X[:, :0])),
    ("x: expected at least one lane and one step, got (0, 5, 2); leave empty series out", lambda: NET(X[:0])),
    # flags
    *(
        (f"{name}: expected {said}", lambda n=name, v=value: NET(X, **{n: v}))
        for name in ("mask", "resets")
        for said, value in (
            (f"a bool tensor, got bool; compare first, as in {name} == 1", MASK.numpy()),
            (f"a bool tensor, got torch.float32; compare first, as in {name} == 1", MASK.float()),
            (f"a bool tensor, got list; compare first, as in {name} == 1", MASK.tolist()),
            (f"shape (4, 5) on cpu, got (5,) on cpu; {LAY}", MASK[0]),
            (f"shape (4, 5) on cpu, got (4, 4) on cpu; {LAY}", MASK[:, :4]),
            (f"shape (4, 5) on cpu, got (4, 5) on meta; {LAY}", MASK.to("meta")),
        )
    ),
    # state
    (f"state: expected State(h, c), got Tensor; {BOTH}", lambda: NET(X, state=STATE.h)),
    (f"state: expected State(h, c), got tuple; {BOTH}", lambda: NET(X, state=(*STATE, STATE.h))),
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
    *(
        (f"lanes: expected {want}, got {got}; {ALL}", lambda n=net, v=lanes: n.reset_states(v))
        for net, want, got, lanes in (
            (STATEFUL, "(4,) bool, one for each lane", "int64 of shape (4,)", [0, 1, 0, 0]),
            (STATEFUL, "(4,) bool, one for each lane", "bool of shape (1,)", [True]),
            (STATEFUL, "(4,) bool, one for each lane", "torch.bool of shape (4, 5)", MASK),
            (STATEFUL, "(4,) bool, one for each lane", "torch.int64 of shape (4,)", torch.ones(4).long()),
            (StatefulLSTM(2, 3), "(B,) bool", "int64 of shape ()", 2),
            (StatefulLSTM(2, 3), "(B,) bool", "<U2 of shape ()", "no"),
        )
    ),
    (f"lanes: {RAGGED}", lambda: STATEFUL.reset_states([[True], [True, False]])),
    # making, params
    ("features: expected a whole number of at least 1, got 0; give an int", lambda: StatelessLSTM(0, 3)),
    ("units: expected a whole number of at least 1, got 2.5; give an int", lambda: StatefulLSTM(2, 2.5)),
    *(
        (f"lstm: expected {said}", lambda f=call, m=lstm: f(m))
        for call in (params_of, lambda lstm: load_params(lstm, PARAMS), lambda lstm: holding(lstm)(X))
        for said, lstm in (
            ("an nn.LSTM, got StatelessLSTM; nets of this module hold one in .lstm", NET),
            ("an nn.LSTM, got GRU; nets of this module hold one in .lstm", nn.GRU(2, 3, batch_first=True)),
            (
                f"one layer, one direction, got 2 layers, bidirectional=False; {LAYERS}",
                nn.LSTM(2, 3, 2, batch_first=True),
            ),
            (
                f"one layer, one direction, got 1 layers, bidirectional=True; {LAYERS}",
                nn.LSTM(2, 3, bidirectional=True, batch_first=True),
            ),
            (
                "no projection, got proj_size=2; put an nn.Linear behind it",
                nn.LSTM(2, 3, proj_size=2, batch_first=True),
            ),
        )
    ),
    *(
        (
            "lstm: expected an nn.LSTM with batch_first=True, got batch_first=False; make it with batch_first",
            lambda k=kind: holding(nn.LSTM(2, 3), k)(X),
        )
        for kind in (StatelessLSTM, StatefulLSTM)
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
        "params.weight_ih: expected shape (12, 2), got (12, 1); check the axes",
        lambda: load_params(NET.lstm, ld.init_params(1, 3)),
    ),
    (
        "params.bias: expected shape (12,), got (1,); check the axes",
        lambda: load_params(NET.lstm, PARAMS._replace(bias=np.ones(1))),
    ),
    *(
        (f"params.{name}: {RAGGED}", lambda n=name: load_params(NET.lstm, PARAMS._replace(**{n: [[1], [2, 3]]})))
        for name in PARAMS._fields
    ),
]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_with_argument_expected_got_and_cure(message, call):
    refused(message, call)


def test_values_that_are_not_finite_are_left_to_the_caller():
    for flags in ({}, {"mask": MASK}, {"resets": MASK}):
        assert NET(X * float("nan"), **flags)[0].isnan().all()
