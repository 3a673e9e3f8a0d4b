"""The weights of nn.LSTM as those of the NumPy cell, there and back."""

import numpy as np
import torch
from torch import nn

from ..cell import Params
from ..refusal import numbers, refusal, whole


def params_of(lstm):
    """The weights of an nn.LSTM of one layer and one direction as float64 Params; its two biases become their sum."""
    check_plain(lstm)
    weights = {name: p.detach().double().cpu().numpy() for name, p in lstm.named_parameters()}
    rows = 4 * lstm.hidden_size
    bias = weights["bias_ih_l0"] + weights["bias_hh_l0"] if lstm.bias else np.zeros(rows)
    return Params(weights["weight_ih_l0"].copy(), weights["weight_hh_l0"].copy(), bias)


def load_params(lstm, params):
    """Put Params into an nn.LSTM of one layer and one direction, in place; the second of its two biases becomes 0."""
    check_plain(lstm)
    if not lstm.bias:
        raise refusal("lstm", "an nn.LSTM with bias", "bias=False", "make it with bias=True")
    if not isinstance(params, Params):
        raise refusal("params", "Params(weight_ih, weight_hh, bias)", type(params).__name__, "see init_params")
    weights = (lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0)
    values = [  # all are looked at before the first is put in
        numbers(f"params.{name}", value, tuple(weight.shape))
        for name, value, weight in zip(Params._fields, params, weights, strict=True)
    ]
    for name, value, weight in zip(Params._fields, values, weights, strict=True):
        if np.abs(value).max(initial=0) > torch.finfo(weight.dtype).max:
            raise refusal(
                f"params.{name}", f"values that {weight.dtype} can hold", np.abs(value).max(), "use .double()"
            )
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=True):
            weight.copy_(torch.tensor(np.ascontiguousarray(value)))
        lstm.bias_hh_l0.zero_()


def plain_lstm(features, units):
    features, units = whole("features", features, at_least=1), whole("units", units, at_least=1)
    return nn.LSTM(features, units, batch_first=True)


def check_plain(lstm):
    if not isinstance(lstm, nn.LSTM):
        raise refusal("lstm", "an nn.LSTM", type(lstm).__name__, "nets of this module hold one in .lstm")
    if lstm.num_layers != 1 or lstm.bidirectional or lstm.proj_size:
        got = f"{lstm.num_layers} layers, bidirectional={lstm.bidirectional}, proj_size={lstm.proj_size}"
        raise refusal("lstm", "one layer, one direction, no projection", got, "take the layers one by one")
