"""State carried between calls, for experiments: two nets of one set of weights, batches of single steps."""

import numpy as np

from ..cell import State, run
from ..refusal import refusal, whole


def gap(a, b):
    """The largest difference between two arrays or tensors of one shape, as a float.

    >>> gap([1.0, 2.0], [1.0, 2.5])
    0.5
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise refusal("b", f"shape {a.shape} like a", b.shape, "compare what has the same shape")
    return float(np.abs(a - b).max())


def given_and_kept(params):
    """(StatelessLSTM, StatefulLSTM), both with these Params, in float64, their weights frozen."""
    from ..torch_lstm import StatefulLSTM, StatelessLSTM, load_params

    features, units = params.weight_ih.shape[1], params.weight_hh.shape[1]
    nets = StatelessLSTM(features, units).double(), StatefulLSTM(features, units).double()
    for net in nets:
        load_params(net.requires_grad_(False).lstm, params)
    return nets


def in_batches(params, samples, batch, keep, order=None):
    """Feed (N, T, D) samples in batches, as a loader does; the State (N, H) after each, in the order of `samples`.

    batch  rows of a call, a divisor of N
    keep   whether row b of each batch begins with the state of row b of the batch before (stateful), or with zeros
    order  (N,) in which the samples come; left out, as they are
    """
    count, batch = len(samples), whole("batch", batch, at_least=1)
    if count % batch:
        raise refusal("batch", f"a divisor of {count} samples", batch, "a state kept by row wants full batches")
    order = np.arange(count) if order is None else np.asarray(order)
    state, ends = None, []
    for rows in order.reshape(-1, batch):
        final = run(params, samples[rows], state=state).final
        state = final if keep else None
        ends.append(final)
    back = np.argsort(order)
    return State(*(np.concatenate(part)[back] for part in zip(*ends, strict=True)))


def error_without_detach(x, width, units=4):
    """What torch says when backward is called after each window while the carried state still hangs on the last one."""
    import torch

    lstm, state = torch.nn.LSTM(x.shape[2], units, batch_first=True).to(x.dtype), None
    try:
        for piece in x.split(width, dim=1):
            out, state = lstm(piece, state)
            out.sum().backward()
    except RuntimeError as error:
        return str(error).split(". ")[0]
    return "no error"
