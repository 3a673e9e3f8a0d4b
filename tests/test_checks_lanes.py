"""The checks of lesson 05: right answers pass in every form, each mistake is named, nothing makes a check raise."""

import numpy as np
import pytest
import torch
from test_checks import GARBAGE, named, passes, said

from lstm_demo import checks
from lstm_demo.checks import lanes


def lay(x, lanes, width):
    steps = len(x) // lanes
    grid = x[: steps * lanes].reshape(lanes, steps, 1)
    return [grid[:, s : s + width] for s in range(0, steps, width)]


def by_piece(x, lanes, width):
    """Written another way: piece by piece."""
    n = len(x) // lanes
    pieces = [x[b * n : (b + 1) * n] for b in range(lanes)]
    return tuple(np.stack([one[s : s + width] for one in pieces]) for s in range(0, n, width))


def by_torch(x, lanes, width):
    n = len(x) // lanes
    return torch.tensor(x)[: n * lanes].view(lanes, n, 1).split(width, dim=1)


def rows_in_order(x, lanes, width):
    n = len(x) // (lanes * width)
    return [x[k * lanes * width : (k + 1) * lanes * width].reshape(lanes, width, 1) for k in range(n)]


def cut(grid, width, step=None):
    return [grid[:, s : s + width] for s in range(0, grid.shape[1], step or width)]


def pieces(x, lanes):
    return np.stack(np.split(x[: len(x) // lanes * lanes], lanes))


def stacked(full=False, feature=True):
    """Pieces of one width, batch after batch, the short last batch left out or not."""

    def answer(x, lanes, width):
        rows = x[: len(x) // width * width].reshape(-1, width, *[1] * feature)
        return [rows[k : k + lanes] for k in range(0, len(rows) - (lanes - 1) * full, lanes)]

    return answer


STACKED = {
    "as whole batches": rows_in_order,
    "the last batch short": stacked(),
    "without the feature": stacked(feature=False),
    "whole batches without the feature": stacked(full=True, feature=False),
    "in torch": lambda x, lanes, width: torch.tensor(stacked()(x, 8, width)[0]).split(lanes),
}
LAID = {
    "every third step": lambda x, lanes, width: cut(np.stack([x[b:24:lanes] for b in range(lanes)]), width),
    "overlap": lambda x, lanes, width: [pieces(x, lanes)[:, s : s + width] for s in range(8 - width + 1)],
    "the last window may be narrower": lambda x, lanes, width: lay(x, lanes, width)[:-1],
    "left out the first steps": lambda x, lanes, width: cut(pieces(x[2:], lanes), width),
    "time comes second": lambda x, lanes, width: [w.transpose(1, 0, 2) for w in lay(x, lanes, width)],
    "into windows.": lambda x, lanes, width: [pieces(x, lanes)],
    "as an array": lambda x, lanes, width: pieces(x, lanes),
    "the shapes are": lambda x, lanes, width: [w[..., 0] for w in lay(x, lanes, width)],
    "Cut x into 3 pieces first": lambda x, lanes, width: lay(x[::-1], lanes, width),
    "take the sizes": lambda x, lanes, width: lay(x, 3, 3),
}


def flags(done, width):
    resets = np.zeros((len(done), width), bool)
    resets[:, 0] = done
    return resets


def marked(lanes=slice(None), columns=0):
    """An answer that sets one thing and forgets another."""

    def answer(done, width):
        resets = np.zeros((len(done), width), bool)
        resets[lanes(done) if callable(lanes) else lanes, columns] = True
        return resets

    return answer


FLAGS = {
    "reset all lanes": marked(),
    "the lanes that go on": marked(lambda done: ~done),
    "before the last step": marked(lambda done: done, -1),
    "one step too late": marked(lambda done: done, 1),
    "before every step": marked(lambda done: done, slice(None)),
    "reset nothing": lambda done, width: np.zeros((len(done), width), bool),
    "go lane by lane": marked(1, 1),
    "take the sizes": lambda done, width: flags(np.array([False, True, True, False]), 3),
}


def test_a_series_that_is_laid_right_passes_however_it_is_cut():
    for answer in (lay, by_piece, by_torch, lambda *given: [window.tolist() for window in lay(*given)]):
        assert passes(checks.check_lay, answer)


def test_each_mistake_in_laying_is_named():
    named(checks.check_lay, LAID)


@pytest.mark.parametrize("odd", [1, 2])
def test_an_answer_that_is_wrong_for_one_number_of_lanes_alone_is_found(odd):
    said(checks.check_lay, lambda x, lanes, width: lay(x, 3 if lanes == odd else lanes, width), "take the sizes")


@pytest.mark.parametrize("odd", [1, 2])
def test_flags_that_are_wrong_for_one_width_alone_are_found(odd):
    said(checks.check_reset_flags, lambda done, width: flags(done if width != odd else ~done, width), "take the sizes")


@pytest.mark.parametrize("how", STACKED)
def test_pieces_cut_along_time_and_then_stacked_are_named_in_every_form(how):
    said(checks.check_lay, STACKED[how], "along time first", "row 0 ended", "Lanes first")


def test_the_right_flags_pass_however_they_are_made():
    for answer in (flags, marked(lambda done: done), lambda *given: torch.tensor(flags(*given))):
        assert passes(checks.check_reset_flags, answer)
    assert passes(checks.check_reset_flags, lambda done, width: np.outer(done, np.arange(width) == 0))
    assert passes(checks.check_reset_flags, lambda *given: flags(*given).astype(int).tolist())


def test_each_mistake_in_the_flags_is_named():
    named(checks.check_reset_flags, FLAGS)


def test_unfinished_or_misshapen_answers_are_told_what_to_do():
    said(checks.check_lay, lambda *_: None, "return a list of windows")
    said(checks.check_lay, lambda x, lanes, width: x.reshape(5), "ValueError")
    said(checks.check_reset_flags, lambda *_: None, "return a grid of bool")
    said(checks.check_reset_flags, lambda done, width: done, "(4,)", "(4, 3)")
    said(checks.check_reset_flags, lambda done, width: flags(done, width).T, "(3, 4)", "(4, 3)")


def test_an_answer_cannot_change_what_it_is_judged_by():
    def spoilt(x, lanes, width):
        x[:] = 0
        return lay(x, lanes, width)

    def turned(done, width):
        done[:] = ~done
        return flags(done, width)

    said(checks.check_lay, spoilt, "Cut x into 3 pieces first")
    said(checks.check_reset_flags, turned, "the lanes that go on")
    assert passes(checks.check_lay, lay)
    assert passes(checks.check_reset_flags, flags)


def test_every_named_mistake_is_reached_and_differs_from_the_others_and_from_the_truth():
    x = np.arange(26.0)[:, None]
    laid = lanes._wrongly_laid(x)
    assert len(laid) == len(LAID) - 3
    every = [*laid.values(), *lanes._stacked(x), lay(x, 3, 3)]
    assert len({tuple(w.shape + tuple(w.ravel()) for w in windows) for windows in every}) == 12
    done = np.array([False, True, True, False])
    wrong = lanes._wrong_flags(done)
    assert len(wrong) == len(FLAGS) - 2
    assert len({np.asarray(f, bool).tobytes() for f in [*wrong.values(), flags(done, 3)]}) == 7


@pytest.mark.parametrize("check", [checks.check_lay, checks.check_reset_flags], ids=lambda check: check.__name__)
@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_never_raises_and_never_passes(check, what):
    said(check, GARBAGE[what])
