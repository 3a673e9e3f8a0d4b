"""The experiment of lesson 06: what is asked, what is carried, what is counted; judged by hand, autograd and torch."""

import itertools
import math
import re

import numpy as np
import pytest
import sweep_lags
import torch
from problems import refused

from lstm_demo import delayed_echo, echo, tables
from lstm_demo.torch_lstm import StatefulLSTM

HARDLY = 6  # updates


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def joined(windows):
    return tuple(torch.cat(part, dim=1) for part in zip(*windows, strict=True))


@pytest.mark.parametrize(("width", "lag"), [(1, 0), (1, 3), (4, 2), (5, 9)])
def test_the_windows_side_by_side_are_the_echo_of_series(width, lag):
    cut = echo.windows(6, width, lag, seed=3, lanes=5)
    assert [x.shape for x, _ in cut] == [y.shape for _, y in cut] == [(5, width, 1)] * 6
    heard, said = delayed_echo(5, 6 * width, lag, seed=3)
    for part, wanted in zip(joined(cut), (heard, said), strict=True):
        np.testing.assert_array_equal(part.numpy(), np.stack(wanted))


@pytest.mark.parametrize(("width", "lag"), [(1, 0), (1, 3), (4, 2), (5, 9)])
def test_slow_windows_ask_for_the_sign_that_was_heard_lag_steps_before(width, lag):
    cut = echo.slow_windows(6, width, lag, seed=3, lanes=5)
    assert [x.shape for x, _ in cut] == [y.shape for _, y in cut] == [(5, width, 1)] * 6
    heard, said = joined(cut)
    assert (heard.abs() == 1).all()
    assert torch.equal(said[:, lag:], heard[:, : 6 * width - lag])
    assert (said[:, :lag] == 0).all()


@pytest.mark.parametrize("stay", [0.9, 0.5, 0.2])
def test_a_slow_stream_stays_as_often_as_it_says_and_begins_with_either_sign(stay):
    heard = joined(echo.slow_windows(50, 4, 0, seed=1, lanes=200, stay=stay))[0]
    assert (heard[:, 1:] == heard[:, :-1]).float().mean().item() == pytest.approx(stay, abs=0.01)
    assert heard[:, 0].mean().item() == pytest.approx(0, abs=0.2)
    guess = (2 * stay - 1) ** 3 * heard[:, :-3]
    assert (guess - heard[:, 3:]).pow(2).mean().item() == pytest.approx(1 - (2 * stay - 1) ** 6, abs=0.02)


def test_an_error_is_that_on_the_stream_that_it_is_given():
    net = echo.new_net(1)
    ((x, y),) = echo.slow_windows(1, echo.loop.TESTED, 2, seed=1000)
    with torch.no_grad():
        assert echo.error(net, 4, 2, stream=echo.slow_windows) == pytest.approx(echo.mse(net(x)[0], y).item(), abs=1e-6)
    assert echo.error(net, 4, 2, stream=echo.slow_windows) != echo.error(net, 4, 2)


def test_only_steps_with_an_answer_count_and_silence_scores_1():
    wanted = torch.tensor([[[0.0], [0.0], [1.0], [-1.0]]])
    said = torch.tensor([[[9.0], [9.0], [0.5], [-1.0]]])
    assert echo.mse(said, wanted).item() == pytest.approx((0.25 + 0) / 2)
    assert echo.mse(0 * said, wanted).item() == 1
    nothing = echo.mse(said.requires_grad_(), 0 * wanted)
    assert nothing.item() == 0
    nothing.backward()  # a first window in which nothing is asked moves nothing, and makes no NaN
    assert (said.grad == 0).all()


def test_what_is_kept_between_windows_is_the_value_alone_or_nothing():
    net = echo.new_net(0)
    _, state = net(torch.ones(2, 3, 1))
    kept = echo.keep_value(state)
    assert all(torch.equal(a, b) and not a.requires_grad and b.requires_grad for a, b in zip(kept, state, strict=True))
    assert echo.keep_nothing(state) is None
    assert {"carried": echo.keep_value, "reset": echo.keep_nothing} == echo.BETWEEN


def test_a_fresh_net_is_its_seed_and_leaves_the_generator_alone():
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    one, same, other = (echo.new_net(seed) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), wanted)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not torch.equal(one.head.weight, other.head.weight)


