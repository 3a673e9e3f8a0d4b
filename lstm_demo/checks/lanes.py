"""05: one long series laid into a stateful batch, and the flags that reset the lanes whose series has ended."""

import numpy as np

from .verdict import Verdict, name_of, never_raises, numbers, same, wrong

STEPS, LANES, WIDTH = 26, 3, 3  # 8 steps a lane, two left over; windows of 3, 3 and 2
STACKED = (
    "You cut along time first and then stacked the pieces: row 1 goes on where row 0 ended, and no row goes on from "
    "itself. Lanes first: cut x into lanes before you cut it into windows."
)


@never_raises
def check_lay(answer):
    """answer: a function (x, lanes, width) -> list of windows (lanes, width, 1) of x (n, 1): row i continues row i."""
    x = np.arange(float(STEPS))[:, None]
    got = answer(x.copy(), LANES, WIDTH)
    if got is None:
        return wrong("Nothing to check yet: return a list of windows, each (lanes, width, 1).")
    got = [numbers(window) for window in got]
    if any(_alike(got, batches) for batches in _stacked(x)):
        return wrong(STACKED)
    for sentence, windows in _wrongly_laid(x).items():
        if _alike(got, windows):
            return wrong(sentence)
    truth = _laid(x)
    if not _alike(got, truth):
        want, came = ([window.shape for window in windows] for windows in (truth, got))
        if want != came:
            return wrong(f"For {STEPS} steps, 3 lanes and windows of 3 the shapes are {want}; yours are {came[:4]}.")
        return wrong("Cut x into 3 pieces first, one a lane; then cut all lanes along time.")
    others = [(np.arange(12.0)[:, None], 2, 3), (np.arange(5.0)[:, None], 1, 2)]
    if not all(_alike([numbers(w) for w in answer(x.copy(), *rest)], _laid(x, *rest)) for x, *rest in others):
        return wrong("Right for 3 lanes and windows of 3, but not for others: take the sizes from what you are given.")
    return Verdict(True, "Right: row i of each window goes on where row i of the window before ended.")


def _laid(x, lanes=LANES, width=WIDTH):
    steps = len(x) // lanes
    return _cut(x[: steps * lanes].reshape(lanes, steps, 1), width)


def _cut(grid, width=WIDTH):
    return [grid[:, s : s + width] for s in range(0, grid.shape[1], width)]


def _stacked(x):
    """What comes of pieces of one width, in batches: with the short last batch and without, with the feature or not."""
    rows = x[: STEPS // WIDTH * WIDTH].reshape(-1, WIDTH, 1)
    batches = [rows[k : k + LANES] for k in range(0, len(rows), LANES)]
    return [[batch[..., 0] for batch in some] if flat else some for some in (batches, batches[:-1]) for flat in (0, 1)]


def _wrongly_laid(x):
    """What each common mistake gives: lists of windows by name."""
    steps = STEPS // LANES
    used, right = x[: steps * LANES], _laid(x)
    grid = used.reshape(LANES, steps, 1)
    return {
        "Your lanes take turns: each of them sees every third step. A lane is one contiguous piece of x.": _cut(
            used.reshape(steps, LANES, 1).swapaxes(0, 1)
        ),
        "Your windows overlap: a state would be shown the same steps again. Begin each a whole width further on.": [
            grid[:, s : s + WIDTH] for s in range(steps - WIDTH + 1)
        ],
        "The last steps of each lane are missing: the last window may be narrower than the others.": right[:-1],
        "You left out the first steps of x; leave out the last ones, so that the state begins at the beginning.": _cut(
            x[STEPS - len(used) :].reshape(LANES, steps, 1)
        ),
        "Each of your windows is (width, lanes, 1): time comes second here, as with batch_first.": [
            window.swapaxes(0, 1) for window in right
        ],
        "These are the lanes in one piece. Now cut them along time into windows.": [grid],
        "These are the lanes in one piece, as an array. Now cut them along time into a list of windows.": list(grid),
    }


def _alike(got, want):
    return len(got) == len(want) and all(a.shape == b.shape and same(a, b) for a, b in zip(got, want, strict=True))


@never_raises
def check_reset_flags(answer):
    """answer: a function (done, width) -> (lanes, width) bool: the resets of the next window, after `done` (lanes,)."""
    done = np.array([False, True, True, False])
    got = answer(done.copy(), 3)
    if got is None:
        return wrong("Nothing to check yet: return a grid of bool, lanes by width.")
    got = numbers(got)
    if got.shape != (4, 3):
        return wrong(f"Your flags have shape {got.shape}; 4 lanes and a width of 3 make (4, 3).")
    truth = _flags(done, 3)
    if not same(got, truth):
        otherwise = "A reset stands before the step that is read: go lane by lane, and ask which step is the first."
        return wrong(name_of(got, _wrong_flags(done)) or otherwise)
    for other, width in ((np.array([True, False]), 1), (np.array([False, False]), 2)):
        again = answer(other.copy(), width)
        if again is None or not np.array_equal(numbers(again), _flags(other, width)):
            return wrong("Right for 4 lanes and a width of 3, but not for others: take the sizes from what you get.")
    return Verdict(True, "Right: only the lanes that are done are zeroed, before the first step of the next window.")


def _flags(done, width, column=0):
    flags = np.zeros((len(done), width), bool)
    flags[:, column] = done
    return flags


def _wrong_flags(done):
    """What each common mistake gives: (lanes, width) bool by name."""
    all_lanes = _flags(np.ones_like(done), 3)
    return {
        "You reset all lanes: those whose series goes on would lose their state.": all_lanes,
        "You reset the lanes that go on, and carry the state of those that are done.": _flags(~done, 3),
        "The reset stands before the last step: all but one of the window would still be read with the old state.": (
            _flags(done, 3, -1)
        ),
        "The reset comes one step too late: the first step is still read with the state of the series before.": (
            _flags(done, 3, 1)
        ),
        "You reset before every step: the state would never hold more than one.": np.repeat(done[:, None], 3, axis=1),
        "You reset nothing: the state of the series that ended would run into the next one.": np.zeros((4, 3)),
    }
