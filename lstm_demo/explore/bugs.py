"""The famous bugs of carried state, each a wrong way to feed the same series, told by a cell that keeps a tally."""

from typing import NamedTuple

import numpy as np

from ..cell import Params, run
from ..layout import back_to_back
from ..plots import Tally, describe_tally, draw_tally
from ..refusal import choice, whole
from .controls import control
from .frame import Explorer

LENGTHS, LANES, WIDTH = (6, 5, 4, 2), 3, 2  # A, B, C, D: laid, D follows C in its lane, and B's lane ends in padding
CUTS = 3  # windows
SHUFFLED = (4, 5, 2, 6, 3, 8, 7, 0, 1)  # the nine pieces in an order that a shuffle drew
PADDING = -1


class Fed(NamedTuple):
    """What a net is fed, (B, T) grids in windows of `width`: whose step each place holds, and what the run is told."""

    series: np.ndarray  # -1 for padding
    step: np.ndarray
    mask: np.ndarray
    resets: np.ndarray
    width: int = WIDTH
    carry: bool = True
    detach: bool = True


def tally_params(kinds):
    """A cell that keeps a tally of what it has read since its last reset: kinds inputs, one-hot, and as many units.

    Its gates stay at 1, and the candidate g is 1 in the unit of what is read and 0 elsewhere: c counts each kind.
    """
    kinds = whole("kinds", kinds, at_least=1)
    open_gates, none = np.full(kinds, 50.0), np.zeros((kinds, kinds))
    weight_ih = np.concatenate([none, none, 50.0 * np.eye(kinds), none])
    return Params(
        weight_ih, np.zeros((4 * kinds, kinds)), np.concatenate([open_gates, open_gates, none[0], open_gates])
    )


def bug_of(bug):
    """The Tally of four series fed with one of the BUGS: what the state of each lane holds after each step."""
    choice("bug", bug, list(BUGS), "take a key of BUGS")
    return tally_of(bug[0].upper() + bug[1:], BUGS[bug]())


def tally_of(title, fed):
    """The Tally of what is Fed, window after window, by an LSTM with tally_params; its last unit counts padding."""
    kinds = int(fed.series.max()) + 2
    x = np.eye(kinds)[fed.series]  # index -1, padding, is the last
    state, held = None, []
    for start in range(0, fed.series.shape[1], fed.width):
        cut = np.s_[:, start : start + fed.width]
        trace = run(tally_params(kinds), x[cut], mask=fed.mask[cut], resets=fed.resets[cut], state=state)
        held.append(trace.c)
        state = trace.final if fed.carry else None
    return Tally(title, *fed, np.concatenate(held, axis=1))


# --- one right way, and the wrong ones -------------------------------------------------------------------------------


def right():
    """Each lane goes on where it left off, is reset where a series begins, and held over padding."""
    layout = back_to_back(LENGTHS, LANES)
    return _told(layout.series, layout.step)


def nothing_handed_on():
    return right()._replace(carry=False)


def reset_forgotten():
    fed = right()
    return fed._replace(resets=np.zeros_like(fed.resets))


def detach_forgotten():
    return right()._replace(detach=False)


def shuffled():
    """The pieces of all windows in random order, as a loader that shuffles gives them."""
    return _dealt(np.array(SHUFFLED))


def series_by_series():
    """The pieces of lane 0 first, then those of lane 1, where all lanes of window 0 are wanted first."""
    return _dealt(np.arange(LANES * CUTS).reshape(CUTS, LANES).T.ravel())


def overlapping():
    """Windows that begin one step, and not one width, after each other: the first ones of them."""
    fed = right()
    columns = (np.arange(CUTS)[:, None] + np.arange(WIDTH)).ravel()
    return _told(fed.series[:, columns], fed.step[:, columns])


def one_step_a_row():
    """One series in time order, one step a row: row b of the next window is LANES steps on."""
    step = np.arange(LANES * CUTS * WIDTH).reshape(-1, LANES).T
    return _told(np.zeros_like(step), step, width=1)


def padded_in_front():
    """A piece that is too short is filled up in front, as a series is, although it goes on from the window before."""
    fed = right()
    series, step = fed.series.copy(), fed.step.copy()
    for lane, column in np.argwhere(series == PADDING):
        window = np.s_[lane, column - column % WIDTH : column + 1]
        series[window], step[window] = np.roll(series[window], 1), np.roll(step[window], 1)
    return _told(series, step)._replace(mask=np.ones_like(fed.mask))


BUGS = {
    "no bug": right,
    "nothing handed on": nothing_handed_on,
    "reset forgotten": reset_forgotten,
    "detach forgotten": detach_forgotten,
    "shuffled": shuffled,
    "series after series": series_by_series,
    "overlapping windows": overlapping,
    "one step a row": one_step_a_row,
    "padding in front": padded_in_front,
}


def explore_bugs():
    """Choose one of the famous bugs and see whose steps the state of each lane holds."""
    tallies = {bug: bug_of(bug) for bug in BUGS}
    controls = {"bug": control("bug", list(BUGS))}
    return Explorer(
        controls,
        lambda bug: tallies[bug],
        lambda ax: draw_tally(ax, list(tallies.values())),
        describe_tally,
        (9.0, 3.5),
    )


def _told(series, step, width=WIDTH):
    return Fed(series, step, series >= 0, step == 0, width)


def _dealt(order):
    """The pieces of all windows, the rows of window 0 first, dealt anew to lanes and windows in this order."""
    fed = right()

    def dealt(grid):
        pieces = grid.reshape(LANES, CUTS, WIDTH).swapaxes(0, 1).reshape(-1, WIDTH)[order]
        return pieces.reshape(CUTS, LANES, WIDTH).swapaxes(0, 1).reshape(LANES, -1)

    return _told(dealt(fed.series), dealt(fed.step))
