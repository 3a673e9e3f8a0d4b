"""A series reaches no other: what is not finite stays out of the lanes that series share, forwards and backwards.

0 * NaN is NaN, whether a closed gate multiplies or a gradient of zero does. So in the lanes, zeros stand for a series
that holds or makes something not finite; what it says itself comes from the same kernel, run for it alone.
"""

import torch

from .shared import final_cells, hidden_states
from .weights import fused


def read(grid, weights, flat, start=(), cells=False):
    """One layer in one direction over series (sum n, D): hidden states (sum n, H), and what each ends with, (N, ...).

    That is h (N, H); with `cells` h and c side by side, (N, 2H).

    start  h and c (N, H) to begin from, where each series has a lane of its own; empty, zeros
    """
    odd = None if _finite(flat, *start) else _spoilt(grid, flat, start)
    out, ends, sound = _in_lanes(grid, weights, flat, start, cells, odd)
    if not sound:  # too large numbers make infinities of their own; once NaN, a state stays so to the end of its lane
        grown = _spoilt(grid, out.detach(), ())
        odd = grown if odd is None else odd | grown
        out, ends, _ = _in_lanes(grid, weights, flat, start, cells, odd)
    return Apart.apply(out, ends, grid, odd, len(weights), flat, *start, *weights)


def _finite(*tensors):
    """Whether all is finite. A sum tells, at a fraction of the price, unless it overflows itself."""
    return all(bool(one.detach().sum().isfinite()) or bool(one.isfinite().all()) for one in tensors)


def _spoilt(grid, rows, states):
    """(N,) bool: of which series a row (sum n, ...) or a state (N, ...) is not finite."""
    odd = torch.zeros(len(grid.lengths), dtype=torch.bool, device=rows.device)
    odd[grid.owner()[~rows.isfinite().all(dim=1)]] = True
    for state in states:
        odd |= ~state.isfinite().all(dim=1)
    return odd


def _in_lanes(grid, weights, flat, start, cells, odd):
    """(hidden states, ends, whether the lanes ended finite), with zeros in the place of `odd` series."""
    if odd is not None:
        flat, *start = _without(grid, odd, flat, *start)
    out, h, last = hidden_states(grid, weights, flat, start)
    ends = torch.cat([h, final_cells(grid, weights, flat, out, start)], dim=1) if cells else h
    return out, ends, _finite(last)


def _without(grid, odd, flat, *states):
    """Rows (sum n, ...) and states (N, ...) with zeros for the odd series, through which no gradient passes."""
    rows = odd[grid.owner()][:, None]
    return [torch.where(rows, 0.0, flat), *(torch.where(odd[:, None], 0.0, state) for state in states)]


def _alone(grid, k, weights, flat, *start):
    """What the kernel makes of series k: hidden states (n, H), and the last h and c side by side, (2H,)."""
    x = flat[grid.span(k)][:, None]
    hx = [s[k][None, None] for s in start] or [x.new_zeros(1, 1, weights[1].shape[1])] * 2
    out, ends = fused(x, hx, weights, batch_first=False)
    return out[:, 0], torch.cat(ends, dim=2)[0, 0]


class Apart(torch.autograd.Function):
    """Puts what odd series say alone into what the lanes said; backwards, runs them alone, if they are asked at all.

    Gradients that are not finite are kept out of the lanes in the same way.
    """

    @staticmethod
    def forward(ctx, out, ends, grid, odd, count, *given):
        """given: the series, the start if there is one, and `count` weights."""
        ctx.grid, ctx.odd, ctx.count = grid, odd, count
        ctx.save_for_backward(*given)
        ctx.set_materialize_grads(False)
        ctx.shapes = out.shape, ends.shape
        if odd is None:
            return out.view_as(out), ends.clone()  # small, and of a view nothing could be changed in place
        out, ends = out.clone(), ends.clone()
        for k in odd.nonzero()[:, 0].tolist():
            out[grid.span(k)], end = _alone(grid, k, given[-count:], *given[:-count])
            ends[k] = end[: ends.shape[1]]
        return out, ends

    @staticmethod
    def backward(ctx, *by):
        given = ctx.saved_tensors
        if ctx.odd is None and _finite(*(one for one in by if one is not None)):
            return *by, *[None] * (3 + len(given))
        by = [given[0].new_zeros(s) if one is None else one for s, one in zip(ctx.shapes, by, strict=True)]
        odd = _spoilt(ctx.grid, by[0], by[1:])
        odd = odd if ctx.odd is None else odd | ctx.odd
        grads = [torch.zeros_like(one) for one in given]
        for k in odd.nonzero()[:, 0].tolist():
            asked = by[0][ctx.grid.span(k)], by[1][k]
            if any(one.any() for one in asked):
                grads = [a + b for a, b in zip(grads, _slopes(ctx, k, *asked), strict=True)]
        return *_without(ctx.grid, odd, *by), None, None, None, *grads


def _slopes(ctx, k, by_out, by_ends):
    """Gradients by all that was given, from series k alone."""
    with torch.enable_grad():
        given = [one.detach().requires_grad_() for one in ctx.saved_tensors]
        out, ends = _alone(ctx.grid, k, given[-ctx.count :], *given[: -ctx.count])
        said = out, ends[: len(by_ends)]
    return torch.autograd.grad(said, given, (by_out, by_ends), materialize_grads=True)
