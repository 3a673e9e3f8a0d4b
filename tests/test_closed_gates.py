"""Laws of closed gates: padding leaves the state exactly zero, hides what stood in it, and is no weight."""

import io
from copy import deepcopy

import numpy as np
import pytest
import torch
from problems import drawn, flat, near, refused, slopes, slopes_near
from torch import nn

from lstm_demo.torch_lstm import close_gates


def made(units=3, dtype=torch.float64, batch_first=True, **kind):
    torch.manual_seed(0)
    return nn.LSTM(2, units, batch_first=batch_first, dtype=dtype, **kind)


def flagged(x, padding):
    """x (B, T, D) and the column (T,) that is 1 on padding."""
    return torch.cat([x, padding.to(x.dtype).expand(x.shape[:2])[..., None]], dim=2)


def start_of(units=3, dtype=torch.float64):
    return tuple(drawn(1, 4, units, seed=k, dtype=dtype) for k in (1, 2))


@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize(("dtype", "units"), [(torch.float32, 64), (torch.float64, 1), (torch.bfloat16, 3)])
def test_after_every_padded_step_the_state_is_exactly_zero(dtype, units, grad):
    closed, start = close_gates(made(units, dtype)), [7 * s for s in start_of(units, dtype)]
    padding = torch.tensor([0, 0, 1, 0, 1, 1, 0, 1]).bool()
    x = flagged(3 * drawn(4, 8, 2, dtype=dtype), padding)
    with torch.set_grad_enabled(grad):
        out, _ = closed(x, start)
        states = [closed(x[:, : t + 1], start)[1] for t in range(8)]
    assert {one.dtype for one in flat([out, states])} == {dtype}
    assert not out[:, padding].any()
    assert out[:, ~padding].all()
    assert [[bool(s.any()) for s in state] for state in states] == [[not shut] * 2 for shut in padding]


@pytest.mark.parametrize("kind", [{}, {"bias": False}, {"batch_first": False}, {"dtype": torch.float32}])
def test_behind_padding_with_junk_in_it_is_the_series_alone_in_value_and_gradient_and_nothing_passes(kind):
    lstm, dtype = made(**kind), kind.get("dtype", torch.float64)
    turned = (lambda x: x) if lstm.batch_first else (lambda x: x.swapaxes(0, 1))
    series, junk, start = drawn(4, 6, 2, dtype=dtype), drawn(4, 9, 2, seed=1, dtype=dtype), start_of(dtype=dtype)
    x = flagged(torch.cat([100 * junk, series], dim=1), torch.arange(15) < 9)
    out, last = close_gates(lstm)(turned(x), start)
    want, leaves = lstm(turned(series)), [*lstm.parameters(), series]
    got = [turned(turned(out)[:, 9:]), last]
    near(got, want)
    assert not any(grad.any() for grad in slopes(got, [junk, *start]))
    slopes_near(slopes(got, leaves), slopes(want, leaves))
    # with no padding it is the layer from the state that is given
    near(close_gates(lstm)(turned(flagged(series, torch.zeros(6))), start), lstm(turned(series), start))


@pytest.mark.parametrize("kind", [{}, {"bias": False}])
def test_its_weights_are_those_of_the_layer_under_their_names_moved_saved_loaded_and_copied(kind):
    lstm, file = made(dtype=torch.float32, **kind), io.BytesIO()
    closed, x = close_gates(lstm), flagged(drawn(4, 6, 2), torch.arange(6) < 2)
    for move, dtype in ((lstm, torch.float32), (closed, torch.float64)):
        move.to(dtype)
        assert [*closed.state_dict()] == [*lstm.state_dict()] == [*dict(closed.named_parameters())]
        assert all(a is b for a, b in zip(closed.parameters(), lstm.parameters(), strict=True))
        assert closed(x.to(dtype))[0].dtype == lstm.weight_ih_l0.dtype == dtype
    torch.save(closed.state_dict(), file)
    file.seek(0)
    other, twin = close_gates(nn.LSTM(2, 3, batch_first=True, dtype=torch.float64, **kind)), deepcopy(closed)
    other.load_state_dict(torch.load(file, weights_only=True))
    twin.eval().requires_grad_(False).weight_hh_l0.zero_()
    assert not torch.equal(twin(x)[0], closed(x)[0])
    assert torch.equal(other(x)[0], closed(x)[0])
    closed.eval()(x)[0].sum().backward()
    assert (lstm.training, closed.train().lstm.training) == (False, True)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_on_real_steps_and_on_padding(odd):
    cure = "clean the data, or let RaggedLSTM run it: 0 * nan is nan"
    for step in (0, 2):
        x = flagged(drawn(4, 5, 2), torch.arange(5) == 2).detach()
        x[1, step, 0] = odd
        refused(f"x: expected finite values, got {odd}; {cure}", lambda x=x: close_gates(made())(x))


def test_so_is_what_grows_over_all_numbers_within_and_a_state_of_nan():
    cure = "scale x, or look for NaN in weights and hx"
    said = f"x: expected values that keep the state finite, got a last state with NaN; {cure}"
    lstm, x = made(dtype=torch.float32), flagged(drawn(4, 5, 2, dtype=torch.float32), torch.arange(5) == 1).detach()
    closed, start = close_gates(lstm), torch.zeros(1, 4, 3)
    refused(said, lambda: closed(x, (start, start + np.nan)))
    with torch.no_grad():  # one g is +infinity for all, and for too large an x there is -infinity beside it
        lstm.bias_ih_l0[6] = lstm.bias_hh_l0[6] = 3e38
        lstm.weight_ih_l0[6] = -9
    assert closed(x)[0].isfinite().all()
    x[1, 3, :2] = 3e38
    refused(said, lambda: closed(x))
