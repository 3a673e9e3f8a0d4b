"""Lesson 06: the reach is what torch measures, the loop is the one on the page."""

import inspect
import re

import lessons
import numpy as np
import pytest
import torch
from seen import texts

from lstm_demo import delayed_echo
from lstm_demo.lessons import how_far_back as room
from lstm_demo.lessons.how_far_back import LOOPS, STEPS, WINDOWS, echo_windows, error_by_lag, mse, reach


def reached(window, loop, hand_on):
    """(T, T) bool: which inputs get a gradient from each output, by torch: the loop in words, one step a call."""
    torch.manual_seed(1)
    lstm, read = torch.nn.LSTM(1, 4, batch_first=True).double(), torch.randn(1, STEPS, 1).double().requires_grad_()
    found = []
    for t in range(STEPS):
        borders = {"never detached": [], "detached at each step": range(1, STEPS), "overlapping": [t + 1 - window]}
        state = None
        for s in range(t + 1):
            if s in borders.get(loop, range(window, STEPS, window)) and state:
                state = None if loop == "not carried" else hand_on(state)
            h, state = lstm(read[:, s : s + 1], state)
        found.append((torch.autograd.grad(h.sum(), read)[0][0, :, 0] != 0).tolist())
    return np.array(found)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("window", [1, 5])
def test_the_reach_that_is_drawn_and_said_is_what_autograd_measures_with_and_without_the_cuts(window, loop):
    used, blamed = reached(window, loop, tuple), reached(window, loop, room.detach)
    for time in (0, 7, STEPS):
        one, (so_far, its_blame) = reach(window, loop, time), (used[:time], blamed[:time])
        assert (one.used.tolist(), one.blamed.tolist()) == (used.tolist(), blamed.tolist())
        said = texts(one)
        assert (said.count("∇"), said.count("·")) == (its_blame.sum(), (so_far & ~its_blame).sum())
        counts = np.stack([so_far.sum(axis=1), its_blame.sum(axis=1)], axis=1)
        assert [int(word) for word in said if word.isdigit()][2 * STEPS :] == counts.ravel().tolist()
        found = re.search(r"use up to (\d+), and blame up to (\d+)\.", one.says())
        assert (found and [*map(int, found.groups())]) == (counts.max(axis=0).tolist() if time else None)
    assert said.count(LOOPS[loop][1]) == (0 if loop == "overlapping" else (STEPS - 1) // window)


def test_the_windows_are_the_echo_of_streams_and_only_steps_with_an_answer_count():
    cut = echo_windows(6, 5, lag=9, seed=3)
    for part, wanted in zip(zip(*cut, strict=True), delayed_echo(64, 30, lag=9, seed=3), strict=True):
        np.testing.assert_array_equal(torch.cat(part, dim=1).numpy(), np.stack(wanted))
    wanted, said = torch.tensor([0.0, 0.0, 1.0, -1.0]), torch.tensor([9.0, 9.0, 0.5, -1.0])
    assert (mse(said, wanted).item(), mse(0 * said, wanted).item()) == (0.125, 1)
    assert mse(said, 0 * wanted).item() == 0  # nothing is asked: no NaN


def test_the_loop_is_the_one_on_the_page():
    cells = [cell.source for cell in lessons.code_cells(lessons.read("06_how_far_back.ipynb"))]
    assert inspect.getsource(room.train).strip() in cells


@pytest.mark.parametrize("state", room.HAND_ON)
def test_an_entry_is_the_error_on_another_stream_read_window_by_window(state):
    net, pairs, last = room.new_net(1), [], None
    room.train(net, echo_windows(20, 3, 2, seed=1), room.HAND_ON[state])
    for heard, wanted in echo_windows(133, 3, 2, seed=1001):
        said, last = net(heard, last)
        pairs.append((said, wanted))
        last = room.HAND_ON[state](last)
    said, wanted = (torch.cat(part, dim=1) for part in zip(*pairs, strict=True))
    error = room.error_of(net, 3, 2, state, seed=1001)
    assert error == pytest.approx(mse(said, wanted).item(), abs=1e-6)
    assert room.learn_echo(3, 2, state, seed=1, updates=20)["error"] == round(error, 4)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_picture_shows_the_stored_errors_and_says_how_far_all_nets_learnt(window):
    one, rows = error_by_lag(window), room.cliff.stored(window=window)
    assert all(getattr(one, row.state)[row.seed, row.lag] == row.error for row in rows)
    learnt = max(1, window - 1)  # windows of 1 learn lag 1, too
    assert f"all learn lag {learnt}, none lag {learnt + 1}" in one.says()
    assert f"{one.carried[:, learnt + 1 :].min():.2f} at least; with the state reset it is lag / {window}" in one.says()
    assert np.abs(one.reset - np.minimum(np.arange(10) / window, 1)).max() < 0.05
