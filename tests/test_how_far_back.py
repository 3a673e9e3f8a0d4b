"""Lesson 06: the reach is what torch measures, the loop is the one on the page."""

import re

import lessons
import numpy as np
import pytest
import torch
from seen import texts

from lstm_demo import delayed_echo
from lstm_demo.lessons import how_far_back as room
from lstm_demo.lessons.how_far_back import LOOPS, STEPS, WINDOWS, echo_windows, error_by_lag, mse, reach

every_loop = pytest.mark.parametrize("loop", LOOPS)


def output_of(lstm, read, t, window, loop):
    """What step t says, summed over units: the loop in words, one step a call."""
    borders = {"never detached": [], "detached at each step": range(1, STEPS), "overlapping": [t + 1 - window]}
    state = None
    for s in range(t + 1):
        if s in borders.get(loop, range(window, STEPS, window)) and state:
            state = None if loop == "not carried" else room.detach(state)
        h, state = lstm(read[:, s : s + 1], state)
    return h[:, 0].sum(dim=1)


@every_loop
@pytest.mark.parametrize("window", range(1, 7))
def test_the_reach_is_what_changed_inputs_and_autograd_measure(window, loop):
    torch.manual_seed(1)
    lstm, x = torch.nn.LSTM(1, 4, batch_first=True).double(), torch.randn(STEPS, dtype=torch.float64)
    changed = torch.cat([x + torch.eye(STEPS), x[None]])[..., None]  # lane s has the input of step s changed
    read, one = x[None, :, None].clone().requires_grad_(), reach(window, loop)
    for t in range(STEPS):
        said = output_of(lstm, changed, t, window, loop).detach()
        assert one.used[t].tolist() == ((said[:-1] - said[-1]).abs() > 1e-12).tolist()  # lanes differ by rounding
        gradient = torch.autograd.grad(output_of(lstm, read, t, window, loop), read)[0]
        assert one.blamed[t].tolist() == (gradient[0, :, 0] != 0).tolist()


@every_loop
@pytest.mark.parametrize("time", [0, 1, 7, STEPS])
def test_what_is_drawn_and_said_is_what_was_read_so_far(loop, time):
    for window in (1, 4):
        one = reach(window, loop, time)
        used, blamed, said = one.used[:time], one.blamed[:time], texts(one)
        assert said.count("∇") == blamed.sum()
        assert said.count("·") == (used & ~blamed).sum()
        assert said.count(LOOPS[loop][1]) == (0 if loop == "overlapping" else (STEPS - 1) // window)
        numbers = np.stack([used.sum(axis=1), blamed.sum(axis=1)], axis=1).ravel().tolist()
        assert [int(word) for word in said if word.isdigit()][2 * STEPS :] == numbers
        found = re.search(r"use up to (\d+), and blame up to (\d+)\.", one.says())
        assert not time if not found else [*map(int, found.groups())] == [max(numbers[::2]), max(numbers[1::2])]
        assert (f"After {time} of" in one.says()) == (0 < time < STEPS)


def joined(windows):
    return tuple(torch.cat(part, dim=1) for part in zip(*windows, strict=True))


def test_the_windows_are_the_echo_of_streams_and_only_steps_with_an_answer_count():
    cut = echo_windows(6, 5, lag=9, seed=3)
    assert [x.shape for x, _ in cut] == [y.shape for _, y in cut] == [(64, 5, 1)] * 6
    for part, wanted in zip(joined(cut), delayed_echo(64, 30, lag=9, seed=3), strict=True):
        np.testing.assert_array_equal(part.numpy(), np.stack(wanted))
    wanted, said = torch.tensor([0.0, 0.0, 1.0, -1.0]), torch.tensor([9.0, 9.0, 0.5, -1.0])
    assert (mse(said, wanted).item(), mse(0 * said, wanted).item()) == (0.125, 1)
    assert mse(said, 0 * wanted).item() == 0  # nothing is asked: no NaN


def test_the_loop_is_the_one_on_the_page():
    (page,) = [c.source for c in lessons.read("06_how_far_back.ipynb").cells if c.source.startswith("def train")]
    exec(page, names := {"torch": torch, "mse": mse})
    windows, nets = echo_windows(6, 4, 3, seed=7), [room.new_net(3), room.new_net(3)]
    states = [train(net, windows, room.detach) for train, net in zip((room.train, names["train"]), nets, strict=True)]
    assert all(map(torch.equal, nets[0].parameters(), nets[1].parameters()))
    assert all(map(torch.equal, *states))


@pytest.mark.parametrize("state", room.HAND_ON)
def test_the_error_is_that_of_reading_window_by_window(state):
    net, pairs, last = room.new_net(1), [], None
    for heard, wanted in echo_windows(133, 3, 2, seed=1000):
        said, last = net(heard, last)
        pairs.append((said, wanted))
        last = room.HAND_ON[state](last)
    assert room.error_of(net, 3, 2, state) == pytest.approx(mse(*joined(pairs)).item(), abs=1e-6)


def test_an_entry_is_of_its_own_values_and_a_short_training_learns_what_it_can():
    net = room.new_net(1)
    room.train(net, echo_windows(20, 2, 1, seed=1), room.detach)
    assert room.learn_echo(2, 1, "carried", 1, 20) == {"error": round(room.error_of(net, 2, 1, seed=1001), 4)}
    assert room.learn_echo(2, 1, "carried", 0, 300)["error"] < 0.1
    assert room.learn_echo(2, 1, "reset", 0, 300)["error"] == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_picture_shows_the_stored_errors_and_says_how_far_all_nets_learnt(window):
    one, rows = error_by_lag(window), room.cliff.stored(window=window)
    assert all(getattr(one, row.state)[row.seed, row.lag] == row.error for row in rows)
    learnt = max(1, window - 1)  # windows of 1 learn lag 1, too
    assert f"all learn lag {learnt}, none lag {learnt + 1}" in one.says()
    assert one.carried[:, : learnt + 1].max() < 0.1
    assert f"is {one.carried[:, learnt + 1 :].min():.2f} at least" in one.says()
    assert np.abs(one.reset - np.minimum(np.arange(10) / window, 1)).max() < 0.05
