"""01: from a table to windows."""

from functools import partial

import numpy as np

from .verdict import Verdict, name_of, never_raises, numbers, wrong

MOMENTS, FEATURES, WIDTH = 12, 6, 3


@never_raises
def check_to_windows(answer):
    """answer: a function (table, width) -> (N - width + 1, width, F): of (N, F), all windows of `width` rows."""
    verdict = _verdict(answer, MOMENTS, FEATURES, WIDTH)
    if verdict.passed and not never_raises(partial(_verdict, moments=9, features=2, width=4))(answer).passed:
        return wrong("Right for 12 rows of 6 features, but not for 9 of 2: take the sizes from what you are given.")
    return verdict


def _verdict(answer, moments, features, width):
    table = _table(moments, features)
    got = answer(table.copy(), width)
    if got is None:
        return wrong("Nothing to check yet: return one array, (windows, steps, features).")
    got, truth = numbers(got), _windows(table, width)
    if not _equal(got, truth):
        return wrong(name_of(got, _fitting(_mistakes(table, width), got.shape)) or _otherwise(got, truth))
    return Verdict(True, "Right: 12 rows give 10 windows of 3, each one row on from the last, with all 6 features.")


def _table(moments, features):
    return np.arange(1.0, moments * features + 1).reshape(moments, features)


def _windows(table, width):
    return np.stack([table[k : k + width] for k in range(len(table) - width + 1)])


def _equal(got, truth):
    return got.shape == truth.shape and np.array_equal(got, truth)


def _fitting(mistakes, shape):
    """Those of this shape: one must not be taken for another by broadcasting."""
    return {sentence: made for sentence, made in mistakes.items() if made.shape == shape}


def _otherwise(got, truth):
    if got.shape != truth.shape:
        return f"Your answer has shape {got.shape}; 10 windows of 3 steps of 6 features are {truth.shape}."
    return "The shape is right, the numbers are not: window k should be rows k to k + width - 1 of the table."


def _mistakes(table, width):
    """What each common mistake makes of a table, by name; its reshapes want sizes that `width` divides."""
    moments, features = table.shape
    windows = _windows(table, width)
    turned = windows.transpose(0, 2, 1)
    first = np.concatenate([np.zeros((width - 1, features)), table])
    last = np.concatenate([table, np.zeros((width - 1, features))])
    return {
        "You made steps out of features: step 1 of each sample comes from the same row as step 0.": table.reshape(
            moments, width, features // width
        ),
        "These windows do not overlap: a plain reshape begins a new one only every 3 rows.": table.reshape(
            moments // width, width, features
        ),
        "Steps and features are swapped: turn the last two axes round.": turned,
        "The shape is right, but it came by a reshape that mixes steps and features; turn the axes.": turned.reshape(
            windows.shape
        ),
        "One window is missing, the last: N rows hold N - width + 1 windows.": windows[:-1],
        "One window is missing, the first: window 0 begins at row 0.": windows[1:],
        "Each window runs backwards in time: its first step should be its oldest.": windows[:, ::-1],
        "One axis too many: leave out the one of length 1.": windows[:, None],
        "You filled up in front with zeros; only whole windows are asked for.": _windows(first, width),
        "You filled up behind with zeros; only whole windows are asked for.": _windows(last, width),
        "The samples are rows of one step, all lags beside each other as features.": windows.reshape(
            len(windows), 1, width * features
        ),
        "All steps of a window lie flat in one row: that is for a feed-forward net.": windows.reshape(len(windows), -1),
    }
