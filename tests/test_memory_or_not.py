"""Lesson 01: what can be counted in the head, and what torch and autograd say themselves."""

import inspect
import itertools
import re
from functools import partial

import lessons
import numpy as np
import pytest
import torch
from problems import refused
from seen import texts

import lstm_demo as ld
from lstm_demo.lessons import memory_or_not as lesson
from lstm_demo.lessons.memory_or_not import READERS, STEPS, LSTMNet, WindowNet, learn_echo, two_pasts, what_changes
from lstm_demo.torch_lstm import StatefulLSTM, StatelessLSTM, load_params

PAST, WINDOW, LSTM = READERS


# --- two pasts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("back", range(STEPS))
def test_the_series_differ_in_one_step_and_the_states_from_there_to_the_end(back):
    one = two_pasts(back, LSTM)
    assert np.flatnonzero(one.series[0] != one.series[1]).tolist() == [11 - back]
    assert one.series[:, 11 - back].tolist() == [1, -1]
    assert np.abs(one.series).max() == 1
    assert ((one.apart > 0) == (np.arange(STEPS) >= 11 - back)).all()


@pytest.mark.parametrize("reader", READERS)
def test_answers_differ_just_where_the_difference_is_read_whatever_the_weights_and_the_words_say_so(reader):
    for back in range(STEPS):
        one, tells = two_pasts(back, reader), back < READERS[reader]
        assert (one.gap > 0.1) == tells  # far enough apart to be seen
        assert all(lesson.told_apart(reader, back, seed) == tells for seed in range(20))
        assert one.title().endswith(": tells A from B" if tells else ": cannot tell A from B")
        assert (", inside the" in one.says(), "both answers are" in one.says()) == (tells, not tells)
        assert [t[0] for t in texts(one) if t[0] in "✓✗"] == ["✓" if tells else "✗"]