def test_learning_is_the_loop_of_the_lesson_and_carried_is_what_a_stateful_net_does():
    """Written out once more with StatefulLSTM, which keeps its state between calls and cuts its gradient."""
    net, stateful = echo.new_net(3), StatefulLSTM(1, echo.UNITS)
    stateful.lstm.load_state_dict(net.lstm.state_dict())
    head = torch.nn.Linear(echo.UNITS, 1)
    head.load_state_dict(net.head.state_dict())
    weights = [*stateful.lstm.parameters(), *head.parameters()]
    adam = torch.optim.Adam(weights, lr=echo.RATE)
    for x, y in echo.windows(HARDLY, 4, 3, seed=7):
        adam.zero_grad()
        echo.mse(head(stateful(x)), y).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        adam.step()
    echo.learn(net, 4, 3, updates=HARDLY, seed=7)
    for mine, wanted in zip(net.parameters(), weights, strict=True):
        torch.testing.assert_close(mine, wanted, rtol=0, atol=1e-6)


def test_a_reset_net_is_trained_on_windows_that_know_nothing_of_each_other():
    """With nothing carried, to reverse the lanes of one window changes no update but for rounding."""
    one, other = echo.new_net(3), echo.new_net(3)
    echo.learn(one, 4, 0, echo.keep_nothing, updates=HARDLY)
    adam = torch.optim.Adam(other.parameters(), lr=echo.RATE)
    for x, y in echo.windows(HARDLY, 4, 0):
        adam.zero_grad()
        echo.mse(other(x.flip(0))[0], y.flip(0)).backward()
        torch.nn.utils.clip_grad_norm_(other.parameters(), 1.0)
        adam.step()
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5)


def test_the_error_is_that_of_one_long_pass_where_the_state_is_carried_and_of_windows_alone_where_not():
    net = echo.new_net(1)
    cut = echo.windows(100, 4, 2, seed=1000)
    x, y = joined(cut)
    with torch.no_grad():
        whole = echo.mse(net(x)[0], y).item()
        alone = echo.mse(torch.cat([net(part)[0] for part, _ in cut], dim=1), y).item()
    assert echo.error(net, 4, 2) == pytest.approx(whole, abs=1e-6)
    assert echo.error(net, 4, 2, echo.keep_nothing) == pytest.approx(alone, abs=1e-6)
    assert abs(whole - alone) > 1e-6
    assert all(p.grad is None for p in net.parameters())


def test_a_measure_is_reproducible_and_of_its_own_seed_window_lag_and_state():
    given = (2, 1, "carried", 0)
    first = echo.measure(*given, updates=HARDLY)
    assert echo.measure(*given, updates=HARDLY) == first
    others = [(3, 1, "carried", 0), (2, 2, "carried", 0), (2, 1, "reset", 0), (2, 1, "carried", 1)]
    assert all(echo.measure(*other, updates=HARDLY) != first for other in others)
    assert 0.9 < first < 1.1


def test_a_short_training_learns_what_lies_within_the_window_and_a_reset_one_what_it_can():
    assert echo.measure(2, 1, "carried", 0, updates=300) < 0.1
    assert echo.measure(2, 1, "reset", 0, updates=300) == pytest.approx(0.5, abs=0.08)


def test_the_nodes_of_a_graph_are_counted_once_each():
    a, b = (torch.ones((), requires_grad=True) for _ in range(2))
    product = a * b  # one multiplication, two leaves
    assert echo.nodes(product) == 3
    assert echo.nodes(product + product) == 4
    assert echo.nodes(product.detach() * a) == 2


def test_an_uncut_state_fails_in_the_second_batch_and_a_kept_graph_at_the_changed_weights():
    uncut = echo.attempt(lambda state: state)
    assert len(uncut.nodes) == 1
    assert "second time" in uncut.error
    retained = echo.attempt(lambda state: state, retain=True)
    assert len(retained.nodes) == 1
    assert "inplace" in retained.error
    for between in echo.BETWEEN.values():
        fine = echo.attempt(between, batches=4)
        assert fine.error == ""
        assert len(fine.nodes) == 4


def test_without_updates_a_kept_graph_grows_by_the_same_with_each_batch_and_a_cut_one_does_not():
    grown = np.diff(echo.attempt(lambda state: state, retain=True, update=False).nodes)
    assert len(set(grown.tolist())) == 1
    assert grown[0] > 0
    assert len(set(echo.attempt(echo.keep_value, update=False).nodes)) == 1


