"""Exercise checks: each holds an answer against the truth and against the common mistakes, and never raises.

A verdict says in a sentence what is right or which mistake it was, and has `.passed`.
"""

import functools
from dataclasses import dataclass

import numpy as np

from .cell import Params, State, init_params, run, step
from .layout import pad_left, pad_right


@dataclass(frozen=True)
class Verdict:
    """What a check says of an answer: shown as its sentence."""

    passed: bool
    sentence: str

    def __str__(self):
        return f"{'✓' if self.passed else '✗'} {self.sentence}"

    __repr__ = __str__


def never_raises(check):
    """A check that turns whatever the answer raises into a verdict that says so."""

    @functools.wraps(check)
    def checked(answer):
        try:
            return check(answer)
        except Exception as error:
            return Verdict(False, f"Your answer raised {type(error).__name__}: {error}. Run it by itself to see where.")

    return checked


@never_raises
def check_flags(answer):
    """answer: (mask, resets), two (3, 3) grids of bool, for series of 3, 1 and 2 steps padded on the left."""
    if not isinstance(answer, tuple | list) or len(answer) != 2 or any(grid is None for grid in answer):
        return Verdict(False, "Nothing to check yet: set mask and resets to two grids of 3 lanes by 3 columns.")
    mask, resets = (np.asarray(grid) for grid in answer)
    for name, grid in (("mask", mask), ("resets", resets)):
        if grid.shape != (3, 3):
            return Verdict(False, f"{name} has shape {grid.shape}; three lanes and three columns make it (3, 3).")
        if not np.isin(grid, (0, 1)).all():
            return Verdict(False, f"{name} holds something other than True and False.")
    return _mask_verdict(mask.astype(bool)) or _resets_verdict(resets.astype(bool))


def _mask_verdict(mask):
    layout, other = pad_left([3, 1, 2]), pad_right([3, 1, 2])
    mistakes = {
        "mask is turned round: True marks a real step, not padding.": ~layout.mask,
        "mask is that of padding on the right; here the padding comes first.": other.mask,
        "mask is turned round, and for padding on the right.": ~other.mask,
    }
    return _judged(
        mask, layout.mask, None, mistakes, "mask does not fit series of 3, 1 and 2 steps padded on the left."
    )


def _resets_verdict(resets):
    layout, other = pad_left([3, 1, 2]), pad_right([3, 1, 2])
    first, last = np.zeros((2, 3, 3), bool)
    first[:, 0], last[:, -1] = True, True
    mistakes = {
        "resets stands in the first column of each lane: the padding after it would still move the state. "
        "Put it on each first real step.": first | other.resets,
        "resets stands on the last step: the state would forget the series it has just read.": last,
        "resets marks every padded step; it is needed once, on each first real step.": ~layout.mask,
        "resets marks every real step: the state would never hold more than one.": layout.mask,
        "resets marks nothing: the state of the padding would run into each series.": np.zeros((3, 3), bool),
    }
    right = "Right: each lane is reset once, on its first real step, and padding is False in both."
    return _judged(resets, layout.resets, right, mistakes, "resets is not True exactly on each first real step.")


@never_raises
def check_step(answer):
    """answer: a function (params, x, h, c) -> (h, c) of one step, over lanes: x (B, D), h and c (B, H)."""
    got = answer(*_step_given())
    if got is None or (isinstance(got, tuple) and any(part is None for part in got)):
        return Verdict(False, "Nothing to check yet: return the new h and the new c.")
    if not isinstance(got, tuple) or len(got) != 2:
        return Verdict(False, f"Return two arrays, h and c, not {type(got).__name__}.")
    params, x, h, c = given = _step_given()  # anew: the answer may have changed what it was given
    truth = step(params, x, State(h, c))[0]
    for name, part in zip("hc", got, strict=True):
        if np.shape(part) != truth.h.shape:
            return Verdict(False, f"{name} has shape {np.shape(part)}; for 2 lanes of 3 units it is (2, 3).")
    return _judged(
        np.stack(got),
        np.stack(truth),
        "Right: your step is that of the package, to rounding.",
        {name: np.stack(wrong) for name, wrong in _wrong_steps(*given).items()},
        "The numbers differ from those of the package. Check z first, then c, then h.",
    )


