"""02: one step of the cell."""

import functools

import numpy as np

from ..cell import Params, State, step
from .verdict import Verdict, name_of, never_raises, numbers, same, wrong


@never_raises
def check_step(answer):
    """answer: a function (params, x, h, c) -> (h, c) of one step, over lanes: x (B, D), h and c (B, H)."""
    verdict = _step_verdict(answer, lanes=4, features=2, units=3)
    wider = never_raises(functools.partial(_step_verdict, lanes=2, features=3, units=5))
    if verdict.passed and not wider(answer).passed:
        return wrong("Right for 3 units, but not for 5: take the sizes from what you are given.")
    return verdict


def _step_verdict(answer, **sizes):
    got = answer(*_step_given(**sizes))
    if got is None or (isinstance(got, tuple | list) and any(part is None for part in got)):
        return wrong("Nothing to check yet: return the new h and the new c.")
    if len(got) != 2:
        return wrong(f"Return two arrays, h and c, not {len(got)}.")
    params, x, h, c = given = _step_given(**sizes)  # anew: the answer may have changed what it was given
    truth = step(params, x, State(h, c))[0]
    got = [numbers(part) for part in got]
    for name, part in zip("hc", got, strict=True):
        if part.shape != h.shape:
            return wrong(f"{name} has shape {part.shape}; for {len(h)} lanes of {h.shape[1]} units it is {h.shape}.")
    if same(got, truth):
        return Verdict(True, "Right: your step is that of the package, to rounding.")
    otherwise = "The numbers differ from those of the package. Check z first, then c, then h."
    return wrong(name_of(got, _wrong_steps(*given)) or otherwise)


def _step_given(lanes, features, units):
    rng = np.random.default_rng(4)
    shapes = ((4 * units, features), (4 * units, units), (4 * units,))
    x, h, c = (rng.normal(size=(lanes, width)) for width in (features, units, units))
    return Params(*map(rng.normal, (0, 0, 0), (1, 1, 1), shapes)), x, h, c


def _wrong_steps(params, x, h, c):
    """What each common mistake gives: (h, c) by name."""

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def cell(order="ifgo", squash=np.tanh, show=np.tanh, weights=params, before=c, past=h):
        z = x @ weights.weight_ih.T + past @ weights.weight_hh.T + weights.bias
        z = dict(zip(order, np.split(z, 4, axis=1), strict=True))
        new = sigmoid(z["f"]) * before + sigmoid(z["i"]) * squash(z["g"])
        return sigmoid(z["o"]) * show(new), new

    h_right, c_right = cell()
    unbiased = params._replace(bias=0 * params.bias)
    return {
        "h and c are swapped: return h first.": (c_right, h_right),
        "The blocks are read in the order i, f, o, g; here it is i, f, g, o.": cell(order="ifog"),
        "The blocks of i and f are swapped; the order is i, f, g, o.": cell(order="figo"),
        "g went through the sigmoid; it goes through tanh, so that it can be negative.": cell(squash=sigmoid),
        "h is o times c: the tanh around c is missing.": cell(show=lambda new: new),
        "The bias is missing.": cell(weights=unbiased),
        "h was not read: the product with weight_hh is missing.": cell(past=0 * h),
        "c was not kept: f times the old c is missing.": cell(before=0 * c),
        "The old h was kept instead of the old c: f multiplies c.": cell(before=h),
        "h is made from the old c; use the new one.": (h_right * np.tanh(c) / np.tanh(c_right), c_right),
    }