def weight(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(shape[0])


def test_the_lstm_is_that_of_torch_and_the_others_are_one_layer():
    one, seed = two_pasts(5, LSTM), lesson.SEED
    net = StatelessLSTM(1, 16).double()
    bias = np.repeat([0.0, 2.0, 0.0, 0.0], 16)
    load_params(net.lstm, ld.Params(weight(seed, 1, 64).T, weight(seed + 1, 16, 64).T, bias))
    final = net(torch.tensor(one.series[..., None]))[1]
    np.testing.assert_allclose(one.answers, np.tanh(final.h.detach().numpy() @ weight(seed + 3, 16)), atol=1e-12)
    state_of_a, state_of_b = torch.cat(final, dim=1)  # h and c together
    assert one.apart[-1] == pytest.approx((state_of_a - state_of_b).norm().item(), abs=1e-12)
    for reader in (PAST, WINDOW):
        one, width = two_pasts(0, reader), READERS[reader]
        hidden = np.tanh(one.series[:, -width:] @ weight(seed, width, 16) + weight(seed + 2, 16))
        np.testing.assert_allclose(one.answers, np.tanh(hidden @ weight(seed + 3, 16)), atol=1e-12)


def test_time_shows_a_number_for_each_step_that_the_lstm_has_read_and_the_answers_at_its_end():
    for time in (0, 5, 6, STEPS):
        one = two_pasts(6, LSTM, time)
        below = texts(one)[texts(one).index("apart by") + 1 :]
        assert [float(n) for n in below[:time]] == pytest.approx(one.apart[:time], abs=0.05)
        assert any(t.startswith("A −") for t in below) == (len(below) > time) == (time == STEPS)
    assert two_pasts(6, LSTM, 5).says().endswith("After 5 of 12 steps the two states are the same.")
    assert re.search(r"After 6 of 12 steps the two states are apart by \d\.\d\.$", two_pasts(6, LSTM, 6).says())
    for time in range(2):
        said = texts(two_pasts(3, WINDOW, time))
        assert ("keeps no state" in said, any(t.startswith("A −") for t in said)) == (True, time == 1)
    refused("time: expected one of 0, 1, got 2; take one of them", lambda: two_pasts(3, WINDOW, 2))


def numbers(text):
    return set(re.findall(r"−?\d+(?:\.\d+)?", text))


def test_every_number_of_a_sentence_can_be_found_in_its_picture():
    pasts = (two_pasts(*values) for values in itertools.product((0, 3, 11), READERS, (0, 1, None)))
    for one in itertools.chain(pasts, map(lesson.error_by_lag, lesson.WIDTHS)):
        assert numbers(one.says()) <= set().union(*map(numbers, texts(one))), one.says()


# --- the nets, and what moves in them --------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 3, 9, 12])
def test_a_window_reads_its_last_steps_with_zeros_before_the_first_and_the_lstm_its_row_up_to_here(width):
    torch.manual_seed(0)
    net, lstm, x = WindowNet(width), LSTMNet(units=5), torch.randn(2, 9, 1)
    padded = torch.cat([torch.zeros(2, width - 1, 1), x], dim=1)[..., 0]
    for t in range(9):
        torch.testing.assert_close(net(x)[:, t], net.layers(padded[:, t : t + width]))
        torch.testing.assert_close(lstm(x)[:, t], lstm.head(lstm.net.lstm(x[:, : t + 1])[0][:, -1]))  # each time anew


def test_the_smallest_change_of_any_weight_or_of_h_or_c_alone_is_seen():
    torch.manual_seed(0)
    net = StatefulLSTM(2, 3)
    net(torch.randn(4, 5, 2))

    def nudged(tensor):
        tensor = tensor.detach().clone()
        tensor.view(-1)[-1] = torch.nextafter(tensor.view(-1)[-1], torch.tensor(9.0))
        return tensor

    def nudge(weight):
        weight.data.copy_(nudged(weight))  # in place, as an optimiser does

    def push(part):
        net.state = net.state._replace(**{part: nudged(getattr(net.state, part))})

    assert {what_changes(net, partial(nudge, one)) for one in net.parameters()} == {"weights"}
    assert {what_changes(net, partial(push, part)) for part in ("h", "c")} == {"state"}
    assert what_changes(net, lambda: (push("h"), nudge(net.lstm.weight_hh_l0))) == "weights and state"
    reset = torch.tensor([False, True, False, False])
    assert what_changes(net, lambda: net.reset_states(reset)) == "state"
    assert what_changes(net, lambda: net.reset_states(reset)) == "nothing"  # zero already


# --- the loop and the stored table -----------------------------------------------------------------------------------


def test_the_loop_that_stands_in_the_lesson_is_the_loop_that_made_the_table():
    cells = [cell.source for cell in lessons.code_cells(lessons.read("01_memory_or_not.ipynb"))]
    assert inspect.getsource(lesson.train).strip() in cells


def test_an_echo_is_trained_where_there_is_a_target_and_scored_on_other_rows_where_all_lags_have_one(monkeypatch):
    seen, lag, seed = {}, 3, 5

    def train(net, x, y, loss, batches):
        with torch.no_grad():
            seen.update(count=len(x), batches=batches, loss=loss(net(x[:7]), y[:7]).item(), net=net)

    monkeypatch.setattr(lesson, "train", train)
    before = torch.get_rng_state()
    error = learn_echo("window", 4, lag, seed, batches=2)["error"]
    assert torch.equal(torch.get_rng_state(), before)
    assert (seen["count"], seen["batches"]) == (1000, 2)
    torch.manual_seed(seed)
    assert all(map(torch.equal, seen["net"].parameters(), WindowNet(4).parameters()))  # drawn by the seed
    rows = {}
    for name, count, drawn_by in (("train", 1000, 2 * seed), ("test", 200, 2 * seed + 1)):
        x, y = (np.array(part) for part in ld.delayed_echo(count, 32, lag, seed=drawn_by))
        with torch.no_grad():
            rows[name] = np.square(seen["net"](torch.tensor(x).float()).numpy() - y)
    assert seen["loss"] == pytest.approx(rows["train"][:7, lag:].mean(), rel=1e-5)
    assert error == pytest.approx(rows["test"][:, 12:].mean(), rel=1e-5)


def test_a_stored_entry_comes_out_again():
    (stored,), now = learn_echo.stored(window=4, lag=3, seed=1), learn_echo("window", 4, 3, 1, 600)
    assert max(stored.error, now["error"]) < 1e-6
    assert stored.parameters == now["parameters"] == 5 * 24 + 25
    assert lesson.weights(LSTMNet(3)) == 4 * 3 * (1 + 3 + 2) + 3 + 1
    assert now["seconds"] > 0


@pytest.mark.parametrize(("window", "known"), [(1, "lag 0 alone"), (12, "all lags up to 11")])
def test_the_picture_shows_the_stored_errors_and_says_where_the_cliff_is(window, known):
    one = lesson.error_by_lag(window)
    for row in learn_echo.stored(batches=600):
        if row.window in (0, window):
            assert (one.of_window if row.window else one.of_lstm)[row.seed, row.lag] == row.error
    assert (one.of_window.shape, one.of_lstm.shape) == ((3, 13), (5, 13))
    assert one.says().startswith(f"An input window of {window} learns {known}, then it guesses")
    assert one.says().endswith("The LSTM learns all lags up to 11 with every seed, lag 12 not with all of them.")
