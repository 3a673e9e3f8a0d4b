"""The layer is asked: the weights that an nn.LSTM computes with now, and what is no plain nn.LSTM refused by name."""

import numpy as np
import torch
from torch import nn

from ..cell import Params
from ..refusal import flag, numbers, refusal, whole


def plain_lstm(features, units, layers=1, bidirectional=False):
    """A fresh nn.LSTM, batch first."""
    sizes = {"features": features, "units": units, "layers": layers}
    sizes = [whole(name, size, at_least=1) for name, size in sizes.items()]
    return nn.LSTM(*sizes, batch_first=True, bidirectional=flag("bidirectional", bidirectional))


def check_lstm(lstm):
    """Refuse all but an nn.LSTM without projections."""
    if not isinstance(lstm, nn.LSTM):
        got = f"{type(lstm).__module__}.LSTM" if type(lstm).__name__ == "LSTM" else type(lstm).__name__
        raise refusal("lstm", "an nn.LSTM", got, "nets of this module hold one in .lstm")
    if lstm.proj_size:
        raise refusal("lstm", "no projection", f"proj_size={lstm.proj_size}", "put an nn.Linear behind it")


def check_plain(lstm, *, batch_first=False):
    """Refuse more than one layer or direction too; with `batch_first`, also a layer that reads time first."""
    check_lstm(lstm)
    if lstm.num_layers != 1 or lstm.bidirectional:
        got = f"{lstm.num_layers} layers, bidirectional={lstm.bidirectional}"
        raise refusal("lstm", "one layer, one direction", got, "RaggedLSTM runs such a layer, each series as a whole")
    if batch_first and not lstm.batch_first:
        raise refusal("lstm", "an nn.LSTM with batch_first=True", "batch_first=False", "make it with batch_first")


def weights_of(lstm):
    """The weights, in torch's order: of each direction of each layer weight_ih, weight_hh and, if any, two biases.

    Pruning, weight norm and weight drop make them anew in each call, by hooks or by a forward of their own: such a
    layer is called once on two steps, to have them as it has them itself.
    """
    own = getattr(lstm.forward, "__func__", None) is nn.LSTM.forward
    if not own or lstm._forward_pre_hooks or lstm._forward_hooks:
        _ask(lstm)
    return [getattr(lstm, name) for name in lstm._flat_weights_names]


def like(lstm):
    """A weight that has the dtype and the device of all; a pruned layer has no parameter by the name of its weight."""
    return next(lstm.parameters())


def _ask(lstm):
    """Call the layer on two steps; refuse it if its answer is not that of its weights, as they are then."""
    x = torch.linspace(-3, 3, 2 * lstm.input_size).to(like(lstm)).view(1, 2, -1)
    x = x if lstm.batch_first else x.swapaxes(0, 1)
    said = lstm(x)
    weights = [getattr(lstm, name) for name in lstm._flat_weights_names]
    if lstm.dropout and lstm.training and lstm.num_layers > 1:
        return  # what is dropped between layers is drawn anew each time
    zeros = x.new_zeros(lstm.num_layers * (1 + lstm.bidirectional), 1, lstm.hidden_size)
    how = (lstm.bias, lstm.num_layers, 0.0, torch.is_grad_enabled(), lstm.bidirectional, lstm.batch_first)
    pairs = zip((said[0], *said[-1]), torch.lstm(x, (zeros, zeros), weights, *how), strict=False)
    if not all(a.shape == b.shape and torch.allclose(a.float(), b.float(), equal_nan=True) for a, b in pairs):
        got = "one whose hooks or forward change what it reads or returns"
        raise refusal("lstm", "an nn.LSTM that answers as its weights say", got, "put that beside the layer")


def params_of(lstm):
    """The weights of an nn.LSTM of one layer and one direction as float64 Params; its two biases become their sum."""
    check_plain(lstm)
    with torch.no_grad():
        weights = [weight.double().cpu().numpy() for weight in weights_of(lstm)]
    bias = weights[2] + weights[3] if lstm.bias else np.zeros(4 * lstm.hidden_size)
    return Params(weights[0].copy(), weights[1].copy(), bias)


def load_params(lstm, params):
    """Put Params into an nn.LSTM of one layer and one direction, in place; the second of its two biases becomes 0."""
    check_plain(lstm)
    if not lstm.bias:
        raise refusal("lstm", "an nn.LSTM with bias", "bias=False", "make it with bias=True")
    if not isinstance(params, Params):
        raise refusal("params", "Params(weight_ih, weight_hh, bias)", type(params).__name__, "see init_params")
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    own = dict(lstm.named_parameters())
    if missing := [name for name in names if name not in own]:
        raise refusal("lstm", "weights of its own", f"{missing[0]} made from others", "load before you prune")
    weights = [own[name] for name in names]
    values = [_held(*entry) for entry in zip(Params._fields, params, weights[:3], strict=True)]  # all before the first
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=False):
            weight.copy_(torch.tensor(np.ascontiguousarray(value)))
        weights[3].zero_()


def _held(name, value, weight):
    """`value` as an array of the shape of the weight, refused if its dtype cannot hold it."""
    value = numbers(f"params.{name}", value, tuple(weight.shape))
    if np.abs(value).max() > torch.finfo(weight.dtype).max:
        raise refusal(f"params.{name}", f"values that {weight.dtype} can hold", np.abs(value).max(), "use .double()")
    return value
