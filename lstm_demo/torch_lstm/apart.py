"""A series reaches no other: what is not finite stays out of the lanes that series share, forwards and backwards.

0 * NaN is NaN, whether a closed gate multiplies or a gradient of zero does. So a series that holds or makes something
not finite is run by itself, and asked for gradients only where somebody asks it; and where lanes give gradients that
are not finite, each series is asked by itself.
"""

from functools import partial

import numpy as np
import torch

from .kernel import by_itself, in_lanes


def apart(lstm, together, lengths, start, flat, weights):
    """What `together(lengths, start, flat, weights)` gives, (out, h) or (out, h, c), whatever is in it."""
    if is_finite(flat, *start):
        said = together(lengths, start, flat, weights)
        if is_finite(said[0]):  # else too large numbers have made NaN of their own
            return said
    odd, parts = _odd(lstm, lengths, start, flat, weights), flat.split(lengths.tolist())
    groups, said = [np.flatnonzero(~odd), np.flatnonzero(odd)], []
    for rows, run in zip(groups, (together, partial(_when_asked, lstm)), strict=True):
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
        steps = torch.cat([flat, out], dim=1).isfinite().split(lengths.tolist())
        odd = torch.stack([~one.all() for one in steps])
        for state in start:
            odd |= ~state.isfinite().all(dim=2).all(dim=0)
    return odd.cpu().numpy()


class _Asked(torch.autograd.Function):
    """Values as they are, behind which no gradient of zeros is passed on."""

    @staticmethod
    def forward(ctx, *values):
        return tuple(value.clone() for value in values)

    @staticmethod
    def backward(ctx, *by):
        return by if any(one.any() for one in by) else (None,) * len(by)


def _when_asked(lstm, *given):
    return _Asked.apply(*by_itself(lstm, *given))


class _Seen(torch.autograd.Function):
    """Out and h as they are; `seen` is filled with the gradients that come back to both."""

    @staticmethod
    def forward(ctx, seen, out, h):
        ctx.seen = seen
        return out.view_as(out), h.clone()  # small, and of a view nothing could be changed in place

    @staticmethod
    def backward(ctx, *by):
        ctx.seen[:] = by
        return None, *by


def in_lanes_apart(lstm, grid, lengths, flat, weights):
    """kernel.in_lanes, whose gradients of flat keep series apart: one not finite would pass on through closed gates."""
    if not flat.requires_grad:  # those of the weights are sums over all series
        return in_lanes(lstm, grid, weights, flat)
    seen, entry = [], flat.view_as(flat)

    def each_alone(grad):
        if is_finite(grad):
            return grad
        with torch.enable_grad():
            given = flat.detach().requires_grad_()
            values = by_itself(lstm, lengths, (), given, [weight.detach() for weight in weights])
        return torch.autograd.grad(values[:2], given, seen)[0]

    entry.register_hook(each_alone)
    return _Seen.apply(seen, *in_lanes(lstm, grid, weights, entry))


def is_finite(*tensors):
    """Whether all is finite. A sum tells, at a fraction of the price, unless it overflows itself."""
    return all(bool(one.detach().sum().isfinite()) or bool(one.isfinite().all()) for one in tensors)
