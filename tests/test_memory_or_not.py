"""Lesson 01: what can be counted in the head, and what torch, autograd and the stored file say themselves."""

import csv
import inspect
import itertools
import re
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import lessons
import numpy as np
import pytest
import torch
from problems import refused

import lstm_demo as ld
from lstm_demo.lessons import memory_or_not as lesson
from lstm_demo.lessons.memory_or_not import READERS, STEPS, LSTMNet, WindowNet, learn_echo, two_pasts, what_changes
from lstm_demo.show import drawn
from lstm_demo.torch_lstm import StatefulLSTM, StatelessLSTM, load_params

DATA = Path(__file__).resolve().parents[1] / "data" / "windows.csv"
PAST, WINDOW, LSTM = READERS


def texts(picture):
    """Every word that is drawn, in order."""
    return [t.text for t in ElementTree.fromstring(drawn(picture).svg()).iter("{http://www.w3.org/2000/svg}text")]


def numbers(text):
    return set(re.findall(r"−?\d+(?:\.\d+)?", text))


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


def test_every_number_of_a_sentence_can_be_found_in_its_picture():
    pasts = (two_pasts(*values) for values in itertools.product((0, 3, 11), READERS, (0, 1, None)))
    for one in itertools.chain(pasts, map(lesson.error_by_lag, lesson.WIDTHS)):
        assert numbers(one.says()) <= set().union(*map(numbers, texts(one))), one.says()


# --- the nets, and what moves in them --------------------------------------------------------------------------------


def read_by(net, steps=9):
    """(T, T) bool: which step's input moves which answer of the same row, by the gradient."""
    x = torch.randn(3, steps, 1, requires_grad=True)
    found = np.zeros((steps, steps), bool)
    for t in range(steps):
        (gradient,) = torch.autograd.grad(net(x)[1, t, 0], x)
        assert not gradient[[0, 2]].any()  # no other row is read
        found[t] = gradient[1, :, 0].abs() > 0
    return found


@pytest.mark.parametrize("width", [1, 4, 9, 12])
def test_a_window_reads_its_last_steps_and_the_lstm_its_row_up_to_here(width):
    torch.manual_seed(0)
    ago = np.subtract.outer(np.arange(9), np.arange(9))
    assert (read_by(WindowNet(width, units=50)) == ((ago >= 0) & (ago < width))).all()
    assert (read_by(LSTMNet()) == (ago >= 0)).all()


def test_before_the_first_step_stand_zeros_and_for_the_lstm_a_state_of_zeros():
    torch.manual_seed(0)
    net, lstm, x = WindowNet(3), LSTMNet(units=5), torch.randn(1, 5, 1)
    padded = torch.cat([torch.zeros(1, 2, 1), x], dim=1)[..., 0]
    for t in range(5):
        torch.testing.assert_close(net(x)[:, t], net.layers(padded[:, t : t + 3]))
    for _ in range(2):  # each time anew
        torch.testing.assert_close(lstm(x), lstm.head(lstm.net.lstm(x)[0]))


def test_the_smallest_change_of_any_weight_or_of_h_or_c_alone_is_seen():
    torch.manual_seed(0)
    net = StatefulLSTM(2, 3)
    net(torch.randn(4, 5, 2))

    def nudged(tensor):
        tensor = tensor.detach().clone()
        tensor.view(-1)[-1] = torch.nextafter(tensor.view(-1)[-1], torch.tensor(9.0))
        return tensor

    def nudge(weight):
        weight.data = nudged(weight)

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
    error = learn_echo("window", 4, lag, seed, batches=2)["error"]
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


def test_an_echo_is_seeded_and_leaves_the_generator_alone():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, same, other = (learn_echo("window", 2, 1, seed, batches=3)["error"] for seed in (0, 0, 1))
    assert one == same != other
    assert torch.equal(torch.get_rng_state(), before)


def test_the_stored_table_holds_every_point_of_the_grid_in_its_order_and_is_what_is_drawn():
    with DATA.open(encoding="ascii", newline="") as file:
        lines = list(csv.DictReader(file))
    points = [tuple(map(str, point.values())) for point in learn_echo.points()]
    assert [tuple(line.values())[:5] for line in lines] == points
    assert len(set(points)) == len(points) == 13 * 5 + 3 + 12 * 13 * 3
    for window in (0, 4):
        errors = lesson.errors(window)
        rows = [row for row in lines if (row["window"], row["batches"]) == (str(window), "600")]
        assert errors.shape == (3 if window else 5, 13)
        assert all(errors[int(row["seed"]), int(row["lag"])] == float(row["error"]) for row in rows)


def test_a_stored_entry_comes_out_again():
    (stored,), now = learn_echo.stored(window=4, lag=3, seed=1), learn_echo("window", 4, 3, 1, 600)
    assert max(stored.error, now["error"]) < 1e-6
    assert stored.parameters == now["parameters"] == 5 * 24 + 25
    assert lesson.weights(LSTMNet(3)) == 4 * 3 * (1 + 3 + 2) + 3 + 1
    assert now["seconds"] > 0


def test_the_picture_says_where_the_cliff_is():
    for window, known in ((1, "lag 0 alone"), (12, "all lags up to 11")):
        said = lesson.error_by_lag(window).says()
        assert said.startswith(f"An input window of {window} learns {known}, then it guesses")
        assert said.endswith("The LSTM learns all lags up to 11 with every seed, lag 12 not with all of them.")
