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
            reason = str(error).rstrip(".")
            return wrong(f"Your answer raised {type(error).__name__}: {reason}. Run it by itself to see where.")

    return checked


def wrong(sentence):
    return Verdict(False, sentence)


# --- 00: the flags of a layout --------------------------------------------------------------------------------------


@never_raises
def check_flags(answer):
    """answer: (mask, resets), two (3, 3) grids of bool, for series of 3, 1 and 2 steps padded on the left."""
    if not isinstance(answer, tuple | list) or len(answer) != 2 or answer[0] is None:
        return wrong("Nothing to check yet: set mask and resets to two grids of 3 lanes by 3 columns.")
    mask, resets = answer
    layout = pad_left([3, 1, 2])
    if np.array_equal(mask, layout.resets) and np.array_equal(resets, layout.mask):
        return wrong("mask and resets are swapped: mask is True on every real step, resets on the first of each lane.")
    fault = _mistaken("mask", mask, layout.mask, _mask_mistakes())
    if fault is None and resets is None:
        return wrong("mask is right. Now set resets, as if there were no mask: another grid of 3 lanes by 3 columns.")
    fault = fault or _mistaken("resets", resets, layout.resets, _reset_mistakes())
    return fault or Verdict(
        True, "Right: mask is False over padding, and each lane is reset once, on its first real step."
    )


def _mistaken(name, grid, truth, mistakes):
    """The verdict on a wrong grid; None if it is right."""
    try:
        grid = np.asarray(grid)
    except ValueError:
        return wrong(f"{name} has lanes of unequal length; give each of the three lanes three columns.")
    if grid.shape != (3, 3):
        return wrong(f"{name} has shape {grid.shape}; three lanes and three columns make it (3, 3).")
    if not np.isin(grid, (0, 1)).all():
        return wrong(f"{name} holds something other than True and False.")
    otherwise = f"{name} does not fit series of 3, 1 and 2 steps padded on the left. Draw the grid and go lane by lane."
    return None if np.array_equal(grid, truth) else wrong(_name_of(grid, mistakes) or otherwise)


def _mask_mistakes():
    layout, other = pad_left([3, 1, 2]), pad_right([3, 1, 2])
    return {
        "mask is turned round: True marks a real step, not padding.": ~layout.mask,
        "mask is that of padding on the right; here the padding comes first.": other.mask,
        "mask is turned round, and for padding on the right.": ~other.mask,
    }


def _reset_mistakes():
    layout = pad_left([3, 1, 2])
    first, last, nowhere = np.zeros((3, 3, 3), bool)
    first[:, 0], last[:, -1] = True, True
    return {
        "resets stands in the first column of each lane: without a mask the padding after it would still move the "
        "state. Put it on each first real step.": first,
        "resets stands on the last step: the state would forget the series it has just read.": last,
        "resets marks every padded step: the last of them would still move the state of its series.": ~layout.mask,
        "resets marks every real step: the state would never hold more than one.": layout.mask,
        "resets marks nothing: without a mask the state of the padding would run into each series.": nowhere,
    }


# --- 02: one step ---------------------------------------------------------------------------------------------------


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
    got = [_numbers(part) for part in got]
    for name, part in zip("hc", got, strict=True):
        if part.shape != h.shape:
            return wrong(f"{name} has shape {part.shape}; for {len(h)} lanes of {h.shape[1]} units it is {h.shape}.")
    if _same(got, truth):
        return Verdict(True, "Right: your step is that of the package, to rounding.")
    otherwise = "The numbers differ from those of the package. Check z first, then c, then h."
    return wrong(_name_of(got, _wrong_steps(*given)) or otherwise)


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


# --- 03: the last real step -----------------------------------------------------------------------------------------


@never_raises
def check_last_step(answer):
    """answer: a function (h, lengths) -> (B, H): of h (B, T, H), padded on the right, each lane's last real step."""
    lengths = np.array([2, 5, 3])
    mask = pad_right(lengths, width=6).mask
    h = run(init_params(2, 4, seed=5), np.random.default_rng(5).normal(size=(*mask.shape, 2))).h
    got = answer(h.copy(), lengths.copy())
    if got is None:
        return wrong("Nothing to check yet: return one row of h for each lane.")
    got = _numbers(got)
    if got.shape != (3, 4):
        return wrong(f"Your answer has shape {got.shape}; one row of 4 units for each of 3 lanes is (3, 4).")
    if _same(got, h[np.arange(3), lengths - 1]):
        return Verdict(True, "Right: each lane is read at its own last real step.")
    return wrong(_name_of(got, _misread(h, lengths, mask)) or "This is no lane's last real step.")


def _misread(h, lengths, mask):
    """What each common mistake reads, (B, H) by name."""
    lanes = np.arange(len(h))
    mean = np.where(mask[..., None], h, 0).sum(axis=1) / lengths[:, None]
    return {
        "You read the last column: in all lanes that is padding here.": h[:, -1],
        "You read one step too far: counting from 0, the last of n steps is n - 1.": h[lanes, lengths],
        "You read one step too early.": h[lanes, lengths - 2],
        "You read the first step of each lane.": h[:, 0],
        "You read the last step of the longest series in every lane.": h[:, lengths.max() - 1],
        "You counted from the right-hand end, as for padding on the left.": h[lanes, -lengths],
        "You took a mean over all columns, padding included.": h.mean(axis=1),
        "You took the mean over the real steps; the question is for the last one.": mean,
    }


def _numbers(value):
    """What an answer returned as an array; a torch tensor also where it hangs on a graph."""
    return np.asarray(value.detach() if hasattr(value, "detach") else value, dtype=np.float64)


def _same(got, truth):
    return np.allclose(got, truth, atol=1e-6)  # an answer may have been computed in float32


def _name_of(got, mistakes):
    """The sentence of the mistake that gives just this; None if none does."""
    return next((sentence for sentence, result in mistakes.items() if _same(got, result)), None)
