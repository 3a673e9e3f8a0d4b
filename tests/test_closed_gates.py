"""Laws of closed gates: padding leaves the state exactly zero, hides what stood in it, and is no weight."""

import io
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from problems import assert_near, layouts, refused
from torch import nn

import lstm_demo as ld
from lstm_demo.torch_lstm import StatelessLSTM, close_gates
from lstm_demo.torch_lstm.kernel import closing
from lstm_demo.torch_lstm.weights import weights_of

DTYPES = [torch.float32, torch.float64, torch.bfloat16]
VALUES = {torch.float32: 1e-6, torch.float64: 1e-12}
GRADS = {torch.float32: 5e-5, torch.float64: 1e-12}


def made(features=2, units=3, dtype=torch.float64, batch_first=True, **kind):
    torch.manual_seed(0)
    return nn.LSTM(features, units, batch_first=batch_first, dtype=dtype, **kind)


def drawn(*shape, seed=0, dtype=torch.float64):
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return values.to(dtype).requires_grad_()


def flagged(x, padding):
    """x (B, T, D) and the column (T,) or (B, T) that is 1 on padding."""
    return torch.cat([x, padding.to(x.dtype).expand(x.shape[:2])[..., None]], dim=2)


def near(got, want, tolerance):
    assert_near(*(tuple(t.detach().numpy() for t in side) for side in (got, want)), tolerance)


def slopes_near(got, want, tolerance):
    """Relative to the largest entry, however small that is."""
    for a, b in zip(got, want, strict=True):
        assert (a - b).abs().max() <= tolerance * b.abs().max()


# --- the state after padding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("units", [1, 3, 64])
@pytest.mark.parametrize("dtype", DTYPES)
def test_after_every_padded_step_the_state_is_exactly_zero(dtype, units, grad):
    closed = close_gates(made(2, units, dtype))
    padding = torch.tensor([0, 0, 1, 0, 1, 1, 0, 1]).bool()
    x = flagged(3 * drawn(5, 8, 2, dtype=dtype), padding)
    start = tuple(7 * drawn(1, 5, units, seed=k, dtype=dtype) for k in (1, 2))
    with torch.set_grad_enabled(grad):
        out, _last = closed(x, start)
        states = [closed(x[:, : t + 1], start)[1] for t in range(8)]
    assert out.dtype == dtype
    assert not out[:, padding].any()
    assert out[:, ~padding].all()
    for t, is_padding in enumerate(padding):
        assert [bool(s.any()) for s in states[t]] == [not is_padding] * 2


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("dtype", VALUES)
def test_left_padding_with_junk_in_it_is_the_series_alone_in_value_and_gradient(dtype, size):
    lstm = made(dtype=dtype)
    closed, series, junk = close_gates(lstm), drawn(4, 6, 2, dtype=dtype), drawn(4, 9, 2, seed=1, dtype=dtype)
    x = flagged(torch.cat([size * junk, series], dim=1), torch.arange(15) < 9)
    (out, last), (want, end) = closed(x), lstm(series)
    near((out[:, 9:], *last), (want, *end), VALUES[dtype])
    weights = [drawn(*want.shape, seed=2, dtype=dtype), *(drawn(1, 4, 3, seed=k, dtype=dtype) for k in (3, 4))]
    leaves = [*lstm.parameters(), series]
    losses = [sum((a * w).sum() for a, w in zip(v, weights, strict=True)) for v in ((out[:, 9:], *last), (want, *end))]
    *got, through_junk = torch.autograd.grad(losses[0], [*leaves, junk])
    slopes_near(got, torch.autograd.grad(losses[1], leaves), GRADS[dtype])
    assert not through_junk.any()


@given(layouts)
def test_on_any_layout_with_a_gap_each_series_gets_what_it_gets_alone(layout):
    layout = ld.back_to_back(layout.lengths, 1, gap=1)
    lstm, ragged = made(), [np.random.default_rng(k).normal(size=(n, 2)) for k, n in enumerate(layout.lengths)]
    x = ld.with_flag(layout.lay(ragged), layout.mask)
    out = close_gates(lstm)(torch.tensor(x))[0].detach()
    assert not out[torch.tensor(~layout.mask)].any()
    for got, one in zip(layout.unlay(out.numpy()), ragged, strict=True):
        assert_near(got, lstm(torch.tensor(one)[None])[0][0].detach().numpy(), 1e-12)


