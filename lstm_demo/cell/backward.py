"""The gradients of a run, by hand: the forward pass read from right to left."""

from typing import NamedTuple

import numpy as np

from ..refusal import numbers
from .given import params_given, state_given, trace_given
from .values import Grads, Params, State


def backward(params, trace, dh, dstate=None):
    """Gradients of a loss over a run: Grads of everything that was read.

    params  the Params of the run
    trace   the Trace that it returned
    dh      (B, T, H) gradient of the loss with respect to each h of the trace, masked steps included
    dstate  State (B, H), the gradient that comes back from whatever was done with `trace.final`; leaving it out *is*
            truncation: the value was carried, the gradient is cut

    Through a masked step the gradients of h and c pass unchanged; through a reset nothing passes.
    Raises ValueError by name for wrong shapes and values that are not finite.
    """
    params = params_given(params)
    trace = trace_given(params, trace)
    dh = numbers("dh", dh, trace.h.shape)
    dstate = state_given("dstate", dstate, trace.start.h.shape)
    before = _before(trace)
    return _collected(params, trace, before, *_chained(params, trace, _slopes(trace, before), dh, dstate))


class _Slopes(NamedTuple):
    """The local derivatives of each step, time first: 0 where masked, but `kept`, which is 1 there."""

    z_by_c: np.ndarray  # (T, B, 3, H) of c with respect to what goes into i, f and g
    z_by_h: np.ndarray  # (T, B, H)    of h with respect to what goes into o
    c_by_h: np.ndarray  # (T, B, H)    of h with respect to c
    kept: np.ndarray  # (T, B, H)      of c with respect to the c before


def _before(trace):
    """The state that each step read, time first: that of the step before, or zero after a reset."""
    return State(
        *(_shifted(track, first, trace.resets) for track, first in zip((trace.h, trace.c), trace.start, strict=True))
    )


def _shifted(track, first, resets):
    before = np.concatenate([first[:, None], track[:, :-1]], axis=1)
    return np.ascontiguousarray(np.where(resets[..., None], 0.0, before).swapaxes(0, 1))


def _slopes(trace, before):
    i, f, g, o, c = (a.swapaxes(0, 1) for a in trace[:5])
    real = trace.mask.T[..., None]
    tanh_c = np.tanh(c)
    z_by_c = np.stack([g * i * (1 - i), before.c * f * (1 - f), i * (1 - g * g)], axis=2)
    return _Slopes(
        np.where(real[:, :, None], z_by_c, 0.0),
        np.where(real, tanh_c * o * (1 - o), 0.0),
        np.where(real, o * (1 - tanh_c * tanh_c), 0.0),
        np.where(real, f, 1.0),
    )


def _chained(params, trace, slopes, dh, dstate):
    """From right to left: gradients of z (T, B, 4, H), of each h and c (T, B, H), and of the state given (B, H)."""
    steps, lanes, units = slopes.kept.shape
    dz, dhs, dcs = np.empty((steps, lanes, 4, units)), *np.empty((2, steps, lanes, units))
    held, passes = ~trace.mask.T[..., None], ~trace.resets.T[..., None]
    to_h, to_c = dstate
    for t in reversed(range(steps)):
        dhs[t] = to_h = to_h + dh[:, t]
        dcs[t] = to_c = to_c + to_h * slopes.c_by_h[t]
        np.multiply(slopes.z_by_c[t], to_c[:, None], out=dz[t, :, :3])
        np.multiply(slopes.z_by_h[t], to_h, out=dz[t, :, 3])
        read = dz[t].reshape(lanes, -1) @ params.weight_hh
        to_h = np.where(passes[t], np.where(held[t], to_h, read), 0.0)
        to_c = np.where(passes[t], to_c * slopes.kept[t], 0.0)
    return dz, dhs, dcs, State(to_h, to_c)


def _collected(params, trace, before, dz, dhs, dcs, dstart):
    """Sums over lanes and steps for the weights; lanes first for the rest."""
    steps, lanes = dz.shape[:2]
    rows = dz.reshape(steps * lanes, -1)
    x = trace.x.swapaxes(0, 1).reshape(steps * lanes, -1)
    weights = Params(rows.T @ x, rows.T @ before.h.reshape(steps * lanes, -1), rows.sum(axis=0))
    dx = (rows @ params.weight_ih).reshape(steps, lanes, -1)
    return Grads(weights, *(a.swapaxes(0, 1) for a in (dx, dhs, dcs)), dstart)
