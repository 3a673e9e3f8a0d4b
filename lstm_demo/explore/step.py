"""One step by hand: drive what the cell reads, and see what each gate does with it."""

import ipywidgets as widgets
import numpy as np

from ..cell import Params, State, params_given, step
from ..plots import OneStep, describe_step, draw_step
from ..refusal import numbers, refusal
from .frame import Explorer

BIAS = 5.0  # the forget bias goes from -BIAS to BIAS

# One feature, one unit: weights chosen so that every control moves something one can see. Rows i, f, g, o.
HAND_PARAMS = Params(
    np.array([[1.5], [-0.5], [1.2], [0.8]]), np.array([[0.5], [0.5], [-0.8], [1.0]]), np.array([0.0, 1.0, 0.0, 0.0])
)


def one_step(params, x, h, c):
    """OneStep of a cell of one feature and one unit that reads the numbers x, h and c."""
    _check_hand(params)
    x, h, c = (numbers(name, value, ()).item() for name, value in (("x", x), ("h", h), ("c", c)))
    state, gates = step(params, [[x]], State([[h]], [[c]]))
    gates = type(gates)(*(gate.item() for gate in gates))
    return OneStep(x, h, c, gates, state.c.item(), state.h.item(), float(np.tanh(state.c.item())))


def explore_step(params=HAND_PARAMS):
    """Drive x, h, c and the forget bias of a cell of one feature and one unit by hand.

    Raises ValueError for other sizes, and for a forget bias beyond the ends of its control.
    """
    params = _check_hand(params, BIAS)
    controls = {
        "x": _slider("x", 1.0, 3.0),
        "h": _slider("h before", 0.5, 1.0),
        "c": _slider("c before", 1.0, 2.0),  # a step adds 1 at most, and the picture ends a little beyond 3
        "forget_bias": _slider("forget bias", float(params.bias[1]), BIAS),
    }

    def compute(x, h, c, forget_bias):
        bias = np.array([params.bias[0], forget_bias, *params.bias[2:]])
        return one_step(params._replace(bias=bias), x, h, c)

    return Explorer(controls, compute, draw_step, describe_step, (9.0, 4.4))


def _check_hand(params, most=np.inf):
    """Params of one feature and one unit, their forget bias within `most`."""
    params = params_given(params)
    if params.weight_ih.shape != (4, 1) or abs(params.bias[1]) > most:
        got = f"weight_ih of shape {params.weight_ih.shape} and a forget bias of {params.bias[1]}"
        raise refusal("params", f"one feature, one unit, a forget bias within {most}", got, "see HAND_PARAMS")
    return params


def _slider(description, value, most):
    return widgets.FloatSlider(
        value, min=-most, max=most, step=0.1, description=description, style={"description_width": "5.5em"}
    )