def _step_given():
    rng = np.random.default_rng(4)
    params = init_params(2, 3, seed=4)
    params = Params(*(rng.normal(size=a.shape) for a in params))
    return params, rng.normal(size=(2, 2)), rng.normal(size=(2, 3)), rng.normal(size=(2, 3))


def _wrong_steps(params, x, h, c):
    """What each common mistake gives: (h, c) by name."""
    sigmoid = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731

    def cell(order="ifgo", squash=np.tanh, show=np.tanh, weights=params, before=c, past=h):
        z = x @ weights.weight_ih.T + past @ weights.weight_hh.T + weights.bias
        z = dict(zip(order, z.reshape(2, 4, 3).swapaxes(0, 1), strict=True))
        new = sigmoid(z["f"]) * before + sigmoid(z["i"]) * squash(z["g"])
        return sigmoid(z["o"]) * show(new), new

    right = cell()
    return {
        "h and c are swapped: return h first.": right[::-1],
        "The blocks are read in the order i, f, o, g; here it is i, f, g, o.": cell(order="ifog"),
        "The blocks of i and f are swapped; the order is i, f, g, o.": cell(order="figo"),
        "g went through the sigmoid; the candidate goes through tanh, so that it can be negative.": cell(
            squash=sigmoid
        ),
        "h is o times c: the tanh around c is missing.": cell(show=lambda new: new),
        "The bias is missing.": cell(weights=params._replace(bias=np.zeros(12))),
        "h was not read: the product with weight_hh is missing.": cell(past=np.zeros_like(h)),
        "c was not kept: f times the old c is missing.": cell(before=np.zeros_like(c)),
        "The old h was kept instead of the old c: f multiplies c.": cell(before=h),
        "h is made from the old c; use the new one.": (right[0] * np.tanh(c) / np.tanh(right[1]), right[1]),
    }


@never_raises
def check_last_step(answer):
    """answer: a function (h, lengths) -> (B, H): of h (B, T, H), padded on the right, each lane's last real step."""
    lengths = np.array([2, 5, 3])
    layout = pad_right(lengths, width=6)
    rng = np.random.default_rng(5)
    h = run(init_params(2, 3, seed=5), rng.normal(size=(*layout.mask.shape, 2))).h
    got = answer(h.copy(), lengths.copy())
    if got is None:
        return Verdict(False, "Nothing to check yet: return one row of h for each lane.")
    if np.shape(got) != (3, 3):
        return Verdict(
            False, f"Your answer has shape {np.shape(got)}; one row of 3 units for each of 3 lanes is (3, 3)."
        )
    lanes = np.arange(3)
    zero_filled = np.where(layout.mask[..., None], h, 0)
    mistakes = {
        "You read the last column: in all lanes that is padding here.": h[:, -1],
        "You read one step too far: counting from 0, the last of n steps is n - 1.": h[lanes, lengths],
        "You read one step too early.": h[lanes, lengths - 2],
        "You read the first step of each lane.": h[:, 0],
        "You read the last step of the longest series in every lane.": h[:, lengths.max() - 1],
        "You counted from the right-hand end, as for padding on the left.": h[lanes, -lengths],
        "You took a mean over all columns, padding included.": h.mean(axis=1),
        "You took the mean over the real steps; the question is for the last one.": zero_filled.sum(1)
        / lengths[:, None],
    }
    right = "Right: each lane is read at its own last real step."
    return _judged(np.asarray(got), h[lanes, lengths - 1], right, mistakes, "This is no lane's last real step.")


def _judged(got, truth, right, mistakes, otherwise):
    """The verdict on an array: right, one of the named mistakes, or neither. None where right has no sentence."""
    if np.allclose(got, truth, atol=1e-9):
        return None if right is None else Verdict(True, right)
    for mistake, wrong in mistakes.items():
        if np.allclose(got, wrong, atol=1e-9):
            return Verdict(False, mistake)
    return Verdict(False, otherwise)
