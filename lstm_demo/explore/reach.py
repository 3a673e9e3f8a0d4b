"""Gradient reach: which steps an output can use and which its error can blame, for windows and ways to link them."""

import functools

import numpy as np

from ..cell import backward, init_params, run
from ..plots import Reach, describe_reach, draw_reach
from ..refusal import choice, flag, numbers, refusal, whole
from .controls import control
from .frame import Explorer

STEPS, WIDEST = 12, 6
# name: how it stands in a title, and the link between windows
LOOPS = {
    "detached": ("the state carried, detached", "detached"),
    "not carried": ("the state not carried", "none"),
    "never detached": ("the state carried, never detached", "attached"),
    "detached at each step": ("the state carried, detached at each step", "detached"),
    "overlapping": ("one for each output, overlapping", "detached"),
}


def reach_of(window, loop="detached"):
    """The Reach of 12 steps run in windows of so many, linked as one of LOOPS says; by the NumPy cell, seeded."""
    choice("loop", loop, list(LOOPS))
    window = whole("window", window, at_least=1)
    params, x = init_params(1, 4, seed=1), np.random.default_rng(1).normal(size=STEPS)
    said, link = LOOPS[loop]
    grids = used(params, x, window, loop != "not carried"), _blamed(params, x, window, loop)
    borders = window if loop != "overlapping" else STEPS
    return Reach(f"Windows of {window}, {said}", borders, link, *grids)


def used(params, x, window, carry=True):
    """(T, T) bool: does h of step t change with the input of step s, x (T,)? Lane s has that input changed."""
    x, window = _given(x, window, carry=carry)
    changed = np.concatenate([x + np.eye(len(x)), x[None]])[..., None]
    h = np.concatenate([trace.h for trace in _traces(params, changed, window, carry)], axis=1)
    return (h[:-1] != h[-1]).any(axis=2).T


def blamed(params, x, window, carry=True, attach=False):
    """(T, T) bool: is the gradient of h of step t with respect to the input of step s other than 0, x (T,)?

    Lane t is asked for the gradient of its step t. Without `attach` the gradient of the state is left out at each
    border: that is truncation. So it is where no state is carried over it.
    """
    x, window = _given(x, window, carry=carry, attach=attach)
    steps = len(x)
    traces = _traces(params, np.tile(x, (steps, 1))[..., None], window, carry)
    asked = np.eye(steps)[..., None] * np.ones(params.weight_hh.shape[1])
    to_inputs, dstate = [], None
    for k, trace in reversed(list(enumerate(traces))):
        grads = backward(params, trace, asked[:, k * window : (k + 1) * window], dstate)
        to_inputs.insert(0, grads.x[..., 0])
        dstate = grads.state if carry and attach else None
    return np.concatenate(to_inputs, axis=1) != 0


def explore_reach():
    """Choose the width of the windows, and how the loop links them."""
    controls = {
        "window": control("window", range(1, WIDEST + 1), 4),
        "loop": control("loop", list(LOOPS)),
    }
    return Explorer(controls, functools.cache(reach_of), lambda ax: draw_reach(ax, STEPS), describe_reach, (9.0, 3.8))


def _given(x, window, **flags):
    """x (T,) as floats and the window as an int."""
    for name, value in flags.items():
        flag(name, value)
    x = numbers("x", x, (None,))
    if not len(x):
        raise refusal("x", "one step or more", "none", "give a number a step")
    return x, whole("window", window, at_least=1)


def _blamed(params, x, window, loop):
    if loop == "overlapping":  # output t is computed anew, in a window that ends with it
        return np.array([_last_row(params, x, t, window) for t in range(len(x))])
    width = 1 if loop == "detached at each step" else window
    return blamed(params, x, width, loop != "not carried", loop == "never detached")


def _last_row(params, x, t, window):
    """(T,) bool: the inputs that the error of step t can blame if its window is the last that ends there."""
    first = max(0, t + 1 - window)
    row = np.zeros(len(x), bool)
    before = run(params, x[None, :first, None]).final if first else None
    trace = run(params, x[None, first : t + 1, None], state=before)
    asked = np.zeros_like(trace.h)
    asked[:, -1] = 1
    row[first : t + 1] = backward(params, trace, asked).x[0, :, 0] != 0
    return row


def _traces(params, x, window, carry):
    """The Trace of each window of x (B, T, 1), each begun from the final state of the one before, or from zeros."""
    traces, state = [], None
    for start in range(0, x.shape[1], window):
        traces.append(run(params, x[:, start : start + window], state=state))
        state = traces[-1].final if carry else None
    return traces
