"""Flag against mask: one cell over one padded series, told of the padding in four ways."""

import math

import numpy as np

from ..cell import Params, run
from ..layout import pad_left, pad_right, with_flag
from ..plots import Held, describe_held, draw_held
from ..refusal import choice, numbers, whole
from .controls import control
from .frame import Explorer

READ = np.ones((6, 1))  # the series: six ones
TOLD = {"nothing": "Nothing told", "flag": "Flag", "mask": "Exact mask", "closed gates": "Closed gates"}
SIDES = {"left": pad_left, "right": pad_right}
MOST, HEAVIEST = 20, 12  # padded steps; weight of the flag
SHUT = -1e4


def flag_params(weights):
    """Params of one unit that reads x and the flag, and no h; `weights` are those of the flag to i, f, g and o.

    On padding, where x is 0, the rest gives i = 0.73, f = 0.88 and g = -0.46: left alone, c fades and drifts.
    """
    weights = numbers("weights", weights, (4,))
    rest = np.array([0.0, 0.0, 1.5, 0.0])
    return Params(np.stack([rest, weights], axis=1), np.zeros((4, 1)), np.array([1.0, 2.0, -0.5, 1.0]))


def hold_weights(weight):
    """The flag's weights that hold c: they shut i and open f, the better the larger `weight` is."""
    weight = float(numbers("weight", weight, ()))
    return np.array([-weight, weight, 0.0, 0.0])


def held(told, side, pads, weight=0):
    """The Held of the series of six ones with `pads` padded steps on a side.

    told    one of TOLD
    weight  of the flag to the gates; the other ways have none
    """
    for name, value, known in (("told", told, TOLD), ("side", side, SIDES)):
        choice(name, value, list(known))
    numbers("weight", weight, ())
    pads = whole("pads", pads, at_least=1)
    layout = SIDES[side]([len(READ)], width=len(READ) + pads)
    column = {"flag": hold_weights(weight), "closed gates": np.array([SHUT, SHUT, 0.0, SHUT])}
    params = flag_params(column.get(told, np.zeros(4)))
    x = with_flag(layout.lay([READ]), layout.mask)
    trace = run(params, x, mask=layout.mask if told == "mask" else None)
    truth = run(params, x, mask=layout.mask).c[0, :, 0]
    title = f"Flag of weight {weight}" if told == "flag" else TOLD[told]
    return Held(title, side, layout.mask[0], trace.c[0, :, 0], truth, _gates(told, trace, ~layout.mask))


def _gates(told, trace, padding):
    if told == "mask":
        return "state held"
    i, f = (gate[padding][0, 0] for gate in (trace.i, trace.f))
    return f"f = {_gate(f)}, i = {_gate(i)}"


def _gate(value):
    """So many decimals that it is seen how far a gate is from shut or open: 0.88, 0.000017, 0.9999992."""
    rest = min(value, 1 - value)
    if rest == 0:
        return f"{value:.0f}"
    return f"{value:.{max(2, -math.floor(math.log10(rest)))}f}"


def explore_held():
    """Move the weight of the flag and the number of padded steps; choose the side, and what the cell is told."""
    controls = {
        "told": control("told", list(TOLD), "flag"),
        "weight": control("weight of the flag", range(HEAVIEST + 1), 2),
        "pads": control("padded steps", range(1, MOST + 1), 12),
        "side": control("padding", list(SIDES), "right"),
    }
    draw = lambda ax: draw_held(ax, len(READ) + MOST)  # noqa: E731
    idle = lambda values: () if values["told"] == "flag" else ("weight",)  # noqa: E731
    return Explorer(controls, held, draw, describe_held, (9.0, 4.2), idle)
