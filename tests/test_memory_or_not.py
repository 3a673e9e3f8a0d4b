"""Lesson 01: what can be counted in the head, and what torch says itself."""

import inspect
import re
from functools import partial

import lessons
import numpy as np
import pytest
import torch
from seen import texts

import lstm_demo as ld
from lstm_demo.lessons import memory_or_not as lesson
from lstm_demo.lessons.memory_or_not import READERS, STEPS, WindowNet, learn_echo, two_pasts, what_changes
from lstm_demo.torch_lstm import StatefulLSTM, StatelessLSTM, load_params

PAST, WINDOW, LSTM = READERS


def judged(reader, series):
    """(2,) the answers to A and B, and how far apart h and c of both lie after each step, by torch or by one layer."""
    weight, seed = lesson.drawn, lesson.SEED
    if (width := READERS[reader]) < STEPS:
        hidden = np.tanh(series[:, -width:] @ weight(seed, width, 16) + weight(seed + 2, 16))
        return np.tanh(hidden @ weight(seed + 3, 16)), np.zeros(STEPS)
    params = weight(seed, 1, 64).T, weight(seed + 1, 16, 64).T, np.repeat([0.0, 2.0, 0.0, 0.0], 16)
    net = StatelessLSTM(1, 16).double().requires_grad_(False)
    load_params(net.lstm, ld.Params(*params))
    states = [net(torch.tensor(series[:, : t + 1, None]))[1] for t in range(STEPS)]
    apart = [(a - b).norm().item() for a, b in (torch.cat(state, dim=1) for state in states)]  # h and c together
    return np.tanh(states[-1].h.numpy() @ weight(seed + 3, 16)), np.array(apart)


@pytest.mark.parametrize("reader", READERS)
def test_answers_are_those_of_torch_and_differ_just_where_the_difference_is_read_and_the_words_say_so(reader):
    for back in range(STEPS):
        one, tells = two_pasts(back, reader), back < READERS[reader]
        assert (one.series[0] - one.series[1]).tolist() == [2 * (t == 11 - back) for t in range(STEPS)]
        answers, apart = judged(reader, one.series)
        np.testing.assert_allclose(one.answers, answers, atol=1e-12)
        np.testing.assert_allclose(one.apart, apart, atol=1e-12)
        gap = abs(answers[0] - answers[1])
        assert (gap > 0.1) == tells  # far enough apart to be seen
        said = texts(one)
        assert f"{reader[0].upper()}{reader[1:]}: {'tells' if tells else 'cannot tell'} A from B" in said
        assert (f"✓ apart by {gap:.2f}" if tells else "✗ the same") in said
        assert (f"A and B differ {back} step" in one.says()) == (back > 0)
        assert (f", inside the {READERS[reader]} step" in one.says()) == tells
        assert (f"apart by {gap:.2f}." if tells else "to the last bit.") in one.says()
        assert {lesson.decimal(answer) for answer in answers} <= set(re.findall(r"−?\d\.\d\d", " ".join(said)))


def test_on_the_way_the_lstm_shows_how_far_apart_its_states_are_and_no_answer_comes_before_the_end():
    apart = two_pasts(6, LSTM).apart
    for time in (1, 5, 6, 11):
        one = two_pasts(6, LSTM, time)
        below = texts(one)[texts(one).index("apart by") + 1 :]
        assert below == [f"{gap:.1f}" if gap else "0" for gap in apart[:time]]
        assert one.says().endswith(f"are apart by {apart[time - 1]:.1f}." if time > 5 else "are the same.")
    assert not {"✓", "✗"} & set("".join(texts(two_pasts(3, WINDOW, 0))))
    assert two_pasts(3, WINDOW).time == 1  # a window is read at once


def test_a_change_of_any_weight_or_of_h_or_c_alone_is_seen():
    net = StatefulLSTM(2, 3)
    net(torch.randn(4, 5, 2))

    def push(part):
        net.state = net.state._replace(**{part: getattr(net.state, part) + 1e-6})

    changes = [partial(weight.data.add_, 1e-6) for weight in net.parameters()]  # in place, as an optimiser does
    assert {what_changes(net, change) for change in changes} == {"weights"}
    assert {what_changes(net, partial(push, part)) for part in ("h", "c")} == {"state"}
    assert what_changes(net, lambda: (push("h"), changes[0]())) == "weights and state"
    assert what_changes(net, lambda: None) == "nothing"


def test_the_loop_that_stands_in_the_lesson_is_the_loop_that_made_the_table():
    cells = [cell.source for cell in lessons.code_cells(lessons.read("01_memory_or_not.ipynb"))]
    assert inspect.getsource(lesson.train).strip() in cells


def test_an_echo_is_trained_where_there_is_a_target_and_scored_on_other_rows_where_all_lags_have_one():
    before = torch.get_rng_state()
    found = learn_echo("window", 4, lag=3, seed=5, batches=2)["error"]
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(5)
    net = WindowNet(4)
    train, test = (ld.delayed_echo(count, 32, 3, seed=k) for count, k in ((1000, 10), (200, 11)))
    x, y = torch.tensor(np.array(train)).float()
    lesson.train(net, x, y, lambda said, asked: (said - asked)[:, 3:].square().mean(), batches=2)
    x, y = torch.tensor(np.array(test)).float()
    assert found == pytest.approx((net(x) - y)[:, 12:].square().mean().item(), rel=1e-5)


def test_a_stored_entry_comes_out_again():
    (stored,), now = learn_echo.stored(window=4, lag=3, seed=1), learn_echo("window", 4, 3, 1, 600)
    assert max(stored.error, now["error"]) < 1e-6


@pytest.mark.parametrize(("window", "known"), [(1, "lag 0 alone"), (12, "all lags up to 11")])
def test_the_picture_shows_the_stored_errors_and_says_where_the_cliff_is(window, known):
    one = lesson.error_by_lag(window)
    for row in learn_echo.stored(batches=600):
        if row.window in (0, window):
            assert (one.of_window if row.window else one.of_lstm)[row.seed, row.lag] == row.error
    assert one.says().startswith(f"An input window of {window} learns {known}, then it guesses")
    assert one.says().endswith("The LSTM learns all lags up to 11 with every seed, lag 12 not with all of them.")
