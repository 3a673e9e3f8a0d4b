"""Two rivals for one task: what each of them reads, judged by gradients; what they learn; and the stored table."""

import itertools

import numpy as np
import pytest
import sweep
import sweep_windows
import torch
from problems import refused

import lstm_demo as ld
from lstm_demo import rivals, tables
from lstm_demo.rivals import FARTHEST, STEPS, RowLSTM, WindowNet


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def read_by(net, steps=9, features=1):
    """(T, T) bool: which step's input moves which answer of the same row, by the gradient."""
    x = torch.randn(3, steps, features, requires_grad=True)
    found = np.zeros((steps, steps), bool)
    for t in range(steps):
        (gradient,) = torch.autograd.grad(net(x)[1, t, 0], x)
        assert not gradient[[0, 2]].any()  # no other row is read
        found[t] = gradient[1].abs().amax(dim=1) > 0
    return found


@pytest.mark.parametrize(("width", "features"), [(1, 1), (4, 1), (3, 2), (9, 1), (12, 1)])
def test_a_window_reads_this_step_and_those_before_it_and_no_other(width, features):
    torch.manual_seed(0)
    ago = np.subtract.outer(np.arange(9), np.arange(9))
    net = WindowNet(width, units=50, features=features)
    assert (read_by(net, features=features) == ((ago >= 0) & (ago < width))).all()


@pytest.mark.parametrize("features", [1, 3])
def test_the_lstm_reads_its_row_up_to_here(features):
    torch.manual_seed(0)
    assert (read_by(RowLSTM(features=features), features=features) == np.tri(9, dtype=bool)).all()


def test_before_the_first_step_of_a_window_stand_zeros_and_its_steps_stand_in_order():
    torch.manual_seed(0)
    net, x = WindowNet(3, features=2), torch.randn(1, 5, 2)
    padded = torch.cat([torch.zeros(1, 2, 2), x], dim=1)
    for t in range(5):
        alone = net.layers(padded[:, t : t + 3].transpose(1, 2).flatten(1))
        torch.testing.assert_close(net(x)[:, t], alone)


def test_a_row_begins_from_zeros_each_time_and_is_read_by_a_plain_lstm():
    torch.manual_seed(0)
    net, x = RowLSTM(units=5), torch.randn(4, 7, 1)
    assert torch.equal(net(x), net(x))
    torch.testing.assert_close(net(x), net.head(net.net.lstm(x)[0]))


def test_parameters_are_counted_by_the_formulas_of_the_textbook():
    for units, features in ((24, 1), (3, 2)):
        lstm = 4 * units * (features + units + 2)
        assert rivals.parameters(RowLSTM(units, features)) == lstm + units + 1
        for width in (1, 5):
            assert rivals.parameters(WindowNet(width, units, features)) == (width * features + 1) * units + units + 1
    frozen = torch.nn.Linear(2, 3)
    frozen.bias.requires_grad_(False)
    assert rivals.parameters(frozen) == 6


@pytest.mark.parametrize(("features", "units"), [(1, 50), (3, 8), (2, 1)])
def test_at_one_step_from_zeros_recurrence_and_forget_gate_are_unused(features, units):
    torch.manual_seed(0)
    lstm, x = torch.nn.LSTM(features, units, batch_first=True), torch.randn(32, 2, features)
    assert rivals.unused(lstm, x[:, :1]) == 4 * units * units + features * units + 2 * units
    assert rivals.unused(lstm, x) == 0
    assert rivals.unused(RowLSTM(units, features), x[:, :1]) == 4 * units * units + features * units + 2 * units
    assert all(p.grad is None for p in lstm.parameters())  # nothing is left behind


@pytest.mark.parametrize("name", ["width", "units", "features"])
def test_sizes_of_a_window_that_are_no_whole_numbers_are_refused_by_name(name):
    for bad in (0, 2.5, True):
        message = f"{name}: expected a whole number of at least 1, got {bad}; give an int"
        refused(message, lambda bad=bad: WindowNet(**{"width": 2, name: bad}))


# --- the echo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 3])
def test_a_window_learns_the_lag_that_it_holds_and_not_the_next(width):
    assert rivals.echo(width, width - 1, seed=0, batches=300).error < 0.01
    assert rivals.echo(width, width, seed=0, batches=300).error > 0.9