def test_without_the_column_padding_of_nothing_but_zeros_does_harm():
    lstm, series = made(), drawn(1, 3, 2)
    x = flagged(torch.cat([torch.zeros(1, 9, 2).double(), series], dim=1), torch.zeros(12))
    assert (close_gates(lstm)(x)[0][:, 9:] - lstm(series)[0]).abs().max() > 1e-2


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_gradient_goes_back_through_padding(dtype):
    closed = close_gates(made(dtype=dtype))
    x, start = drawn(4, 7, 2, dtype=dtype), tuple(drawn(1, 4, 3, seed=k, dtype=dtype) for k in (1, 2))
    out, last = closed(flagged(x, torch.arange(7) == 3), start)
    by_x, *by_start = torch.autograd.grad(out[:, 4:].sum() + sum(s.sum() for s in last), [x, *start])
    assert not by_x[:, :4].any()
    assert not any(s.any() for s in by_start)
    assert by_x[:, 4:].all()


def test_what_follows_padding_is_no_matter_to_what_comes_before():
    closed, x = close_gates(made()), drawn(4, 7, 2)
    out, _last = closed(flagged(x, torch.arange(7) == 3))
    (slope,) = torch.autograd.grad(out[:, :3].sum(), [x])
    assert not slope[:, 3:].any()
    assert slope[:, :3].all()


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_given_state_is_read_by_a_real_step_and_wiped_by_padding(batch_first):
    lstm = made(batch_first=batch_first)
    closed, x, start = close_gates(lstm), drawn(4, 6, 2), tuple(drawn(1, 4, 3, seed=k) for k in (1, 2))
    turned = (lambda a: a) if batch_first else (lambda a: a.swapaxes(0, 1))
    (out, last), (want, end) = closed(turned(flagged(x, torch.zeros(6))), start), lstm(turned(x), start)
    near((out, *last), (want, *end), 1e-12)
    (out, last), (want, end) = closed(turned(flagged(x, torch.arange(6) < 2)), start), lstm(turned(x[:, 2:]))
    near((turned(out)[:, 2:], *last), (turned(want), *end), 1e-12)


# --- called, moved and saved as an nn.LSTM ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [{}, {"bias": False}, {"batch_first": False}, {"bias": False, "batch_first": False}])
def test_on_real_steps_alone_it_is_the_given_lstm(kind):
    lstm, x = made(**kind), drawn(4, 6, 2)
    (out, (h, c)), (want, end) = close_gates(lstm)(flagged(x, torch.zeros(4, 6))), lstm(x)
    near((out, h, c), (want, *end), 1e-12)


@pytest.mark.parametrize("kind", [{}, {"bias": False}])
def test_the_weights_are_those_of_the_given_lstm_also_after_it_is_moved(kind):
    lstm = made(**kind)
    closed = close_gates(lstm)
    for _ in range(2):
        mine, given_ = dict(closed.named_parameters()), dict(lstm.named_parameters())
        assert list(mine) == list(given_)
        assert all(mine[name] is given_[name] for name in given_)
        closed.to(torch.float32)
    assert lstm.weight_ih_l0.dtype == torch.float32


