"""State carried between calls, for experiments: two nets of one set of weights, batches of single steps."""

import numpy as np

from ..cell import State, params_given, run
from ..refusal import array, flag, numbers, refusal, short, whole


def gap(a, b):
    """The largest difference between two arrays or tensors of one shape, as a float.

    >>> gap([1.0, 2.0], [1.0, 2.5])
    0.5
    """
    a, b = numbers("a", a, finite=False), numbers("b", b, finite=False)
    if not a.size:
        raise refusal("a", "one number or more", f"shape {a.shape}", "compare what is not empty")
    if a.shape != b.shape:
        raise refusal("b", f"shape {a.shape} like a", b.shape, "compare what has the same shape")
    with np.errstate(invalid="ignore", over="ignore"):  # of infinities it is NaN
        return float(np.abs(a - b).max())


def given_and_kept(params):
    """(StatelessLSTM, StatefulLSTM), both with these Params, in float64, their weights frozen."""
    from ..torch_lstm import StatefulLSTM, StatelessLSTM, load_params

    params = params_given(params)
    features, units = params.weight_ih.shape[1], params.weight_hh.shape[1]
    if not features:
        raise refusal("params.weight_ih", "one feature or more", "none", "see init_params")
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
    params, keep = params_given(params), flag("keep", keep)
    samples = numbers("samples", samples, (None, None, params.weight_ih.shape[1]))
    count, batch = len(samples), whole("batch", batch, at_least=1)
    if not samples.size or count % batch:
        raise refusal("batch", f"a divisor of {count} samples", batch, "a state kept by row wants full batches")
    order = np.arange(count) if order is None else array("order", order)
    if order.dtype.kind not in "iu" or order.ndim != 1 or sorted(order.tolist()) != list(range(count)):
        raise refusal("order", f"each of 0 to {count - 1} once", short(order), "give a permutation")
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

    _check_x(x, torch.float32, torch.float64)
    width, units = whole("width", width, at_least=1), whole("units", units, at_least=1)
    lstm, state = torch.nn.LSTM(x.shape[2], units, batch_first=True).to(x.dtype), None
    try:
        for piece in x.split(width, dim=1):
            out, state = lstm(piece, state)
            out.sum().backward()
    except RuntimeError as error:
        return str(error).split(". ")[0]
    return "no error"


def _check_x(x, *dtypes):
    """Refuse all but a dense tensor (B, T, D) of one of these dtypes."""
    import torch

    if not isinstance(x, torch.Tensor) or x.layout != torch.strided or x.device.type == "meta":
        raise refusal("x", "a dense tensor (B, T, D)", type(x).__name__, "convert it with torch.as_tensor")
    if x.ndim != 3 or 0 in x.shape or x.dtype not in dtypes:
        want = f"three axes, none empty, of {' or '.join(map(str, dtypes))}"
        raise refusal("x", want, f"{tuple(x.shape)} of {x.dtype}", "check the axes, and convert it with .to()")
