"""The ways of `lstm_demo.ways`, and the limit: the multiply-adds of an LSTM as bare matrix products."""

import torch
from entrants import LIMIT, Passes
from torch import nn

from lstm_demo.torch_lstm import load_params
from lstm_demo.ways import WAYS


def build(name, ragged, params):
    return products(ragged) if name == LIMIT else way(name, ragged, params)


def way(name, ragged, params):
    lstm = nn.LSTM(ragged.features, ragged.units, batch_first=True)
    load_params(lstm, params)
    series, run = [torch.from_numpy(one) for one in ragged.series], WAYS[name].run

    def forward():
        with torch.no_grad():
            return run(lstm, series)[1].h

    def backward():
        lstm.zero_grad()
        h = run(lstm, series)[1].h
        (h**2).mean().backward()
        return h.detach()

    def grads():
        return [weight.grad.numpy() for weight in (lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0)]

    return Passes(forward, None if WAYS[name].gradient is None else backward, grads)


def products(ragged):
    """All steps at once, as if none had to wait for the one before: forward, gradient of inputs, of weights."""
    steps, wide, rows = sum(map(len, ragged.series)), ragged.features + ragged.units, 4 * ragged.units
    inputs, weight, back = torch.randn(steps, wide), torch.randn(wide, rows), torch.randn(steps, rows)

    def forward():
        return inputs @ weight

    def backward():
        return inputs @ weight, back @ weight.T, inputs.T @ back

    return Passes(forward, backward, None)