@pytest.mark.parametrize("kind", [{}, {"bias": False}])
def test_a_state_dict_fits_a_plain_lstm_both_ways(kind):
    one, two = made(**kind), nn.LSTM(2, 3, dtype=torch.float64, **kind)
    closed = close_gates(one)
    assert list(closed.state_dict()) == list(one.state_dict())
    two.load_state_dict(closed.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    with torch.no_grad():
        two.weight_ih_l0.add_(1)
    closed.load_state_dict(two.state_dict())
    assert torch.equal(one.weight_ih_l0, two.weight_ih_l0)


def test_saved_weights_are_loaded_as_weights_only():
    closed, file = close_gates(made()), io.BytesIO()
    torch.save(closed.state_dict(), file)
    file.seek(0)
    twin = close_gates(nn.LSTM(2, 3, batch_first=True, dtype=torch.float64))
    twin.load_state_dict(torch.load(file, weights_only=True))
    x = flagged(drawn(2, 5, 2), torch.arange(5) < 2)
    assert torch.equal(closed(x)[0], twin(x)[0])


def test_a_copy_says_the_same_and_goes_its_own_way():
    closed, x = close_gates(made()), flagged(drawn(2, 5, 2), torch.arange(5) < 2)
    twin, before = deepcopy(closed), closed(x)[0].detach()
    assert torch.equal(twin(x)[0], before)
    with torch.no_grad():
        for weight in twin.parameters():
            weight.zero_()
    assert not twin(x)[0].any()
    assert torch.equal(closed(x)[0], before)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mover", ["the module", "the given lstm"])
def test_the_column_goes_where_the_weights_go(dtype, mover):
    lstm = made(dtype=torch.float32)
    closed = close_gates(lstm)
    (closed if mover == "the module" else lstm).to(dtype)
    out, last = closed(flagged(drawn(2, 5, 2, dtype=dtype), torch.arange(5) > 2))
    assert {t.dtype for t in (out, *last)} == {dtype}
    assert not any(t.any() for t in (out[:, 3:], *last))
    assert {weight.dtype for weight in (*closed.parameters(), *lstm.parameters())} == {dtype}


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_column_shuts_i_f_and_o_leaves_g_alone_and_is_no_weight(dtype):
    lstm = made(2, 2, dtype)
    weight, *rest = closing(weights_of(lstm))
    assert torch.equal(weight[:, 2], torch.tensor([-1e4] * 4 + [0.0] * 2 + [-1e4] * 2).to(dtype))
    assert torch.equal(weight[:, :2], lstm.weight_ih_l0)
    assert all(a is b for a, b in zip(rest, list(lstm.parameters())[1:], strict=True))
    closed = close_gates(lstm)
    closed(torch.ones(1, 1, 3, dtype=dtype))
    assert list(closed.buffers()) == []
    assert [*closed.state_dict()] == [*dict(closed.named_parameters())] == [*lstm.state_dict()]


def test_eval_and_no_grad_say_the_same():
    closed, x = close_gates(made()), flagged(drawn(3, 6, 2), torch.arange(6) < 2)
    want, end = closed(x)
    with torch.no_grad():
        got, last = deepcopy(closed).eval()(x)
    near((got, *last), (want, *end), 1e-14)
    assert want.requires_grad
    assert not got.requires_grad
    closed.eval()(x)[0].sum().backward()


def test_no_argument_is_mutated():
    closed, x = close_gates(made()), flagged(drawn(3, 6, 2), torch.arange(6) < 2).detach()
    start = tuple(drawn(1, 3, 3, seed=k).detach() for k in (1, 2))
    before = deepcopy((x, *start))
    closed(x, start)
    assert all(torch.equal(a, b) for a, b in zip((x, *start), before, strict=True))


def test_its_repr_says_what_it_reads():
    assert repr(close_gates(made())) == "ClosedGates(2 + 1, 3, batch_first=True)"


OPTIMIZERS = {
    "SGD": lambda weights: torch.optim.SGD(weights, lr=0.05, momentum=0.9, weight_decay=0.01),
    "AdamW": lambda weights: torch.optim.AdamW(weights, lr=0.01, weight_decay=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_steps_of_training_move_the_weights_and_not_the_column(name):
    lstm = made(dtype=torch.float32)
    closed, before = close_gates(lstm), deepcopy(lstm.state_dict())
    optimizer = OPTIMIZERS[name](closed.parameters())
    padding = torch.tensor([1, 1, 0, 0, 1, 0]).bool()
    x, target = (drawn(4, 6, n, seed=n, dtype=torch.float32).detach() for n in (2, 3))
    for _ in range(200):
        optimizer.zero_grad()
        (closed(flagged(x, padding))[0] - target).square().mean().backward()
        optimizer.step()
    assert not closed(flagged(x, padding))[0][:, padding].any()
    assert all((w - before[key]).abs().max() > 1e-2 for key, w in lstm.state_dict().items())


# --- what is not finite ----------------------------------------------------------------------------------------------

CLEAN = "clean the data, or let RaggedLSTM run it: 0 * nan is nan"
FINITE = "x: expected values that keep the state finite, got a last state with NaN"
SCALE = f"{FINITE}; scale x, or look for NaN in weights and hx"


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("place", [(0, 0, 0), (3, 4, 1), (1, 2, 0)])
def test_what_is_not_finite_is_refused_on_real_steps_and_on_padding(odd, place):
    x = flagged(drawn(4, 5, 2), torch.arange(5) == 2).detach()
    x[place] = odd
    refused(f"x: expected finite values, got {odd}; {CLEAN}", lambda: close_gates(made())(x))


def test_so_is_what_grows_over_all_numbers_within_and_a_state_or_a_weight_of_nan():
    lstm, x = made(dtype=torch.float32), flagged(drawn(4, 5, 2, dtype=torch.float32), torch.arange(5) == 1).detach()
    closed, start = close_gates(lstm), torch.zeros(1, 4, 3)
    refused(SCALE, lambda: closed(x, (start, start + float("nan"))))
    with torch.no_grad():  # one g is +infinity for all, and for too large an x there is -infinity beside it
        lstm.bias_ih_l0[6] = lstm.bias_hh_l0[6] = 3e38
        lstm.weight_ih_l0[6] = -9
    assert closed(x)[0].isfinite().all()
    x[1, 3, :2] = 3e38
    refused(SCALE, lambda: closed(x))
    with torch.no_grad():
        lstm.weight_ih_l0[0, 0] = float("nan")
    refused(SCALE, lambda: closed(0 * x))


def test_under_autocast_it_takes_what_a_linear_gives_and_its_own_state():
    closed, x = (
        close_gates(made(dtype=torch.float32)),
        flagged(drawn(4, 5, 2, dtype=torch.float32), torch.arange(5) < 2),
    )
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out, last = closed(x.bfloat16())
        assert {t.dtype for t in (out, *last, *closed(x, last))[:3]} == {torch.bfloat16}
        assert torch.equal(closed(x)[0], out)
    assert not out[:, :2].any()
    assert out[:, 2:].all()


# --- refusals --------------------------------------------------------------------------------------------------------

BY_ONE = "RaggedLSTM runs such a layer, each series as a whole"
ONE = "lstm: expected one layer, one direction, got"
THREE = "x: expected three axes, none empty, the last of 3, got"
APPEND = "append the column that says where padding is, as with_flag does"
START = "hx: expected (h, c), of shape (1, 4, 3) each, got"
LIKE = "torch.float64 on cpu like the weights"
BOTH = "give both, or leave it out for zeros"
CLOSED, X = close_gates(made()), torch.ones(4, 5, 3).double()


def with_dropout():
    lstm = nn.LSTM(2, 3)
    lstm.dropout = 0.5  # asked for when made, torch warns that it does nothing
    return lstm


REFUSALS = [
    (f"{ONE} 2 layers, bidirectional=False; {BY_ONE}", lambda: close_gates(nn.LSTM(2, 3, 2))),
    (
        f"{ONE} 1 layers, bidirectional=True; {BY_ONE}",
        lambda: close_gates(nn.LSTM(2, 3, bidirectional=True)),
    ),
    (
        "lstm: expected no projection, got proj_size=2; put an nn.Linear behind it",
        lambda: close_gates(nn.LSTM(2, 3, proj_size=2)),
    ),
    (
        "lstm: expected dropout 0 between layers, got 0.5; one layer has none; put nn.Dropout beside it",
        lambda: close_gates(with_dropout()),
    ),
    (
        "lstm: expected an nn.LSTM, got GRU; nets of this module hold one in .lstm",
        lambda: close_gates(nn.GRU(2, 3)),
    ),
    (
        "lstm: expected an nn.LSTM, got StatelessLSTM; nets of this module hold one in .lstm",
        lambda: close_gates(StatelessLSTM(2, 3)),
    ),
    (f"{THREE} (4, 5, 2); {APPEND}", lambda: CLOSED(torch.ones(4, 5, 2).double())),
    (f"{THREE} (4, 5, 4); {APPEND}", lambda: CLOSED(torch.ones(4, 5, 4).double())),
    (f"{THREE} (5, 3); {APPEND}", lambda: CLOSED(torch.ones(5, 3).double())),
    (f"{THREE} (4, 0, 3); {APPEND}", lambda: CLOSED(torch.ones(4, 0, 3).double())),
    (f"{THREE} (0, 5, 3); {APPEND}", lambda: CLOSED(torch.ones(0, 5, 3).double())),
    ("x: expected a tensor, got ndarray; convert it with torch.as_tensor", lambda: CLOSED(np.ones((4, 5, 3)))),
    (
        f"x: expected {LIKE}, got torch.float32 on cpu; convert it with .to(), or the net",
        lambda: CLOSED(torch.ones(4, 5, 3)),
    ),
    (
        f"hx: expected {LIKE}, got torch.float32 on cpu; convert it with .to(), or the net",
        lambda: CLOSED(X, (torch.zeros(1, 4, 3).double(), torch.zeros(1, 4, 3))),
    ),
    # torch's kernel looks at no shape of hx, and writes beyond the end of what is too small
    *(
        (f"{START} ({shape}, {shape}); {BOTH}", lambda s=shape: CLOSED(X, (torch.zeros(s), torch.zeros(s))))
        for shape in [(1, 1, 3), (1, 5, 3), (1, 4, 1), (2, 4, 3), (4, 3)]
    ),
    (f"{START} ((1, 4, 3), (1, 1, 3)); {BOTH}", lambda: CLOSED(X, (torch.zeros(1, 4, 3), torch.zeros(1, 1, 3)))),
    (f"{START} ((1, 4, 3), 'NoneType'); {BOTH}", lambda: CLOSED(X, (torch.zeros(1, 4, 3), None))),
    (f"{START} ((1, 4, 3),); {BOTH}", lambda: CLOSED(X, (torch.zeros(1, 4, 3),))),
    (
        f"{START.replace('4', '5')} ((1, 4, 3), (1, 4, 3)); {BOTH}",
        lambda: close_gates(nn.LSTM(2, 3))(X.float(), (torch.zeros(1, 4, 3), torch.zeros(1, 4, 3))),
    ),
]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_with_argument_expected_got_and_cure(message, call):
    refused(message, call)
