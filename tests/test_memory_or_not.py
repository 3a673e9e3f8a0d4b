"""Lesson 01: what can be counted in the head, and what torch, autograd and the stored file say themselves."""

import csv
import inspect
import itertools
import re
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


def test_the_series_are_alike_but_for_one_step_so_far_back():
    for back in range(STEPS):
        series = two_pasts(back).series
        assert np.flatnonzero(series[0] != series[1]).tolist() == [11 - back]
        assert series[:, 11 - back].tolist() == [1, -1]
        assert np.abs(series).max() == 1


@pytest.mark.parametrize("reader", READERS)
def test_answers_differ_just_where_the_difference_is_read_whatever_the_weights(reader):
    for back in range(STEPS):
        assert (two_pasts(back, reader).gap > 0.1) == (back < READERS[reader])  # far enough apart to be seen
        assert all(lesson.told_apart(reader, back, seed) == (back < READERS[reader]) for seed in range(20))


def weight(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(shape[0])


def test_the_lstm_is_that_of_torch_and_the_others_are_one_layer():
    one, seed = two_pasts(5, LSTM), lesson.SEED
    net = StatelessLSTM(1, 16).double()
    bias = np.repeat([0.0, 2.0, 0.0, 0.0], 16)
    load_params(net.lstm, ld.Params(weight(seed, 1, 64).T, weight(seed + 1, 16, 64).T, bias))
    h, final = net(torch.tensor(one.series[..., None]))
    np.testing.assert_allclose(one.answers, np.tanh(final.h.detach().numpy() @ weight(seed + 3, 16)), atol=1e-12)
    assert (one.apart >= (h[0] - h[1]).norm(dim=1).detach().numpy() - 1e-12).all()  # of h and c together
    for reader in (PAST, WINDOW):
        one, width = two_pasts(0, reader), READERS[reader]
        hidden = np.tanh(one.series[:, -width:] @ weight(seed, width, 16) + weight(seed + 2, 16))
        np.testing.assert_allclose(one.answers, np.tanh(hidden @ weight(seed + 3, 16)), atol=1e-12)


def test_two_states_are_one_before_the_series_differ_and_two_from_there_to_the_end():
    for back in range(STEPS):
        assert ((two_pasts(back, LSTM).apart > 0) == (np.arange(STEPS) >= 11 - back)).all()


def test_time_shows_a_number_for_each_step_that_the_lstm_has_read_and_the_answers_at_its_end():
    for time in range(STEPS + 1):
        one = two_pasts(6, LSTM, time)
        below = texts(one)[texts(one).index("apart by") + 1 :]
        assert [float(n) for n in below[:time]] == pytest.approx(one.apart[:time], abs=0.05)
        assert len(below) == time or time == STEPS  # the answers alone come after the bars
        assert any(t.startswith("A −") for t in texts(one)) == (time == STEPS)
    for time in range(2):
        one = two_pasts(3, WINDOW, time)
        assert "keeps no state" in texts(one)
        assert any(t.startswith("A −") for t in texts(one)) == (time == 1)
    refused("time: expected one of 0, 1, got 2; take one of them", lambda: two_pasts(3, WINDOW, 2))


def test_the_verdict_the_title_and_the_sentence_say_whether_it_tells():
    for reader, back in itertools.product(READERS, range(STEPS)):
        one, tells = two_pasts(back, reader), back < READERS[reader]
        assert one.title().endswith(": tells A from B" if tells else ": cannot tell A from B")
        assert (", inside the" in one.says()) == tells
        assert ("both answers are" in one.says()) == (not tells)
        assert [t[0] for t in texts(one) if t[0] in "✓✗"] == ["✓" if tells else "✗"]


def test_every_number_of_a_sentence_can_be_found_in_its_picture():
    for reader, back, time in itertools.product(READERS, (0, 1, 3, 6, 11), (0, 1, None)):
        one = two_pasts(back, reader, time)
        assert numbers(one.says()) <= set().union(*map(numbers, texts(one))), one.says()
    for window in lesson.WIDTHS:
        one = lesson.error_by_lag(window)
        assert numbers(one.says()) <= set().union(*map(numbers, texts(one))), one.says()


def test_the_sentence_on_the_way_says_how_far_the_states_are_apart():
    assert two_pasts(6, LSTM, 5).says().endswith("After 5 of 12 steps the two states are the same.")
    assert re.search(r"After 6 of 12 steps the two states are apart by \d\.\d\.$", two_pasts(6, LSTM, 6).says())
    assert "Nothing is read yet" in two_pasts(6, LSTM, 0).says()


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
def test_a_window_reads_this_step_and_those_before_it_and_no_other(width):
    torch.manual_seed(0)
    ago = np.subtract.outer(np.arange(9), np.arange(9))
    assert (read_by(WindowNet(width, units=50)) == ((ago >= 0) & (ago < width))).all()


def test_the_lstm_reads_its_row_up_to_here():
    torch.manual_seed(0)
    assert (read_by(LSTMNet()) == np.tri(9, dtype=bool)).all()


def test_before_the_first_step_of_a_window_stand_zeros_and_its_steps_stand_in_order():
    torch.manual_seed(0)
    net, x = WindowNet(3), torch.randn(1, 5, 1)
    padded = torch.cat([torch.zeros(1, 2, 1), x], dim=1)[..., 0]
    for t in range(5):
        torch.testing.assert_close(net(x)[:, t], net.layers(padded[:, t : t + 3]))


def test_a_row_begins_from_zeros_each_time_and_is_read_by_a_plain_lstm():
    torch.manual_seed(0)
    net, x = LSTMNet(units=5), torch.randn(4, 7, 1)
    assert torch.equal(net(x), net(x))
    torch.testing.assert_close(net(x), net.head(net.net.lstm(x)[0]))


def test_weights_are_counted_by_the_formulas_of_the_textbook():
    for units in (24, 3):
        assert lesson.weights(LSTMNet(units)) == 4 * units * (1 + units + 2) + units + 1
        for width in (1, 5, 700):
            assert lesson.weights(WindowNet(width, units)) == (width + 1) * units + units + 1


@pytest.mark.parametrize(("features", "units"), [(1, 50), (3, 8), (2, 1)])
def test_at_one_step_from_zeros_recurrence_and_forget_gate_are_dead(features, units):
    torch.manual_seed(0)
    lstm, x = torch.nn.LSTM(features, units, batch_first=True), torch.randn(32, 2, features)
    assert lesson.dead(lstm, x[:, :1]) == 4 * units * units + features * units + 2 * units
    assert lesson.dead(lstm, x) == 0
    assert all(p.grad is None for p in lstm.parameters())  # nothing is left behind


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = StatefulLSTM(2, 3)
    net(torch.randn(4, 5, 2))
    return net


def test_reading_changes_the_state_training_the_weights_and_a_reset_the_state_alone(net):
    x, one = torch.randn(4, 5, 2), torch.tensor([False, True, False, False])
    net(x).sum().backward()
    assert what_changes(net, torch.optim.SGD(net.parameters(), lr=1e-3).step) == "weights"
    assert what_changes(net, lambda: net(x)) == "state"
    assert what_changes(net, lambda: net.reset_states(one)) == "state"
    assert what_changes(net, lambda: net.reset_states(one)) == "nothing"  # zero already
    assert what_changes(net, net.reset_states) == "state"


def test_the_smallest_change_of_any_weight_or_of_h_or_c_alone_is_seen(net):
    def nudged(tensor):
        tensor = tensor.detach().clone()
        tensor.view(-1)[-1] = torch.nextafter(tensor.view(-1)[-1], torch.tensor(9.0))
        return tensor

    def nudge(weight):
        weight.data = nudged(weight)

    def push(part):
        net.state = net.state._replace(**{part: nudged(getattr(net.state, part))})

    for one in net.parameters():
        assert what_changes(net, lambda one=one: nudge(one)) == "weights"
    for part in ("h", "c"):
        assert what_changes(net, lambda part=part: push(part)) == "state"
    assert what_changes(net, lambda: (push("h"), nudge(net.lstm.weight_hh_l0))) == "weights and state"


# --- the loop and the stored table -----------------------------------------------------------------------------------


def test_the_loop_that_stands_in_the_lesson_is_the_loop_that_made_the_table():
    cells = [cell.source for cell in lessons.code_cells(lessons.read("01_memory_or_not.ipynb"))]
    assert inspect.getsource(lesson.train).strip() in cells


@pytest.mark.parametrize("width", [1, 3])
def test_a_window_learns_the_lag_that_it_holds_and_not_the_next(width):
    assert learn_echo("window", width, width - 1, seed=0, batches=300)["error"] < 0.01
    assert learn_echo("window", width, width, seed=0, batches=300)["error"] > 0.9


def test_the_lstm_learns_a_lag_beyond_a_window():
    found = learn_echo("LSTM", 0, 4, seed=3, batches=300)
    assert found["error"] < 0.1
    assert found["parameters"] == 4 * 24 * 27 + 25
    assert found["seconds"] > 0


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


@pytest.fixture(scope="module")
def lines():
    with DATA.open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def test_the_stored_table_holds_every_point_of_the_grid_once_in_its_order(lines):
    points = [tuple(map(str, point.values())) for point in learn_echo.points()]
    assert [tuple(line.values())[:5] for line in lines] == points
    assert len(set(points)) == len(points) == 13 * 5 + 3 + 12 * 13 * 3


def test_the_stored_table_says_what_the_lesson_says(lines):
    for line in lines:
        window, lag, error = int(line["window"]), int(line["lag"]), float(line["error"])
        assert int(line["parameters"]) == lesson.weights(WindowNet(window) if window else LSTMNet())
        if window:
            assert error < 0.01 if lag < window else 0.9 < error < 1.2
        else:
            assert error < (0.5 if line["batches"] == "600" else 0.01)


def test_a_stored_entry_comes_out_again():
    (stored,) = learn_echo.stored(window=4, lag=3, seed=1)
    assert max(stored.error, learn_echo("window", 4, 3, 1, 600)["error"]) < 1e-6


@pytest.mark.parametrize("window", range(13))
def test_the_errors_that_are_drawn_are_those_of_the_file(lines, window):
    errors, rows = lesson.errors(window), [r for r in lines if (r["window"], r["batches"]) == (str(window), "600")]
    assert errors.shape == (3 if window else 5, 13)
    assert len(rows) == errors.size
    for row in rows:
        assert errors[int(row["seed"]), int(row["lag"])] == float(row["error"])


def test_the_picture_says_where_the_cliff_is():
    for window in lesson.WIDTHS:
        said = lesson.error_by_lag(window).says()
        known = "lag 0 alone" if window == 1 else f"all lags up to {window - 1}"
        assert said.startswith(f"An input window of {window} learns {known}, then it guesses")
        assert said.endswith("The LSTM learns all lags up to 11 with every seed, lag 12 not with all of them.")


# --- the exercises ---------------------------------------------------------------------------------------------------

slide = np.lib.stride_tricks.sliding_window_view
RIGHT = {
    "view": lambda table, width: slide(table, width, axis=0).transpose(0, 2, 1),
    "view of both": lambda table, width: slide(table, (width, table.shape[1]))[:, 0],
    "index": lambda table, width: table[np.arange(len(table) - width + 1)[:, None] + np.arange(width)],
    "stack": lambda table, width: np.stack([table[k : len(table) - width + 1 + k] for k in range(width)], axis=1),
    "lists": lambda table, width: [[list(table[k + t]) for t in range(width)] for k in range(len(table) - width + 1)],
    "torch": lambda table, width: torch.tensor(table).unfold(0, width, 1).transpose(1, 2),
}


@pytest.mark.parametrize("way", RIGHT)
def test_right_windows_pass_however_they_are_made(way):
    assert lesson.check_to_windows(RIGHT[way]).passed


def test_other_windows_are_told_what_is_wanted():
    right, check = RIGHT["view"], lesson.check_to_windows
    assert "shape (12, 6); expected (10, 3, 6)" in check(lambda table, width: table).sentence
    assert "steps k to k + width" in check(lambda table, width: 0 * right(table, width)).sentence
    assert "another one" in check(lambda table, width: right(table, 3)).sentence
    assert "do not overlap" in check(lambda table, width: table.reshape(-1, width, table.shape[1])).sentence


def by_trying(lag, share):
    length = 1
    while min(lag, length) / length > share:
        length += 1
    return length


def test_the_length_of_pieces_is_the_first_whose_share_out_of_reach_is_small_enough():
    assert lesson.check_piece_length(by_trying).passed
    assert lesson.check_piece_length(lambda lag, share: -int(-lag // share)).passed
    for lag, share in itertools.product((1, 4, 9), (0.05, 0.15, 0.3, 0.9)):
        assert lesson.check_piece_length.truth(lag, share) == by_trying(lag, share)
