"""A series reaches no other: what is not finite stays out of the lanes that series share, forwards and backwards.

0 * NaN is NaN, whether a closed gate multiplies or a gradient of zero does. So a series that holds or makes something
not finite is run by itself, and not asked for gradients where nobody asks it; and where a gradient is not finite, all
series are asked by themselves.
"""

from functools import partial

import numpy as np
import torch

from .kernel import by_itself


def apart(lstm, together, lengths, start, flat, weights):
    """What `together(lengths, start, flat, weights)` gives, (out, h) or (out, h, c), whatever is in it."""
    if is_finite(flat, *start):
        said = together(lengths, start, flat, weights)
        if is_finite(said[0]):  # else too large numbers have made NaN of their own
            return said
    odd, parts = _odd(lstm, lengths, start, flat, weights), flat.split(lengths.tolist())
    groups, said = [np.flatnonzero(~odd), np.flatnonzero(odd)], []
    for rows, run in zip(groups, (together, partial(by_itself_when_asked, lstm)), strict=True):
        if len(rows):
            some = torch.cat([parts[k] for k in rows])
            said.append(run(lengths[rows], [s[:, rows] for s in start], some, weights))
    order = np.argsort(np.concatenate(groups))
    out, *ends = zip(*said, strict=False)  # c only where all have it
    outs = torch.cat(out).split(lengths[np.concatenate(groups)].tolist())
    return torch.cat([outs[k] for k in order]), *(torch.cat(end, dim=1)[:, order] for end in ends)


def _odd(lstm, lengths, start, flat, weights):
    """(N,) bool: which series hold or make what is not finite."""
    with torch.no_grad():
        out = by_itself(lstm, lengths, start, flat, weights)[0]
        steps = (flat.isfinite().all(dim=1) & out.isfinite().all(dim=1)).split(lengths.tolist())
        odd = torch.stack([~one.all() for one in steps])
        for state in start:
            odd |= ~state.isfinite().all(dim=2).all(dim=0)
    return odd.cpu().numpy()


class Guard(torch.autograd.Function):
    """Values as they are, whose gradients go back as they came while they are finite, and else through `again(given)`.

    That says the same and keeps series apart. Values that came no way at all are asked there whenever anyone asks.
    """

    @staticmethod
    def forward(ctx, again, count, *values_and_given):
        ctx.again, ctx.count = again, count
        ctx.save_for_backward(*values_and_given[count:])
        out, *ends = values_and_given[:count]
        return out.view_as(out), *(
            end.clone() for end in ends
        )  # small, and of a view nothing could be changed in place

    @staticmethod
    def backward(ctx, *by):
        given = ctx.saved_tensors
        if ctx.needs_input_grad[2] and is_finite(*by):
            return None, None, *by, *[None] * len(given)
        grads = [torch.zeros_like(one) for one in given]
        if any(one.any() for one in by):
            with torch.enable_grad():
                given = [one.detach().requires_grad_() for one in given]
                grads = torch.autograd.grad(ctx.again(given)[: ctx.count], given, by, materialize_grads=True)
        return None, None, *[None] * ctx.count, *grads


def guarded(lstm, values, lengths, start, flat, weights):
    """`values`, which the kernel gave for these series, with gradients that keep them apart."""

    def again(given):
        return by_itself(lstm, lengths, given[: len(start)], given[len(start)], given[len(start) + 1 :])

    return Guard.apply(again, len(values), *values, *start, flat, *weights)


def by_itself_when_asked(lstm, lengths, start, flat, weights):
    """The same as by_itself, but where a gradient is zero, so are those behind it, whatever the series hold."""
    with torch.no_grad():
        values = by_itself(lstm, lengths, start, flat, weights)
    return guarded(lstm, values, lengths, start, flat, weights)


def is_finite(*tensors):
    """Whether all is finite. A sum tells, at a fraction of the price, unless it overflows itself."""
    return all(bool(one.detach().sum().isfinite()) or bool(one.isfinite().all()) for one in tensors)