def test_the_lstm_learns_a_lag_beyond_a_window():
    found = rivals.echo(None, 4, seed=3, batches=300)
    assert found.error < 0.1
    assert found.parameters == 4 * 24 * 27 + 25
    assert found.seconds > 0


def test_an_echo_is_trained_where_there_is_a_target_and_scored_on_other_rows_where_all_lags_have_one(monkeypatch):
    seen, lag, seed = {}, 3, 5

    def fit(modules, loss_of, count, *, steps):
        (net,) = modules
        with torch.no_grad():
            seen.update(count=count, steps=steps, loss=loss_of(torch.arange(7)).item(), net=net)

    monkeypatch.setattr(rivals, "fit", fit)
    error = rivals.echo(4, lag, seed, batches=2).error
    assert (seen["count"], seen["steps"]) == (1000, 2)
    torch.manual_seed(seed)
    assert all(map(torch.equal, seen["net"].parameters(), WindowNet(4).parameters()))  # drawn by the seed
    rows = {}
    for name, count, drawn in (("train", 1000, 2 * seed), ("test", 200, 2 * seed + 1)):
        x, y = (np.array(part) for part in ld.delayed_echo(count, STEPS, lag, seed=drawn))
        with torch.no_grad():
            rows[name] = np.square(seen["net"](torch.tensor(x).float()).numpy() - y)
    assert seen["loss"] == pytest.approx(rows["train"][:7, lag:].mean(), rel=1e-5)
    assert error == pytest.approx(rows["test"][:, FARTHEST:].mean(), rel=1e-5)


def test_an_echo_is_seeded_and_leaves_the_generator_alone():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, same, other = (rivals.echo(2, 1, seed, batches=3).error for seed in (0, 0, 1))
    assert one == same != other
    assert torch.equal(torch.get_rng_state(), before)


def test_a_lag_that_some_scored_step_has_no_target_for_is_refused():
    refused(
        "lag: expected at most 12, got 13; the targets of the scored steps must lie in the row",
        lambda: rivals.echo(2, 13, 0),
    )
    refused("lag: expected a whole number of at least 0, got -1; give an int", lambda: rivals.echo(2, -1, 0))
    refused("width: expected a whole number of at least 1, got 0; give an int", lambda: rivals.echo(0, 1, 0))


# --- the sweep -------------------------------------------------------------------------------------------------------


def test_the_stored_table_holds_every_entry_once_in_the_order_of_the_script():
    stored = [(row.window, row.lag, row.seed, row.batches) for row in tables.window_errors()]
    assert stored == sweep_windows.entries(quick=False)
    assert len(set(stored)) == len(stored)
    lags = range(FARTHEST + 1)
    assert set(itertools.product(range(1, 13), lags, range(3), [600])) <= set(stored)
    assert set(itertools.product([0], lags, range(5), [600])) <= set(stored)


def test_the_stored_table_says_what_the_lesson_says():
    for row in tables.window_errors():
        assert (row.model == "LSTM") == (row.window == 0)
        net = RowLSTM() if row.window == 0 else WindowNet(row.window)
        assert row.parameters == rivals.parameters(net)
        if row.window:
            assert row.error < 0.01 if row.lag < row.window else 0.9 < row.error < 1.2
        else:
            assert row.error < (0.5 if row.batches == 600 else 0.01)


def test_a_stored_entry_comes_out_again():
    (stored,) = [row for row in tables.window_errors() if row[1:5] == (4, 3, 1, 600)]
    assert max(stored.error, rivals.echo(4, 3, 1).error) < 1e-6


def test_a_quick_run_leaves_data_alone_and_a_full_one_writes_what_it_prints(monkeypatch, tmp_path, capsys):
    file = tmp_path / "windows.csv"
    monkeypatch.setattr(sweep, "DATA", tmp_path)
    assert sweep_windows.main(["--quick"]) == 0
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(sweep_windows, "entries", lambda quick: [(0, 1, 0, 1), (2, 1, 0, 1)])
    capsys.readouterr()
    assert sweep_windows.main([]) == 0
    *lines, digest, _ = capsys.readouterr().out.splitlines()
    assert [line.split(",")[:5] for line in lines] == [["LSTM", "0", "1", "0", "1"], ["window", "2", "1", "0", "1"]]
    header, *written = file.read_text(encoding="ascii").splitlines()
    assert written == lines
    assert header == ",".join(tables.Windowed._fields)
    assert digest.endswith("  windows.csv")