def test_what_can_be_read_from_h_is_nothing_where_nothing_is_written_and_all_where_it_is_kept():
    net = echo.new_net(0)
    found = echo.readable(net, (0, 1, 3))
    assert list(found) == [0, 1, 3]
    assert found[0] < 1e-3 < found[3]
    before = [p.clone() for p in net.parameters()]
    with torch.no_grad():
        net.lstm.weight_ih_l0.zero_()
    assert echo.readable(net, (0, 1)) == pytest.approx({0: 1, 1: 1}, abs=0.05)
    assert before[0].dtype == net.lstm.weight_ih_l0.dtype == torch.float32  # judged in float64, on a copy


def test_what_is_read_is_the_step_that_was_asked_for():
    """A cell without memory holds its last input and nothing else."""
    net = echo.new_net(0)
    with torch.no_grad():
        net.lstm.weight_hh_l0.zero_()
        net.lstm.bias_ih_l0[echo.UNITS : 2 * echo.UNITS] = -50  # forget gate shut
    found = echo.readable(net, (0, 1, 2))
    assert found[0] < 1e-9
    assert min(found[1], found[2]) > 0.9


def test_it_refuses_by_name():
    refused(
        "state: expected one of ['carried', 'reset'], got 'kept'; take one of them",
        lambda: echo.measure(2, 1, "kept", 0),
    )
    with pytest.raises(ValueError, match=r"^lag: expected less than steps = 8, got 8"):
        echo.windows(2, 4, 8)
    with pytest.raises(ValueError, match=r"^count: expected a whole number of at least 1, got 0"):
        echo.windows(0, 4, 0)
    with pytest.raises(ValueError, match=r"^seed: "):
        echo.new_net(-1)
    assert math.isfinite(echo.measure(1, 3, "carried", 0, updates=2 * HARDLY))


@pytest.mark.parametrize("state", echo.BETWEEN)
def test_nets_trained_side_by_side_are_those_trained_one_by_one(state):
    """Window 3, lags within and beyond it, until rounding could tell: some updates."""
    lags, seeds = (0, 2, 5), (0, 1)
    found = echo.measure_many(3, lags, state, seeds, updates=2 * HARDLY)
    assert list(found) == [(lag, seed) for lag in lags for seed in seeds]
    for (lag, seed), one in found.items():
        assert one == pytest.approx(echo.measure(3, lag, state, seed, updates=2 * HARDLY), abs=1e-5)


def test_the_gradient_of_each_net_is_clipped_by_itself():
    from lstm_demo.echo import many

    weights = {"a": torch.zeros(2, 3, requires_grad=True), "b": torch.zeros(2, 1, requires_grad=True)}
    weights["a"].grad, weights["b"].grad = torch.tensor([[3.0, 0, 0], [0.3, 0, 0]]), torch.tensor([[4.0], [0.4]])
    many._clip(weights)
    torch.testing.assert_close(weights["a"].grad[:, 0], torch.tensor([0.6, 0.3]))
    torch.testing.assert_close(weights["b"].grad[:, 0], torch.tensor([0.8, 0.4]))


# --- the sweep -------------------------------------------------------------------------------------------------------


def entries(windows, lags, seeds, updates):
    """(window, lag, state, seed, updates) of every line, in the order of the table."""
    every = itertools.product(windows, echo.BETWEEN, lags, range(seeds))
    return [(window, lag, state, seed, updates) for window, state, lag, seed in every]


def test_the_stored_table_has_every_entry_of_the_sweep_in_its_order():
    wanted = entries(sweep_lags.WINDOWS, sweep_lags.LAGS, sweep_lags.SEEDS, echo.UPDATES)
    assert [row[:5] for row in tables.lag_errors()] == wanted


def test_a_quick_sweep_writes_a_table_of_the_same_form(monkeypatch, tmp_path):
    monkeypatch.setattr(sweep_lags, "LAGS", range(2))
    assert sweep_lags.main(["--quick", "--into", str(tmp_path)]) == 0
    header, *lines = (tmp_path / "lags.csv").read_bytes().decode("ascii").removesuffix("\n").split("\n")
    assert header == "window,lag,state,seed,updates,error"
    assert [line.split(",")[:5] for line in lines] == [[*map(str, one)] for one in entries((2, 4), range(2), 1, 10)]
    assert all(re.fullmatch(r"\d\.\d{4}", line.split(",")[5]) for line in lines)
